package report

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// ErrNoRecipient is of a form that tells recipients, and a report that is about a server.
var ErrNoRecipient = errors.New("this format is for recipients, and this is a report")

// prometheusForm is the text format of Prometheus, as the textfile collector of
// node_exporter reads it: without times, each family together, written at the end.
// Of several reports about a recipient the last one counts: a series occurs once.
type prometheusForm struct {
	w    io.Writer
	last map[string]int // by recipient: its place in sets
	sets [][]sample
}

// sample is one value of a family.
type sample struct {
	family string
	labels []string // names and values by turns
	value  string
}

func newPrometheus(w io.Writer) *prometheusForm {
	return &prometheusForm{w: w, last: make(map[string]int)}
}

// families are the metrics in their order.
var families = []struct{ name, help string }{ //nolint:gochecknoglobals // read only
	{"smtpcheck_probe_success", "Whether the recipient was accepted, or all that was expected was so."},
	{"smtpcheck_probe_verdict", "The verdict: 1 for the one that it is."},
	{"smtpcheck_probe_reason_info", "Why the recipient was not accepted, and whose matter that is."},
	{"smtpcheck_probe_exit_code", "The exit code for this recipient."},
	{"smtpcheck_probe_reply_code", "The reply code that decided."},
	{"smtpcheck_probe_expectation_met", "Whether this was so, of what was expected; 0 too where it was not examined."},
	{"smtpcheck_probe_findings", "How many findings there are of each severity."},
	{"smtpcheck_probe_mx_hosts", "How many MX hosts the domain has."},
	{"smtpcheck_probe_start_timestamp_seconds", "When the probe began, in seconds since 1970."},
	{"smtpcheck_probe_duration_seconds", "How long the probe took in all."},
	{"smtpcheck_session_accepted", "Whether this address accepted the recipient."},
	{"smtpcheck_session_stage_duration_seconds", "How long a part of the session took."},
	{"smtpcheck_session_duration_seconds", "How long the session took."},
	{"smtpcheck_session_tls_info", "The version and the cipher of TLS with this address."},
	{"smtpcheck_session_tls_verified", "Whether the certificate is good by its authority, name and dates."},
	{"smtpcheck_session_certificate_expiry_timestamp_seconds", "When the certificate expires, in seconds since 1970."},
}

func (f *prometheusForm) report(r *check.Report, _ *destination) error {
	set := samplesOf(r)
	if at, ok := f.last[r.Recipient]; ok {
		f.sets[at] = set
		return nil
	}
	f.last[r.Recipient] = len(f.sets)
	f.sets = append(f.sets, set)
	return nil
}

func (f *prometheusForm) relay(r *check.RelayReport, _ func(string) *destination) error {
	return fmt.Errorf("%w of %s", ErrNoRecipient, clean(r.Host))
}

func samplesOf(r *check.Report) []sample {
	var out []sample
	recipient := clean(r.Recipient)
	add := func(family, value string, labels ...string) {
		out = append(out, sample{"smtpcheck_" + family, append([]string{"recipient", recipient}, labels...), value})
	}
	add("probe_success", oneOrZero(gradeOf(r) == isGood))
	for _, v := range []diagnose.Verdict{diagnose.Accepted, diagnose.Deferred, diagnose.Rejected, diagnose.Unreachable, diagnose.Undetermined} {
		add("probe_verdict", oneOrZero(r.Verdict == v), "verdict", string(v))
	}
	if r.Reason != "" {
		add("probe_reason_info", "1", "reason", oneLine(string(r.Reason)), "side", oneLine(string(r.Side)))
	}
	add("probe_exit_code", strconv.Itoa(r.ExitCode))
	if s := r.Deciding(); s != nil && s.Reply != nil {
		add("probe_reply_code", strconv.Itoa(s.Reply.Code))
	}
	if r.Expected != nil {
		seen := make(map[string]bool)
		for i := range r.Expected.Checks {
			if c := &r.Expected.Checks[i]; !seen[oneLine(c.Text)] {
				seen[oneLine(c.Text)] = true
				add("probe_expectation_met", oneOrZero(c.Met), "expectation", oneLine(c.Text))
			}
		}
	}
	for _, severity := range []diagnose.Severity{diagnose.Error, diagnose.Warning, diagnose.Notice, diagnose.Info} {
		n := 0
		for i := range r.Findings {
			if r.Findings[i].Severity == severity {
				n++
			}
		}
		add("probe_findings", strconv.Itoa(n), "severity", string(severity))
	}
	if r.Resolution != nil && r.Resolution.Kind == "mx" {
		add("probe_mx_hosts", strconv.Itoa(max(r.Resolution.TotalMX, len(r.Resolution.Hosts))))
	}
	add("probe_start_timestamp_seconds", timestamp(r.Started.Time))
	add("probe_duration_seconds", exactSeconds(time.Duration(r.Duration)))
	for _, s := range lastSessions(r) {
		sessionSamples(s, func(family, value string, labels ...string) {
			add(family, value, append([]string{"host", oneLine(s.Host), "address", oneLine(s.Address)}, labels...)...)
		})
	}
	return out
}

// sessionSamples are those of one session.
func sessionSamples(s *check.Session, add func(family, value string, labels ...string)) {
	add("session_accepted", oneOrZero(s.Outcome == diagnose.Accepted))
	for _, t := range s.Timings {
		if t.Name == "total" {
			add("session_duration_seconds", exactSeconds(t.Took))
		} else {
			add("session_stage_duration_seconds", exactSeconds(t.Took), "stage", oneLine(t.Name))
		}
	}
	if s.TLS == nil {
		return
	}
	add("session_tls_info", "1", "version", oneLine(s.TLS.Version), "cipher", oneLine(s.TLS.Cipher))
	add("session_tls_verified", oneOrZero(s.TLS.Verified))
	if len(s.TLS.Chain) > 0 {
		add("session_certificate_expiry_timestamp_seconds", timestamp(s.TLS.Chain[0].NotAfter.Time))
	}
}

// lastSessions are the sessions that asked about the recipient, of each host and
// address the last.
func lastSessions(r *check.Report) []*check.Session {
	var out []*check.Session
	at := make(map[[2]string]int)
	for i := range r.Sessions {
		s := &r.Sessions[i]
		if !s.Purpose.Asks() {
			continue
		}
		key := [2]string{oneLine(s.Host), oneLine(s.Address)}
		if k, ok := at[key]; ok {
			out[k] = s
			continue
		}
		at[key] = len(out)
		out = append(out, s)
	}
	return out
}

func oneOrZero(yes bool) string {
	if yes {
		return "1"
	}
	return "0"
}

func timestamp(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', -1, 64)
}

func (f *prometheusForm) close() error {
	var b strings.Builder
	for _, family := range families {
		begun := false
		for _, set := range f.sets {
			for _, x := range set {
				if x.family != family.name {
					continue
				}
				if !begun {
					fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n", family.name, family.help, family.name)
					begun = true
				}
				b.WriteString(x.line() + "\n")
			}
		}
	}
	_, err := io.WriteString(f.w, b.String())
	return err
}

// line is a sample in the text format; in a label's value a backslash, a quote and a
// line break are escaped (https://prometheus.io/docs/instrumenting/exposition_formats/).
func (x sample) line() string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	var labels []string
	for i := 0; i < len(x.labels); i += 2 {
		labels = append(labels, x.labels[i]+`="`+escape.Replace(x.labels[i+1])+`"`)
	}
	return x.family + "{" + strings.Join(labels, ",") + "} " + x.value
}
