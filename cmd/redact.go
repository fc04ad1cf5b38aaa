package cmd

import (
	"bytes"
	"io"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/redact"
	"github.com/smtpcheck/smtpcheck/report"
)

// redacted holds documents back until all are known, and tells them then, with
// pseudonyms: no pseudonym may be a name that comes later. What goes to standard error, the
// status line and hints, is for who runs the program and has the names as they are.
type redacted struct {
	report.Renderer // shows the status line and writes nothing
	mapper          *redact.Mapper
	docs            []any
	told            bool
	err             error
}

// hold holds back what is told from now on.
func (out *outputs) hold(mode redact.Mode, o report.Options) error {
	o.Format = report.FormatJSON
	silent, err := report.New(io.Discard, o)
	out.redacted = &redacted{Renderer: silent, mapper: redact.New(mode)}
	out.renderer = out.redacted
	return err
}

// keep keeps a document, and reports whether that went well.
func (r *redacted) keep(doc any) bool {
	if r.err == nil {
		r.err = r.mapper.Learn(doc)
		r.docs = append(r.docs, doc)
	}
	return r.err == nil
}

// Report keeps a report.
func (r *redacted) Report(doc *check.Report) error {
	_ = r.Renderer.Report(doc) // for the status line
	r.keep(doc)
	return r.err
}

// Relay keeps a report about a submission server.
func (r *redacted) Relay(doc *check.RelayReport) error {
	_ = r.Renderer.Relay(doc)
	r.keep(doc)
	return r.err
}

// Expect says how many messages there will be, for the status line.
func (r *redacted) Expect(messages int) {
	if p, ok := r.Renderer.(report.Progress); ok {
		p.Expect(messages)
	}
}

// tell tells the documents to every output, unless an original is left in one of
// them: then nothing is written at all.
func (r *redacted) tell(out *outputs) error {
	if r.told {
		return r.err
	}
	r.told = true
	_ = r.Close() // the status line
	if r.err != nil {
		return r.err
	}
	left := 0
	for i := range r.docs {
		if r.docs[i], r.err = redact.Any(r.mapper, r.docs[i]); r.err != nil {
			return r.err
		}
		left = max(left, r.mapper.LeaksIn(r.docs[i]))
	}
	for _, s := range out.sinks {
		var text []byte
		if text, r.err = r.render(s.options); r.err != nil {
			return r.err
		}
		left = max(left, r.mapper.Leaks(text))
	}
	if left > 0 {
		r.err = fail(check.ExitInternal, "the redacted report still contains original names (%d); it is not written", left).
			hint("without --redact it is written as it is; look through it before you share it")
		out.abandon()
		return r.err
	}
	out.each(func(s *sink) error { return r.tellTo(s.renderer) })
	return nil
}

// render makes what one output is to have.
func (r *redacted) render(o report.Options) ([]byte, error) {
	var b bytes.Buffer
	o.Live, o.Status = false, nil
	renderer, err := report.New(&b, o)
	if err == nil {
		err = r.tellTo(renderer)
	}
	if err == nil {
		err = renderer.Close()
	}
	return b.Bytes(), err
}

// tellTo tells the documents.
func (r *redacted) tellTo(renderer report.Renderer) (err error) {
	for _, doc := range r.docs {
		switch doc := doc.(type) {
		case *check.Report:
			err = renderer.Report(doc)
		case *check.RelayReport:
			err = renderer.Relay(doc)
		default:
			err = renderer.Document(doc)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
