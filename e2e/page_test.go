package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// pages are runs whose pages are looked at, with their exit codes.
var pages = map[string]struct {
	code int
	args []string
}{
	"mixed":      {0, []string{"probe", "alice@mixed.test"}},
	"tls":        {0, []string{"probe", "--tls-check", "alice@sts-enforce-fail.test"}},
	"extensions": {0, []string{"probe", "--extensions", "alice@lying.test"}},
	"several":    {68, []string{"probe", "a@null-mx.test", "b@good.test", "c@h18-escapes.test"}},
	"relay":      {0, []string{"relay", "smtp.submission.test"}},
	"mx":         {68, []string{"mx", "stale.test", "null-mx.test"}},
	"self":       {0, []string{"self", "--from", "news@sender.test"}},
	"beside":     {0, []string{"probe", "--catch-all", "--postmaster", "--dns-truth", "--from", "me@example.org", "alice@catch-all.test"}},
}

func lab(t *testing.T, name string) []byte {
	t.Helper()
	p := pages[name]
	return smtpcheck(t, []int{p.code}, append(p.args, "--lab", "--format", "html")...)
}

// TestViews looks at each page light and dark, wide and narrow: nothing sticks
// out, all text can be read (WCAG 2.1, contrast of 4.5 and more), and the script runs.
func TestViews(t *testing.T) {
	tab := browser(t)
	for name := range pages {
		file := page(t, lab(t, name))
		for _, v := range []view{{1200, false}, {1200, true}, {360, false}, {360, true}} {
			open(tab, t, file, v)
			if out := evaluate[string](tab, t, widest); out != "" {
				t.Errorf("%s, %+v: sticks out: %s", name, v, out)
			}
			if faint := evaluate[string](tab, t, faintest); faint != "" {
				t.Errorf("%s, %+v: hard to read: %s", name, v, faint)
			}
			want := "rgb(255, 255, 255)"
			if v.dark {
				want = "rgb(18, 22, 27)"
			}
			if got := evaluate[string](tab, t, "getComputedStyle(document.body).backgroundColor"); got != want {
				t.Errorf("%s, %+v: the paper is %s, not %s", name, v, got, want)
			}
			if evaluate[int](tab, t, `document.querySelectorAll("pre").length - document.querySelectorAll("button.copy").length`) != 0 {
				t.Errorf("%s, %+v: there are no copy buttons, so the script did not run", name, v)
			}
		}
	}
}

// widest is an element that makes the page wider than the screen.
const widest = `(() => {
  if (document.documentElement.scrollWidth <= innerWidth) return "";
  const outer = e => (e.scrollWidth > e.clientWidth && e.clientWidth || e.getBoundingClientRect().right > innerWidth) && !e.closest(".scroll, pre");
  return [...document.querySelectorAll("body *")].filter(outer).map(e => e.outerHTML.slice(0, 100)).join("; ") || "something";
})()`

// faintest is the text of the least contrast, if that is under 4.5.
const faintest = `(() => {
  const luminance = c => { const [r, g, b] = c.map(x => (x /= 255) <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const parse = s => s.match(/[\d.]+/g).map(Number);
  const paper = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  for (const e of document.querySelectorAll("main *:not(svg *)")) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const a = luminance(parse(getComputedStyle(e).color).slice(0, 3)), b = luminance(paper(e));
    const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (contrast < 4.5) return contrast.toFixed(2) + " " + e.outerHTML.slice(0, 100);
  }
  return "";
})()`

// TestEvidence follows the link from the verdict to the line that proves it, in a
// transcript that was folded.
func TestEvidence(t *testing.T) {
	tab := browser(t)
	open(tab, t, page(t, lab(t, "mixed")), view{1200, false})
	if folded := evaluate[int](tab, t, `document.querySelectorAll("details.session:not([open])").length`); folded == 0 {
		t.Error("no transcript is folded")
	}
	_ = evaluate[bool](tab, t, `document.querySelectorAll("details").forEach(d => d.open = false); true`)
	if err := chromedp.Do(tab, chromedp.Click(chromedp.CSS("dl a"))); err != nil {
		t.Fatal(err)
	}
	got := evaluate[string](tab, t, `(e => e.checkVisibility() ? e.textContent : "folded")(document.querySelector(":target"))`)
	if !strings.Contains(got, "250 2.0.0") {
		t.Errorf("the link leads to %q", got)
	}
}

// evil is what somebody would write to be run.
const evil = `</title></style></pre></svg><script>window.owned=1</script><img src=x onerror="window.owned=1"><svg onload="window.owned=1"><a href="javascript:window.owned=1">`

// TestHostile puts such text wherever others put some: it is shown and not run.
func TestHostile(t *testing.T) {
	tab := browser(t)
	report := smtpcheck(t, []int{0}, "probe", "--lab", "--json", "alice@mixed.test")
	quoted, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	inner := quoted[1 : len(quoted)-1]
	for _, word := range []string{"Greylisted", "mx2.mixed.test", "ESMTP", "mx/backup-only", "RFC 5321", "gets this"} {
		report = bytes.ReplaceAll(report, []byte(word), append([]byte(word), inner...))
	}
	file := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(file, report, 0o644); err != nil {
		t.Fatal(err)
	}
	hostile := smtpcheck(t, []int{0}, "replay", "--format", "html", file)
	if bytes.Count(hostile, []byte("&lt;script&gt;window.owned=1")) < 10 {
		t.Fatal("the text is not in the page")
	}
	open(tab, t, page(t, hostile), view{1200, false})
	if n := evaluate[int](tab, t, `document.querySelectorAll("script").length`); n != 1 {
		t.Errorf("there are %d scripts", n)
	}
	if evaluate[bool](tab, t, "window.owned === 1") {
		t.Error("the text was run")
	}
	// And if there were a hole, the page's policy would still stop it.
	holed := bytes.Replace(hostile, []byte("<main>"), []byte(`<main><script>window.owned=1</script><p id="p" style="color:red" onclick="window.owned=1">x</p><img src=x onerror="window.owned=1">`), 1)
	open(tab, t, page(t, holed), view{1200, false})
	if err := chromedp.Do(tab, chromedp.Click(chromedp.CSS("#p"))); err != nil {
		t.Fatal(err)
	}
	if evaluate[bool](tab, t, "window.owned === 1") || evaluate[string](tab, t, `getComputedStyle(document.getElementById("p")).color`) == "rgb(255, 0, 0)" {
		t.Error("the Content-Security-Policy lets other scripts or styles in")
	}
	if evaluate[int](tab, t, `document.querySelectorAll("button.copy").length`) == 0 {
		t.Error("and not our own")
	}
}

// TestPrint: a printed page has what is folded on the screen.
func TestPrint(t *testing.T) {
	convert := needProgram(t, "pdftotext")
	tab := browser(t)
	open(tab, t, page(t, lab(t, "mixed")), view{1200, false})
	pdf, err := chromedp.Run(tab, chromedp.PrintToPDF())
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(convert, "-layout", "-", "-")
	c.Stdin = bytes.NewReader(pdf)
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"[3] S <-- 450 4.2.0", "[5] S <-- 250 2.0.0", "Where the time went", "mixed.test MX"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the print has no %q:\n%s", want, out)
		}
	}
}

// TestValid asks the W3C's validator.
func TestValid(t *testing.T) {
	java := needProgram(t, "java")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	jar := filepath.Join(cache, "smtpcheck", "vnu", "package", "build", "dist", "vnu.jar")
	if _, err := os.Stat(jar); err != nil {
		need(t, "%s is not there", jar)
	}
	args := []string{"-jar", jar, "--errors-only"}
	for name := range pages {
		args = append(args, page(t, lab(t, name)))
	}
	if out, err := exec.Command(java, args...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
	broken := page(t, []byte("<!DOCTYPE html><html lang=en><title>x</title><ul><p>x</ul>"))
	if err := exec.Command(java, "-jar", jar, "--errors-only", broken).Run(); err == nil {
		t.Error("the validator finds no fault with anything")
	}
}
