package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
)

// csvForm is a row for each recipient below a head (RFC 4180, lines end in CRLF).
// Columns are only ever added, at the end.
type csvForm struct {
	w     *csv.Writer
	begun bool
}

func newCSV(w io.Writer) *csvForm {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return &csvForm{w: c}
}

// csvColumns are the names of the columns, and what stands in them.
var csvColumns = []struct { //nolint:gochecknoglobals // read only
	name string
	of   func(r *check.Report, s *check.Session) string // s decided; it is never nil
}{
	{"recipient", func(r *check.Report, _ *check.Session) string { return r.Recipient }},
	{"verdict", func(r *check.Report, _ *check.Session) string { return string(r.Verdict) }},
	{"reason", func(r *check.Report, _ *check.Session) string { return string(r.Reason) }},
	{"side", func(r *check.Report, _ *check.Session) string { return string(r.Side) }},
	{"confidence", func(r *check.Report, _ *check.Session) string { return string(r.Confidence) }},
	{"exit_code", func(r *check.Report, _ *check.Session) string { return strconv.Itoa(r.ExitCode) }},
	{"expected", func(r *check.Report, _ *check.Session) string {
		if r.Expected == nil {
			return ""
		}
		return strings.ToLower(expectedWord(r.Expected))
	}},
	{"not_met", func(r *check.Report, _ *check.Session) string {
		if r.Expected == nil {
			return ""
		}
		return strings.Join(notMet(r.Expected), "; ")
	}},
	{"host", func(_ *check.Report, s *check.Session) string { return s.Host }},
	{"address", func(_ *check.Report, s *check.Session) string { return s.Address }},
	{"stage", func(_ *check.Report, s *check.Session) string { return string(s.Stage) }},
	{"code", func(_ *check.Report, s *check.Session) string {
		if s.Reply == nil {
			return ""
		}
		return strconv.Itoa(s.Reply.Code)
	}},
	{"enhanced", func(_ *check.Report, s *check.Session) string {
		if s.Reply == nil {
			return ""
		}
		return s.Reply.Enhanced
	}},
	{"reply", func(_ *check.Report, s *check.Session) string {
		if s.Reply == nil {
			return ""
		}
		return s.Reply.Text
	}},
	{"tls", func(_ *check.Report, s *check.Session) string {
		if s.TLS == nil {
			return ""
		}
		return s.TLS.Version
	}},
	{"tls_verified", func(_ *check.Report, s *check.Session) string {
		if s.TLS == nil {
			return ""
		}
		return strconv.FormatBool(s.TLS.Verified)
	}},
	{"cert_not_after", func(_ *check.Report, s *check.Session) string {
		if s.TLS == nil || len(s.TLS.Chain) == 0 {
			return ""
		}
		return s.TLS.Chain[0].NotAfter.UTC().Format(time.RFC3339)
	}},
	{"latency_s", func(_ *check.Report, s *check.Session) string {
		for _, t := range s.Timings {
			if t.Name == "total" {
				return inSeconds(t.Took)
			}
		}
		return ""
	}},
	{"started", func(r *check.Report, _ *check.Session) string {
		return r.Started.UTC().Format("2006-01-02T15:04:05.000Z")
	}},
	{"duration_s", func(r *check.Report, _ *check.Session) string { return inSeconds(time.Duration(r.Duration)) }},
	{"sender", func(r *check.Report, _ *check.Session) string { return r.Sender }},
	{"sessions", func(r *check.Report, _ *check.Session) string { return strconv.Itoa(len(r.Sessions)) }},
	{"retry_after_s", func(r *check.Report, _ *check.Session) string {
		if r.RetryAfter == 0 {
			return ""
		}
		return strconv.Itoa(r.RetryAfter)
	}},
	{"queue_id", func(r *check.Report, _ *check.Session) string {
		if r.Message == nil {
			return ""
		}
		return r.Message.QueueID
	}},
	{"findings", func(r *check.Report, _ *check.Session) string {
		var rules []string
		for i := range r.Findings {
			rules = append(rules, r.Findings[i].Rule)
		}
		return strings.Join(rules, " ")
	}},
	{"summary", func(r *check.Report, _ *check.Session) string { return r.Summary }},
	{"id", func(r *check.Report, _ *check.Session) string { return r.ID }},
}

func (f *csvForm) head() error {
	if f.begun {
		return nil
	}
	f.begun = true
	var names []string
	for _, c := range csvColumns {
		names = append(names, c.name)
	}
	return f.w.Write(names)
}

func (f *csvForm) report(r *check.Report, _ *destination) error {
	if err := f.head(); err != nil {
		return err
	}
	s := r.Deciding()
	if s == nil {
		s = new(check.Session)
	}
	var row []string
	for _, c := range csvColumns {
		row = append(row, csvCell(c.of(r, s)))
	}
	if err := f.w.Write(row); err != nil {
		return err
	}
	f.w.Flush()
	return f.w.Error()
}

// csvCell makes text printable and one line. A spreadsheet takes what begins with
// one of = + - @ for a formula; an apostrophe before it says that it is none.
func csvCell(s string) string {
	s = oneLine(s)
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}

func (f *csvForm) relay(r *check.RelayReport, _ func(string) *destination) error {
	return fmt.Errorf("%w of %s", ErrNoRecipient, clean(r.Host))
}

func (f *csvForm) close() error {
	if err := f.head(); err != nil {
		return err
	}
	f.w.Flush()
	return f.w.Error()
}
