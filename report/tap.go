package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// tapForm is the Test Anything Protocol, version 13, which those that know 14 read
// too: a test for each recipient, with details in YAML below it. The plan comes last.
type tapForm struct {
	w     io.Writer
	o     Options
	count int
}

func (f *tapForm) item(x *item) error {
	var b bytes.Buffer
	f.begin(&b)
	f.count++
	not := ""
	if x.grade != isGood {
		not = "not "
	}
	fmt.Fprintf(&b, "%sok %d - %s\n", not, f.count, tapText(x.name+" "+x.summary))
	if f.o.Verbosity > Quiet {
		f.yaml(&b, x)
	}
	_, err := f.w.Write(b.Bytes())
	return err
}

func (f *tapForm) begin(b *bytes.Buffer) {
	if f.count == 0 {
		b.WriteString("TAP version 13\n")
	}
}

// yaml writes what is known as a block of YAML, of those parts of it that Perl's
// TAP::Harness reads: strings of JSON, which YAML has too, and lines that stand as they are
// since they are indented. Nothing in them means anything.
func (f *tapForm) yaml(b *bytes.Buffer, x *item) {
	b.WriteString("  ---\n")
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(b, "  %s: %s\n", name, yamlString(value))
		}
	}
	field("severity", [...]string{"comment", "fail", "error"}[x.grade])
	field("verdict", x.word)
	field("reason", x.reason)
	field("host", x.host)
	field("reply", joined(" ", x.reply, x.said))
	fmt.Fprintf(b, "  duration_ms: %d\n", x.took.Milliseconds())
	b.WriteString("  details: |\n")
	for _, line := range append([]string{x.summary}, x.details()...) {
		b.WriteString("    " + strings.TrimSpace(line) + "\n")
	}
	b.WriteString("  ...\n")
}

func yamlString(s string) string {
	var b bytes.Buffer
	if err := writeJSON(&b, s, false); err != nil {
		return `""` // a string can always be written
	}
	return strings.TrimRight(b.String(), "\n")
}

// tapText escapes what would begin a directive.
func tapText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(s)
}

func (f *tapForm) close() error {
	var b bytes.Buffer
	f.begin(&b)
	fmt.Fprintf(&b, "1..%d\n", f.count)
	_, err := f.w.Write(b.Bytes())
	return err
}
