package report

import (
	"encoding/xml"
	"io"
	"strings"
	"time"
)

// junitForm is the XML that JUnit made common: a testsuite for each domain, a testcase
// for each recipient. What was refused is a failure, what could not be examined
// an error. It is written at the end, since a suite begins with its sums.
//
// It keeps to the schema of Jenkins' xunit plugin, with elements in the order of Ant's,
// and to what GitLab and readers on GitHub know. Characters that XML 1.0 cannot hold do not
// occur in printable text.
type junitForm struct {
	w      io.Writer
	o      Options
	suites []*junitSuite
}

func newJUnit(w io.Writer, o Options) (*junitForm, error) {
	_, err := newStyle(o, newTheme(false))
	return &junitForm{w: w, o: o}, err
}

type junitSuites struct {
	XMLName  xml.Name      `xml:"testsuites"`
	Name     string        `xml:"name,attr"`
	Tests    int           `xml:"tests,attr"`
	Failures int           `xml:"failures,attr"`
	Errors   int           `xml:"errors,attr"`
	Time     string        `xml:"time,attr"`
	Suites   []*junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Package    string          `xml:"package,attr"`
	ID         int             `xml:"id,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Hostname   string          `xml:"hostname,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`

	key  string
	took time.Duration
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
	Out     *junitText    `xml:"system-out"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

// junitText stands in CDATA, where its lines stay lines and its text reads as it is.
type junitText struct {
	Text string `xml:",cdata"`
}

func (f *junitForm) item(x *item) error {
	s := f.suite(x)
	s.Tests++
	s.took += x.took
	c := junitCase{Name: x.name, Class: s.Package + "." + x.domain, Time: inSeconds(x.took)}
	p := &junitProblem{Message: x.summary, Type: x.kind(), Text: strings.Join(append([]string{x.summary}, x.details()...), "\n")}
	switch x.grade {
	case isBad:
		s.Failures++
		c.Failure = p
	case isUnknown:
		s.Errors++
		c.Error = p
	}
	if f.o.Verbosity > Quiet {
		lines, err := transcriptLines(x.r, f.o)
		if err != nil {
			return err
		}
		if c.Failure == nil && c.Error == nil {
			lines = append(append([]string{x.summary}, x.details()...), lines...)
		}
		if len(lines) > 0 {
			c.Out = &junitText{strings.Join(lines, "\n")}
		}
	}
	s.Cases = append(s.Cases, c)
	return nil
}

// suite is that of the item's domain; the first item of it gives the time.
func (f *junitForm) suite(x *item) *junitSuite {
	command := "probe"
	if x.relay {
		command = "relay"
	}
	key := command + " " + x.domain
	for _, s := range f.suites {
		if s.key == key {
			return s
		}
	}
	s := &junitSuite{
		Name: "smtpcheck " + key, Package: "smtpcheck." + command, ID: len(f.suites), key: key,
		Timestamp: x.r.Started.UTC().Format("2006-01-02T15:04:05"), Hostname: "localhost",
		Properties: []junitProperty{{"tool", joined(" ", clean(x.r.Tool.Name), clean(x.r.Tool.Version))}, {"mode", clean(string(x.r.Mode))}},
	}
	if !x.relay {
		s.Properties = append(s.Properties, junitProperty{"sender", "<" + clean(x.r.Sender) + ">"})
	}
	if x.r.HELO != "" {
		s.Hostname = clean(x.r.HELO)
	}
	f.suites = append(f.suites, s)
	return s
}

func (f *junitForm) close() error {
	all := junitSuites{Name: "smtpcheck", Suites: f.suites}
	var took time.Duration
	for _, s := range f.suites {
		s.Time = inSeconds(s.took)
		all.Tests, all.Failures, all.Errors = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors
		took += s.took
	}
	all.Time = inSeconds(took)
	if _, err := io.WriteString(f.w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(f.w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(f.w, "\n")
	return err
}
