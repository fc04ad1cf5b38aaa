package report

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// everyCase are all reports of the tests at once.
func everyCase(t *testing.T) []*check.Report {
	var out []*check.Report
	all := cases(t)
	for _, name := range []string{"mixed", "unknown-user", "expected", "hostile", "slow", "delivered", "null-mx", "pair"} {
		out = append(out, all[name]...)
	}
	return out
}

// anyBytes draws text as hostile servers send it, with what means something to CI systems.
func anyBytes() *rapid.Generator[string] {
	pieces := rapid.OneOf(
		rapid.SampledFrom([]string{
			"::error::x", "\n::set-output name=a::b", "##[error]x", "##", "[", "%0A", "::stop-commands::x", "|", "\n", "\r", "\x00", "\x1b[2J", "#", "# SKIP", "]]>", "<", "&", "\"", "\\", "'",
			"=1+1", "+", "@SUM", "\t=x", ",", "\u2028", "\ufffe", "\uffff", "\U0001ffff", "\xff", "é", "  ---", "  ...", "\nBail out!", "\nok 9", "`id`", "$(id)", " ",
		}),
		rapid.StringN(0, 10, -1),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 10), func(b []byte) string { return string(b) }),
	)
	return rapid.Map(rapid.SliceOfN(pieces, 0, 8), func(s []string) string { return strings.Join(s, "") })
}

// consumer is a program that must take what we write. Without it a test is skipped,
// unless CI is set in the environment.
func consumer(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("there is no %s; tools/debian-packages installs it", name)
		}
		t.Skipf("there is no %s; tools/debian-packages installs it", name)
	}
	return path
}

// run gives a program its input and returns what it said.
func run(t *testing.T, input []byte, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Stdin = bytes.NewReader(input)
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out)
}

// TestJUnitSchema: xmllint finds what we write as the schema says, whatever servers say.
func TestJUnitSchema(t *testing.T) {
	t.Parallel()
	xmllint := consumer(t, "xmllint")
	for name, xml := range map[string][]byte{
		"all": told(t, Options{Format: FormatJUnit, UTC: true}, everyCase(t)...), "none": told(t, Options{Format: FormatJUnit}),
		"evil": told(t, Options{Format: FormatJUnit}, hostileWith("]]>\x00\x0b\ufffe\uffff\U0001ffff\xff<&\"'")),
	} {
		if out := run(t, xml, xmllint, "--noout", "--nonet", "--schema", filepath.Join("testdata", "junit.xsd"), "-"); strings.TrimSpace(out) != "- validates" {
			t.Errorf("%s: %s", name, out)
		}
	}
}

// TestJUnitSums: the sums are those of the cases; refusals are failures, what could
// not be examined is an error.
func TestJUnitSums(t *testing.T) {
	t.Parallel()
	var x junitSuites
	if err := xml.Unmarshal(told(t, Options{Format: FormatJUnit}, everyCase(t)...), &x); err != nil {
		t.Fatal(err)
	}
	tests, failures := 0, 0
	for _, s := range x.Suites {
		n := 0
		for _, c := range s.Cases {
			if c.Failure != nil {
				n++
				if c.Failure.Message == "" || c.Failure.Type == "" {
					t.Errorf("%s: a failure without words: %+v", c.Name, c.Failure)
				}
			}
		}
		if s.Tests != len(s.Cases) || s.Failures != n {
			t.Errorf("%s: %d tests, %d failures", s.Name, s.Tests, s.Failures)
		}
		tests, failures = tests+s.Tests, failures+s.Failures
	}
	if x.Tests != tests || x.Failures != failures || tests != len(everyCase(t)) || failures == 0 {
		t.Errorf("%d of %d tests, %d of %d failures", x.Tests, tests, x.Failures, failures)
	}
}

// TestGrades says which verdicts are failures, and which errors.
func TestGrades(t *testing.T) {
	t.Parallel()
	met, unmet := &check.Expectation{Met: true}, &check.Expectation{}
	for _, c := range []struct {
		r      check.Report
		want   grade
		nagios int
	}{
		{check.Report{Verdict: diagnose.Accepted}, isGood, NagiosOK},
		{check.Report{Verdict: diagnose.Rejected, ExitCode: 67}, isBad, NagiosCritical},
		{check.Report{Verdict: diagnose.Deferred, ExitCode: 75}, isBad, NagiosWarning},
		{check.Report{Verdict: diagnose.Deferred, Reason: diagnose.DNSFailure, ExitCode: 75}, isUnknown, NagiosUnknown},
		{check.Report{Verdict: diagnose.Rejected, Reason: diagnose.BadDomain, ExitCode: 68}, isBad, NagiosCritical},
		{check.Report{Verdict: diagnose.Unreachable, ExitCode: 69}, isUnknown, NagiosCritical},
		{check.Report{Verdict: diagnose.Unreachable, ExitCode: 69, Findings: []check.Finding{{Rule: "us/port-25"}}}, isUnknown, NagiosUnknown},
		{check.Report{Verdict: diagnose.Undetermined, ExitCode: 76}, isUnknown, NagiosUnknown},
		{check.Report{Verdict: diagnose.Undetermined, Reason: diagnose.Interrupted, ExitCode: 130}, isUnknown, NagiosUnknown},
		{check.Report{Verdict: diagnose.Deferred}, isGood, NagiosOK}, // by --fail-on
		{check.Report{Verdict: diagnose.Rejected, Expected: met}, isGood, NagiosOK},
		{check.Report{Verdict: diagnose.Accepted, Expected: unmet, ExitCode: 1}, isBad, NagiosCritical},
		{check.Report{Verdict: diagnose.Unreachable, Expected: unmet, ExitCode: 69}, isUnknown, NagiosCritical},
		{check.Report{Verdict: diagnose.Rejected, Expected: unmet, ExitCode: 68}, isUnknown, NagiosUnknown},
	} {
		if x := newItem(&c.r, false); x.grade != c.want || nagiosState(x) != c.nagios {
			t.Errorf("%s %s, code %d: grade %d, state %d", c.r.Verdict, c.r.Reason, c.r.ExitCode, x.grade, nagiosState(x))
		}
	}
}

// TestTAPHarness: TAP::Harness counts what we wrote.
func TestTAPHarness(t *testing.T) {
	t.Parallel()
	prove := consumer(t, "prove")
	reports := everyCase(t)
	reports = append(reports, hostileWith("\nok 99\nBail out!\n  ---\n# SKIP # TODO \\"))
	tap := told(t, Options{Format: FormatTAP, UTC: true}, reports...)
	file := filepath.Join(t.TempDir(), "x.tap")
	if err := os.WriteFile(file, tap, 0o600); err != nil {
		t.Fatal(err)
	}
	var failed int
	for line := range strings.Lines(string(tap)) {
		if strings.HasPrefix(line, "not ok") {
			failed++
		}
	}
	out := run(t, nil, prove, file)
	if want := fmt.Sprintf("Failed %d/%d subtests", failed, len(reports)); !strings.Contains(out, want) || strings.Contains(out, "Parse errors") {
		t.Errorf("prove says %s\nwant %q\n%s", out, want, tap)
	}
	if err := os.WriteFile(file, told(t, Options{Format: FormatTAP}, mixed(t), delivered(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := run(t, nil, prove, file); !strings.Contains(out, "All tests successful") {
		t.Errorf("prove says %s", out)
	}
}

// command is what the runner of GitHub Actions takes for one, told by its rules.
var command = regexp.MustCompile(`^\s*::([a-z-]+)(?: title=([^:,]*))?::(.*)$`)

// TestGitHubCommands: only our own commands are in the log, whatever servers say.
func TestGitHubCommands(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := hostileWith(anyBytes().Draw(rt, "evil"))
		open := 0
		for line := range strings.Lines(string(told(t, Options{Format: FormatGitHub, UTC: true}, r, r))) {
			line = strings.TrimSuffix(line, "\n")
			m := command.FindStringSubmatch(line)
			switch {
			case strings.Contains(line, "##["):
				rt.Fatalf("an old command: %q", line)
			case m == nil && strings.HasPrefix(strings.TrimSpace(line), "::"):
				rt.Fatalf("a strange command: %q", line)
			case m == nil:
			case m[1] == "group":
				open++
			case m[1] == "endgroup":
				open--
			case m[1] != "error" && m[1] != "warning" && m[1] != "notice" || m[2] == "" || m[3] == "":
				rt.Fatalf("not a command of ours: %q", line)
			}
		}
		if open != 0 {
			rt.Fatal("a group is open")
		}
	})
}

func TestGitHubEscapes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"100%\r\na": "100%25%0D%0Aa", "a:b,c##[x]": `a%3Ab%2Cc#\x23[x]`} {
		if got := githubProperty(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	for in, want := range map[string]string{" ::error::x": "| ::error::x"[:2] + " ::error::x", "a ##[b]": `a #\x23[b]`, "a::b": "a::b"} {
		if got := githubLine(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// TestNagiosLine: one line, one bar, within the limit, and performance data as the
// guidelines have it.
func TestNagiosLine(t *testing.T) {
	t.Parallel()
	metric := regexp.MustCompile(`^([^'= ]+|'[^'=]+')=[0-9.]+s?;;;0$`)
	rapid.Check(t, func(rt *rapid.T) {
		var reports []*check.Report
		for range rapid.IntRange(0, 30).Draw(rt, "reports") {
			r := hostileWith(anyBytes().Draw(rt, "evil"))
			r.ExitCode = rapid.SampledFrom([]int{0, 67, 75}).Draw(rt, "code")
			reports = append(reports, r)
		}
		line := string(told(t, Options{Format: FormatNagios}, reports...))
		text, data, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " | ")
		if len(line) > nagiosLimit || strings.Count(line, "\n") != 1 || !utf8.ValidString(line) || strings.ContainsAny(text+data, "|\n`$<>\\") {
			rt.Fatalf("%d octets: %q", len(line), line)
		}
		for _, x := range strings.Fields(data) {
			if !metric.MatchString(x) {
				rt.Fatalf("%q in %q", x, line)
			}
		}
		if ok, _ := regexp.MatchString(`^SMTPCHECK (OK|WARNING|CRITICAL|UNKNOWN) - .`, text); !ok {
			rt.Fatalf("%q", text)
		}
	})
}

// promLine is a sample as the text format has it, without a time.
var promLine = regexp.MustCompile(`^([a-z_:][a-z0-9_:]*)\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\} (\S+)$`)

// TestPrometheusText reads what we write by the rules of the format: families together,
// each with HELP and TYPE, no series twice.
func TestPrometheusText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		reports := append(everyCase(t), hostileWith(anyBytes().Draw(rt, "evil")))
		reports[0].Expected = &check.Expectation{Checks: []check.Expected{{Text: anyBytes().Draw(rt, "text")}, {Text: "b"}, {Text: "b"}}}
		family := ""
		seen := make(map[string]bool)
		for line := range strings.Lines(string(told(t, Options{Format: FormatPrometheus}, reports...))) {
			line = strings.TrimSuffix(line, "\n")
			if name, ok := strings.CutPrefix(line, "# HELP "); ok {
				family, _, _ = strings.Cut(name, " ")
				if seen[family] {
					rt.Fatalf("%s is in two places", family)
				}
				seen[family] = true
				continue
			}
			if line == "# TYPE "+family+" gauge" {
				continue
			}
			m := promLine.FindStringSubmatch(line)
			if len(m) == 0 || m[1] != family {
				rt.Fatalf("in %s: %q", family, line)
			}
			if _, err := strconv.ParseFloat(m[3], 64); err != nil || seen[m[1]+m[2]] {
				rt.Fatalf("%v: %q", err, line)
			}
			seen[m[1]+m[2]] = true
		}
	})
}

// TestPromtool: the linter of Prometheus has nothing to say.
func TestPromtool(t *testing.T) {
	t.Parallel()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	promtool := consumer(t, filepath.Join(cache, "smtpcheck", "prometheus", "usr", "bin", "promtool"))
	if out := run(t, told(t, Options{Format: FormatPrometheus}, everyCase(t)...), promtool, "check", "metrics"); out != "" {
		t.Error(out)
	}
}

// TestCSVReads: a reader of RFC 4180 gets the cells back, and none is a formula.
func TestCSVReads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		out := told(t, Options{Format: FormatCSV}, append(everyCase(t), hostileWith(anyBytes().Draw(rt, "evil")))...)
		if bytes.Count(out, []byte("\n")) != bytes.Count(out, []byte("\r\n")) {
			rt.Fatal("a line does not end in CRLF")
		}
		rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
		if err != nil || len(rows) != 2+len(everyCase(t)) {
			rt.Fatalf("%v, %d rows", err, len(rows))
		}
		for _, row := range rows {
			if slices.ContainsFunc(row, func(s string) bool { return s != "" && strings.ContainsAny(s[:1], "=+-@\t\r") }) {
				rt.Fatalf("a formula: %q", row)
			}
		}
	})
	if got := string(told(t, Options{Format: FormatCSV})); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, "recipient,verdict,") {
		t.Errorf("without reports: %q", got)
	}
}

// TestMachineRelay: submission servers are told too, where that makes sense.
func TestMachineRelay(t *testing.T) {
	t.Parallel()
	r := &check.RelayReport{
		Host: "smtp.example.com", ExitCode: 77, Reason: diagnose.AuthFail, Summary: "the login was refused",
		Deliveries: []*check.Report{unknownUser(t)},
	}
	for format, want := range map[Format]string{
		FormatJUnit: `name="smtpcheck relay smtp.example.com"`, FormatTAP: "not ok 1 - smtp.example.com not usable: the login was refused\n",
		FormatGitHub: "::error title=smtpcheck%3A smtp.example.com not usable::", FormatNagios: "SMTPCHECK CRITICAL - 1 not usable, 1 rejected; smtp.example.com: not usable: the login was refused;",
	} {
		var b bytes.Buffer
		x, err := New(&b, Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(x.Relay(r), x.Close()); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s: %v\n%s", format, err, b.String())
		}
	}
	for _, format := range []Format{FormatCSV, FormatPrometheus} {
		x, err := New(new(bytes.Buffer), Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Relay(r); !errors.Is(err, ErrNoRecipient) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// TestNagiosCompared: the signs of an expectation are no signs for a shell, but it is still told.
func TestNagiosCompared(t *testing.T) {
	for was, want := range map[string]string{
		"NOT MET (mx>=2: saw 1)": "NOT MET (mx at least 2: saw 1)", "(latency<2s: saw 3s; hosts>1)": "(latency below 2s: saw 3s; hosts above 1)",
		"TO:<7@x.test> refused": "TO: 7@x.test refused", "cert-days<=14": "cert-days at most 14", "a < b": "a b",
	} {
		if got := nagiosText(was, 200); got != want {
			t.Errorf("%q became %q, want %q", was, got, want)
		}
	}
}
