//go:build unix

package cmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/report"
)

// The bounds that every run must keep, whatever the server does.
const (
	sessionLimit = 4 * time.Second
	overrun      = 500 * time.Millisecond
	memoryLimit  = 32 << 10 // KB, with the lab in the same process
	outputLimit  = 1 << 20
)

// TestHostile runs the true binary against every domain of the lab, over real
// sockets, with short timeouts. What each run says is asserted by name in package check, at
// the real timeouts and without a kernel; here it is deadlines, memory and output.
func TestHostile(t *testing.T) {
	bin, launcher := build(t, "./smtpcheck"), build(t, "./testdata/launch")
	w, err := lab.Open(lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // nothing was started
	domains, err := w.Domains()
	if err != nil {
		t.Fatal(err)
	}
	slots := make(chan struct{}, 4*runtime.NumCPU())
	var wg sync.WaitGroup
	for _, d := range domains {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			runHostile(t, launcher, bin, w, d)
		})
	}
	wg.Wait()
}

// build makes a binary as users have it, without the race detector.
func build(t *testing.T, folder string) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), filepath.Base(folder))
	out, err := exec.Command("go", "build", "-o", bin, folder).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

func runHostile(t *testing.T, launcher, bin string, w *lab.World, d lab.Domain) {
	var out, errs bytes.Buffer
	where := []string{"--lab"}
	if d.Name == "h46e-endless-chain.test" { // to make the chain takes more memory than to survive it
		at, err := w.Listen("203.0.113.78:25")
		if err != nil {
			t.Fatal(err)
		}
		where = []string{"--server", at}
	}
	switch { // of these, what DNS and policy hosts say is hostile, or to be looked up at least
	case strings.Contains(d.Name, "sts"):
		where = append(where, "--tls-verify=mta-sts")
	case strings.Contains(d.Name, "tlsa"), strings.HasPrefix(d.Name, "dane"):
		where = append(where, "--tls-verify=dane")
	}
	code, kb := launch(t, launcher, &out, &errs, append([]string{bin, "probe", "--format", "json", "--connect-timeout", "1s", "--command-timeout", "2s",
		"--timeout", sessionLimit.String(), "alice@" + d.Name}, where...)...)
	if kb > memoryLimit {
		t.Errorf("%s: %d KB of memory", d.Name, kb)
	}
	if out.Len() > outputLimit {
		t.Errorf("%s: %d bytes of output", d.Name, out.Len())
	}
	checkClean(t, d.Name+" on standard error", errs.Bytes())
	checkClean(t, d.Name+" as json", out.Bytes())
	validate(t, d.Name, "report", out.Bytes())
	var r check.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Errorf("%s: %v\n%s", d.Name, err, errs.String())
		return
	}
	if r.ExitCode != code {
		t.Errorf("%s: exited %d, the report says %d", d.Name, code, r.ExitCode)
	}
	for i := range r.Sessions {
		s := &r.Sessions[i]
		end := s.Events[len(s.Events)-1].Elapsed
		if limit := sessionLimit + overrun; end > limit {
			t.Errorf("%s: session %d took %v", d.Name, s.ID, end)
		}
	}
	renderAll(t, d.Name, &r)
	out.Reset()
	launch(t, launcher, &out, &errs, bin, "mx", "--lab", "--format", "json", d.Name)
	checkClean(t, d.Name+" by mx", out.Bytes())
	validate(t, d.Name, "mx", out.Bytes())
}

// validate holds real output against its JSON Schema in docs.
func validate(t *testing.T, what, schema string, document []byte) {
	c := jsonschema.NewCompiler()
	for _, name := range []string{"report", "mx"} {
		text, err := os.ReadFile("../docs/" + name + ".schema.json")
		if err != nil {
			t.Error(err)
			return
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Error(err)
			return
		}
		if err := c.AddResource(schemaBase+name+".schema.json", doc); err != nil {
			t.Error(err)
		}
	}
	compiled, err := c.Compile(schemaBase + schema + ".schema.json")
	if err != nil {
		t.Error(err)
		return
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Errorf("%s: %v\n%s", what, err, document)
		return
	}
	if err := compiled.Validate(doc); err != nil {
		t.Errorf("%s is not as docs/%s.schema.json says: %v", what, schema, err)
	}
}

const schemaBase = "https://github.com/smtpcheck/smtpcheck/raw/main/docs/"

// launch runs a command by way of testdata/launch, and returns its exit code and
// the most memory it had.
func launch(t *testing.T, launcher string, out, errs *bytes.Buffer, args ...string) (code int, kb int64) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Error(err)
		return -1, 0
	}
	defer read.Close()
	c := exec.Command(launcher, args...)
	c.Stdout, c.Stderr, c.ExtraFiles = out, errs, []*os.File{write}
	err = c.Run()
	_ = write.Close()
	if _, serr := fmt.Fscan(read, &code, &kb); serr != nil {
		t.Errorf("%v: %v: %s", args, err, errs.String())
	}
	return code, kb
}

// renderAll tells a report in every format and style, and twice.
func renderAll(t *testing.T, name string, r *check.Report) {
	for _, format := range report.Formats("probe") {
		for _, style := range report.Styles() {
			if format != report.FormatText && style != report.StyleSmtpcheck {
				continue // only the transcript has styles
			}
			for _, verbosity := range []report.Verbosity{report.Quiet, report.Normal, report.Verbose} {
				o := report.Options{Format: format, Style: style, Verbosity: verbosity, UTC: true, Width: 80}
				what := fmt.Sprintf("%s as %s, style %s, verbosity %d", name, format, style, verbosity)
				first, second := render(t, r, o), render(t, r, o)
				if !bytes.Equal(first, second) {
					t.Errorf("%s: not the same twice", what)
				}
				if len(first) > 2*outputLimit {
					t.Errorf("%s: %d bytes", what, len(first))
				}
				if format == report.FormatCSV { // RFC 4180, section 2
					first = bytes.ReplaceAll(first, []byte("\r\n"), []byte("\n"))
				}
				checkClean(t, what, first)
			}
		}
	}
}

func render(t *testing.T, r *check.Report, o report.Options) []byte {
	var b bytes.Buffer
	x, err := report.New(&b, o)
	if err != nil {
		t.Error(err)
		return nil
	}
	if err := x.Report(r); err != nil {
		t.Error(err)
	}
	if err := x.Close(); err != nil {
		t.Error(err)
	}
	return b.Bytes()
}

// checkClean fails for a byte that must never reach a terminal or a file.
func checkClean(t *testing.T, what string, b []byte) {
	if !utf8.Valid(b) {
		t.Errorf("%s: not UTF-8", what)
	}
	for _, r := range string(b) {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') {
			t.Errorf("%s: has %U", what, r)
			return
		}
	}
}

// hostileElsewhere are the cases of the list that no domain of the lab can act
// out, and the tests that do.
var hostileElsewhere = map[int]string{
	12: "loss, reordering, jitter: realtest, over a cable of its own",
	22: "CR and LF in what we send: smtp.TestCommandsAreOneLine, usage.txtar",
}

// TestHostileCasesAreAllHere keeps a domain, or a test named above, for every case from 1 to 59.
func TestHostileCasesAreAllHere(t *testing.T) {
	w, err := lab.Open(lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	domains, err := w.Domains()
	if err != nil {
		t.Fatal(err)
	}
	have := make(map[int]bool)
	number := regexp.MustCompile(`^h(\d\d)`)
	for _, d := range domains {
		if m := number.FindStringSubmatch(d.Name); m != nil {
			n, _ := strconv.Atoi(m[1])
			have[n] = true
		}
	}
	for n := 1; n <= 59; n++ {
		if _, elsewhere := hostileElsewhere[n]; !have[n] && !elsewhere {
			t.Errorf("case %d has no domain", n)
		}
	}
}
