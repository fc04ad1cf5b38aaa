package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/smtpcheck/smtpcheck/check"
)

// apart are the style and the script of a page, which are files of their own, and their hashes.
var apart = regexp.MustCompile(`(?s)<(style|script)>.*?</(style|script)>\n?|'sha256-[^']*'|&#39;sha256-.*?&#39;`)

// TestGoldenHTML tells every report as a page.
func TestGoldenHTML(t *testing.T) {
	for name, reports := range cases(t) {
		golden(t, name+".html", apart.ReplaceAll(told(t, Options{Format: FormatHTML, UTC: true}, reports...), nil))
	}
}

// elements is what a page is made of: each element with the names of its attributes.
func elements(t *testing.T, page []byte) []string {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		name := n.Data
		for _, a := range n.Attr {
			name += " " + a.Key
			if a.Key == "href" && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "https://") {
				t.Errorf("%s leads to %q", name, a.Val)
			}
		}
		out = append(out, name)
	}
	return out
}

// TestHTMLStaysInPlace: hostile text adds no element and no attribute to a page.
func TestHTMLStaysInPlace(t *testing.T) {
	evil := evil + `"'><script>x()</script><img src=x onerror=x()></pre></details><!--]]><style>*{}</style>{{.}}</svg></title>javascript:x()`
	good, bad := hostileWith("x"), hostileWith(evil)
	for _, r := range []*check.Report{good, bad} { // links are made of references only
		for i := range r.Findings {
			r.Findings[i].References = []string{"RFC 5321, section 4.2", "javascript:x()", "https://example.test/\"><script>x()</script>"}
		}
	}
	want := elements(t, told(t, Options{Format: FormatHTML, UTC: true}, good))
	got := elements(t, told(t, Options{Format: FormatHTML, UTC: true}, bad))
	if !slices.Equal(want, got) {
		t.Errorf("hostile text makes other elements:\n%s\n%s", want, got)
	}
	for _, name := range got {
		if strings.Contains(name, " on") || strings.Contains(name, " style") || strings.HasPrefix(name, "img") {
			t.Errorf("there is an element %s", name)
		}
	}
}

func TestHTMLEmpty(t *testing.T) {
	page := told(t, Options{Format: FormatHTML})
	if !bytes.Contains(page, []byte("Nothing was examined.")) || !bytes.HasSuffix(page, []byte("</html>\n")) {
		t.Errorf("%s", page)
	}
}

func TestLinkTo(t *testing.T) {
	for reference, href := range map[string]string{
		"RFC 5321, section 4.2.1":    "https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1",
		"RFC 7505":                   "https://www.rfc-editor.org/rfc/rfc7505",
		"https://example.test/a":     "https://example.test/a",
		"javascript:x()":             "",
		"RFC 5321\"onclick=x":        "",
		"draft-hall-prdr-00":         "",
		"RFC 5321, appendix D":       "",
		"RFC 1, section 4\"><script": "https://www.rfc-editor.org/rfc/rfc1",
	} {
		if got := linkTo(reference).Href; got != href {
			t.Errorf("%q leads to %q, want %q", reference, got, href)
		}
	}
}

// TestWaterfall: bars follow each other, lie inside the picture, and a long pause
// between sessions does not take its room.
func TestWaterfall(t *testing.T) {
	r := mixed(t)
	late := r.Sessions[len(r.Sessions)-1]
	late.ID, late.Started = 99, check.Time{Time: late.Started.Add(time.Hour)}
	r.Sessions = append(r.Sessions, late)
	w := newWaterfall(r, 1, newTheme(false))
	if len(w.Rows) != len(r.Sessions) || len(w.Pauses) != 1 || !strings.Contains(w.Pauses[0].Text, "h") && !strings.Contains(w.Pauses[0].Text, "min") {
		t.Fatalf("%d rows of %d, pauses %v", len(w.Rows), len(r.Sessions), w.Pauses)
	}
	for _, row := range w.Rows {
		last := float64(fallName)
		for _, bar := range row.Bars {
			x, width := decimalOf(t, bar.X), decimalOf(t, bar.Width)
			if x < last-fallSignal-0.2 || x+width > fallWidth-fallTotal+fallSignal {
				t.Errorf("%s: a bar from %s, %s wide, after %.1f", row.Name, bar.X, bar.Width, last)
			}
			last = x + width
		}
	}
	if newWaterfall(&check.Report{Sessions: []check.Session{{ID: 1}}}, 1, newTheme(false)) != nil {
		t.Error("there is a picture of nothing")
	}
	if left := newWaterfall(crowd(r, fallRows+7), 1, newTheme(false)); left.Left != 7 || len(left.Rows) != fallRows {
		t.Errorf("%d rows, %d left", len(left.Rows), left.Left)
	}
}

func decimalOf(t *testing.T, s string) float64 {
	t.Helper()
	d, err := time.ParseDuration(s + "s")
	if err != nil {
		t.Fatal(err)
	}
	return d.Seconds()
}

// crowd is a report with a number of sessions.
func crowd(r *check.Report, n int) *check.Report {
	out := *r
	out.Sessions = nil
	for range n {
		out.Sessions = append(out.Sessions, r.Sessions[len(r.Sessions)-1])
	}
	return &out
}

// TestHTMLAnchors: every link inside a page leads somewhere in it.
func TestHTMLAnchors(t *testing.T) {
	for name, reports := range cases(t) {
		root, err := html.Parse(bytes.NewReader(told(t, Options{Format: FormatHTML}, reports...)))
		if err != nil {
			t.Fatal(err)
		}
		ids := make(map[string]bool)
		var hrefs []string
		for n := range root.Descendants() {
			for _, a := range n.Attr {
				if a.Key == "id" {
					if ids[a.Val] {
						t.Errorf("%s: the anchor %s is there twice", name, a.Val)
					}
					ids[a.Val] = true
				}
				if rest, ok := strings.CutPrefix(a.Val, "#"); ok && a.Key == "href" {
					hrefs = append(hrefs, rest)
				}
			}
		}
		for _, x := range hrefs {
			if !ids[x] {
				t.Errorf("%s: nothing is at %s", name, x)
			}
		}
	}
}
