package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/smtpcheck/smtpcheck/check"
)

// htmlForm is one self-contained page for all reports of a run: it loads nothing,
// its style and its small script are named by their hashes in its
// Content-Security-Policy, and without the script only the copy buttons are missing.
// What others have said is text in it, escaped by html/template after it was made printable.
type htmlForm struct {
	w     io.Writer
	o     Options
	begun bool
	count int // reports told
}

func newHTML(w io.Writer, o Options) *htmlForm {
	o.Color, o.Width, o.Style = false, 0, StyleSmtpcheck
	return &htmlForm{w: w, o: o}
}

//go:embed html/page.tmpl
var pageTemplate string

//go:embed html/page.css
var pageStyle string

//go:embed html/page.js
var pageScript string

// pages parses the template when the first page is written.
var pages = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Parse(pageTemplate)
})

// htmlHead is what the head of a page has.
type htmlHead struct {
	Title, Generator, Policy string
	Style                    template.CSS
}

// contentPolicy lets the page have its own style and script, and nothing else
// (https://www.w3.org/TR/CSP3/).
func contentPolicy() string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(pageStyle) + "; script-src " + hash(pageScript) +
		"; base-uri 'none'; form-action 'none'"
}

// begin writes the head of the page, once.
func (h *htmlForm) begin(title, tool string) error {
	if h.begun {
		return nil
	}
	h.begun = true
	return h.execute("head", htmlHead{title, tool, contentPolicy(), template.CSS(pageStyle)}) //nolint:gosec // it is ours
}

func (h *htmlForm) execute(name string, data any) error {
	t, err := pages()
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	_, err = io.WriteString(h.w, b.String())
	return err
}

// article writes one report.
func (h *htmlForm) article(a *htmlArticle) error {
	if err := h.begin("smtpcheck: "+a.Title+": "+a.Verdict, a.Tool); err != nil {
		return err
	}
	return h.execute("article", a)
}

func (h *htmlForm) report(r *check.Report, _ *destination) error {
	h.count++
	return h.article(probeArticle(r, h.count, h.o))
}

func (h *htmlForm) relay(r *check.RelayReport, _ func(string) *destination) error {
	h.count++
	if err := h.article(relayArticle(r, h.count, h.o)); err != nil {
		return err
	}
	for _, x := range r.Deliveries {
		if err := h.report(x, nil); err != nil {
			return err
		}
	}
	return nil
}

// document writes what is not a report.
func (h *htmlForm) document(doc any) error {
	h.count++
	switch d := doc.(type) {
	case *check.MXReport:
		return h.article(mxArticle(d, h.count, h.o))
	case check.MXReport:
		return h.article(mxArticle(&d, h.count, h.o))
	case *check.SelfReport:
		return h.article(selfArticle(d, h.count, h.o))
	}
	return fmt.Errorf("no format %q for %T", string(FormatHTML), doc)
}

// close ends the page. One without a report says so.
func (h *htmlForm) close() error {
	empty := !h.begun
	if err := h.begin("smtpcheck", "smtpcheck "+clean(h.o.Version)); err != nil {
		return err
	}
	return h.execute("foot", struct {
		Empty  bool
		Script template.JS
	}{empty, template.JS(pageScript)}) //nolint:gosec // it is ours
}
