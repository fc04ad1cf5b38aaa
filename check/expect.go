package check

import "github.com/smtpcheck/smtpcheck/diagnose"

// Expectation is what was expected of a report, and whether it is so.
type Expectation struct {
	Name   string     `json:"name,omitempty"` // that a file of expectations gives it
	Met    bool       `json:"met"`            // all of it
	Checks []Expected `json:"checks"`
}

// Expected is one thing that was expected. What was not examined is not met.
type Expected struct {
	Text string `json:"text"`           // as it was written
	Met  bool   `json:"met"`            //
	Saw  string `json:"saw,omitempty"`  // absent where it was not examined
	Hint string `json:"hint,omitempty"` // how it would be examined
}

// Asked reports whether any server was spoken to about the recipient.
func (r *Report) Asked() bool {
	for i := range r.Sessions {
		if s := &r.Sessions[i]; s.Purpose.Asks() && s.Greeted() {
			return true
		}
	}
	return false
}

// Greeted reports whether the server said anything.
func (s *Session) Greeted() bool {
	for i := range s.Events {
		if s.Events[i].Reply != nil {
			return true
		}
	}
	return false
}

// Deciding is the session that decided, nil for none.
func (r *Report) Deciding() *Session {
	for i := range r.Sessions {
		if r.DecidedBy != nil && r.DecidedBy.Session != 0 && r.Sessions[i].ID == r.DecidedBy.Session {
			return &r.Sessions[i]
		}
	}
	return nil
}

// VerdictCode is the exit code of the verdict, whatever was expected.
func (r *Report) VerdictCode() int {
	return exitCode(r.Verdict, r.Reason, r.DecidedBy == nil || r.DecidedBy.Session == 0)
}

// Expect takes over whether expectations are met: they alone decide the exit code,
// unless they are not met and no server could be asked, by DNS or since none was reached.
func (r *Report) Expect(x *Expectation) {
	r.Expected = x
	switch code := r.VerdictCode(); {
	case r.Reason == diagnose.Interrupted:
		r.ExitCode = code
	case x.Met:
		r.ExitCode = ExitOK
	case code == ExitOK || r.Asked():
		r.ExitCode = ExitNotMet
	default:
		r.ExitCode = code
	}
}

// FailOn makes the exit code that of the verdict if it is one of those given, and 0 if not.
func (r *Report) FailOn(verdicts ...diagnose.Verdict) {
	r.ExitCode = ExitOK
	for _, v := range verdicts {
		if v == r.Verdict {
			r.ExitCode = r.VerdictCode()
		}
	}
	if r.Reason == diagnose.Interrupted {
		r.ExitCode = r.VerdictCode()
	}
}
