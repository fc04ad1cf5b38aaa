package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
)

// ours are the colour codes that a theme may write.
var ours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// unsafe returns the first thing in output that must not be there.
func unsafe(out []byte, colored bool) string {
	if colored {
		out = ours.ReplaceAll(out, nil)
	}
	if !utf8.Valid(out) {
		return "not UTF-8"
	}
	for _, r := range string(out) {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || !unicode.IsPrint(r)) {
			return string([]rune{r})
		}
	}
	return ""
}

// withoutCRLF takes the one control character out that a format has (RFC 4180, section 2).
func withoutCRLF(f Format, out []byte) []byte {
	if f == FormatCSV {
		return bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n"))
	}
	return out
}

// everyForm calls f for all formats, and all styles of the text.
func everyForm(f func(Options)) {
	for _, format := range Formats("probe") {
		f(Options{Format: format, Verbosity: Quiet, Color: true})
		f(Options{Format: format, Verbosity: Verbose, UTC: true})
	}
	for _, style := range Styles() {
		for _, width := range []int{0, 40, 80} {
			f(Options{Style: style, Width: width, Color: width == 80, Verbosity: Verbosity(width % 3 & 1), UTC: true})
		}
	}
}

// TestNothingUnsafe puts any bytes wherever others put some: no control
// character, no format character and nothing that is not UTF-8 comes out.
func TestNothingUnsafe(t *testing.T) {
	pieces := rapid.OneOf(
		rapid.SampledFrom([]string{"\x1b[2J", "\x9b2J", "\u009b", "\u202e", "\u2066", "\x00", "\r", "\n", "\x7f", "\u00ad", "\u2028", "```", "|", "<b>", "\\x1b", "*", " ", "é", "日本", "👩‍👩‍👧", "\u0301", "\U000e0041", "\ufffd", "\xff"}),
		rapid.StringN(0, 10, -1),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 10), func(b []byte) string { return string(b) }),
	)
	rapid.Check(t, func(rt *rapid.T) {
		r := hostileWith(strings.Join(rapid.SliceOfN(pieces, 0, 8).Draw(rt, "evil"), ""))
		everyForm(func(o Options) {
			if bad := unsafe(withoutCRLF(o.Format, told(t, o, r)), o.Color); bad != "" {
				rt.Fatalf("%+v: %q", o, bad)
			}
		})
		for _, o := range []Options{{}, {Format: FormatTable}, {Format: FormatJSON}, {Format: FormatMarkdown}} {
			var b bytes.Buffer
			m := &check.MXReport{Domain: r.Summary, Unicode: r.Summary, Resolution: r.Resolution, Verdict: "x", Summary: r.Summary, Findings: r.Findings}
			m.Resolution.Notes, m.Resolution.Aliases = []mxresolve.Problem{"x"}, []string{r.Summary}
			if err := Write(&b, m, o); err != nil {
				rt.Fatal(err)
			}
			if bad := unsafe(b.Bytes(), false); bad != "" {
				rt.Fatalf("mx: %+v: %q", o, bad)
			}
			b.Reset()
			if o.Format == FormatTable || o.Format == FormatMarkdown {
				continue
			}
			e := diagnose.Explanation{Text: r.Summary, Title: r.Summary, Explain: r.Summary, Remedy: r.Summary, Row: r.Summary, Source: r.Summary, Reason: r.Reason}
			if err := Write(&b, e, o); err != nil {
				rt.Fatal(err)
			}
			if bad := unsafe(b.Bytes(), false); bad != "" {
				rt.Fatalf("explain: %+v: %q", o, bad)
			}
		}
	})
}

// TestMarkdownStaysInPlace counts what hostile text could add to a ticket: a
// row, a cell, a fence, a heading.
func TestMarkdownStaysInPlace(t *testing.T) {
	good, bad := hostileWith("x"), hostileWith(evil+"\n# h\n```\n| a | b |\n<script>\n- [x](http://evil.test) @all #1 www.evil.test")
	shape := func(r *check.Report) (rows, bars, fences, headings, items int) {
		fenced := ""
		for line := range strings.Lines(string(told(t, Options{Format: FormatMarkdown, UTC: true}, r))) {
			switch {
			case strings.HasPrefix(line, "```") && (fenced == "" || strings.TrimSpace(line) == fenced):
				fences++
				if fenced = strings.TrimRight(line, "tex\n"); fences%2 == 0 {
					fenced = ""
				}
			case fenced != "":
			case strings.HasPrefix(line, "|"):
				rows++
				bars += strings.Count(line, "|")
			case strings.HasPrefix(line, "#"):
				headings++
			case strings.HasPrefix(strings.TrimSpace(line), "- "):
				items++
			}
		}
		return
	}
	r1, b1, f1, h1, i1 := shape(good)
	r2, b2, f2, h2, i2 := shape(bad)
	if r1 != r2 || b1 != b2 || f1 != f2 || h1 != h2 || i1 != i2 || f1 != 2 {
		t.Errorf("rows %d %d, bars %d %d, fences %d %d, headings %d %d, items %d %d", r1, r2, b1, b2, f1, f2, h1, h2, i1, i2)
	}
}

func TestMarkdownText(t *testing.T) {
	for text, want := range map[string]string{
		"a*b_c`d":              "a\\*b\\_c\\`d",
		"<b>&amp;[x](y)|~":     `\<b\>\&amp;\[x\](y)\|\~`,
		"http://a.test":        `http\://a.test`,
		"see www.a.test":       `see www\.a.test`,
		"a: b, mail a@b.test":  "a: b, mail a@b.test",
		"thanks @all, see #12": `thanks \\x40all, see \\x2312`,
	} {
		if got := mdText(text); got != want {
			t.Errorf("mdText(%q) is %q, want %q", text, got, want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"a", "`a`"}, {"a`b", "`` a`b ``"}, {" a", "`  a `"}, {"a|b", "`a\\x7cb`"}, {"", ""},
	} {
		if got := mdCode(c.text); got != c.want {
			t.Errorf("mdCode(%q) is %q, want %q", c.text, got, c.want)
		}
	}
}

// TestWidth wraps any text: no line is wider than asked for unless one
// character is, and nothing but blanks is lost.
func TestWidth(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := clean(rapid.String().Draw(rt, "text"))
		width := rapid.IntRange(1, 50).Draw(rt, "width")
		lines := wrap(text, width)
		for _, line := range lines {
			if widthOf(line) > width && utf8.RuneCountInString(line) > 1 {
				rt.Fatalf("%q is wider than %d", line, width)
			}
		}
		strip := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := strip(strings.Join(lines, "")); got != strip(text) {
			rt.Fatalf("%q became %q", text, lines)
		}
	})
}

// TestCapital: a letter of several bytes stays whole.
func TestCapital(t *testing.T) {
	for word, want := range map[string]string{"": "", "trusted": "Trusted", "éa": "Éa", "\U0001F49B": "\U0001F49B"} {
		if got := capital(word); got != want {
			t.Errorf("%q: %q", word, got)
		}
	}
}
