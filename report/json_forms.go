package report

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
)

// jsonForm is one indented object after another, one a recipient.
type jsonForm struct{ w io.Writer }

func (f *jsonForm) report(r *check.Report, _ *destination) error { return writeJSON(f.w, r, true) }
func (f *jsonForm) close() error                                 { return nil }

// ndjsonForm is one object a line: the events of a recipient, then its whole report.
//
// Events of a destination with one recipient come live. All others come with
// their report, in the order of their time, then session, then number; the same
// report gives the same lines again. So the lines of a session are
// always in their order, and only those of different sessions may stand
// differently when replayed.
type ndjsonForm struct{ w io.Writer }

// eventLine is what an event line has besides the event's own keys.
type eventLine struct {
	Type      string `json:"type"`
	ReportID  string `json:"report_id"`
	Recipient string `json:"recipient"`
	Session   int    `json:"session"`
	Host      string `json:"host"`
	Address   string `json:"address"`
}

func (f *ndjsonForm) event(d *destination, s *check.Session, e *probe.Event) error {
	if len(d.refs) != 1 {
		return nil
	}
	d.toldOf(s.ID).add(e.Seq)
	return f.write(eventLine{"event", d.refs[0].ID, d.refs[0].Recipient, s.ID, s.Host, s.Address}, check.Event{Event: *e})
}

func (f *ndjsonForm) end(*destination, *check.Session) error { return nil }

func (f *ndjsonForm) report(r *check.Report, d *destination) error {
	if err := f.events(r, d); err != nil {
		return err
	}
	return f.write(struct {
		Type string `json:"type"`
	}{"report"}, r)
}

// events tells the events of a report that were not told yet.
func (f *ndjsonForm) events(r *check.Report, d *destination) error {
	type item struct {
		session *check.Session
		event   check.Event
	}
	var items []item
	for i := range r.Sessions {
		s := &r.Sessions[i]
		for _, e := range s.Events {
			if d == nil || d.toldOf(s.ID).add(e.Seq) {
				items = append(items, item{s, e})
			}
		}
	}
	slices.SortStableFunc(items, func(a, b item) int {
		if c := a.event.Time.Compare(b.event.Time); c != 0 {
			return c
		}
		if a.session.ID != b.session.ID {
			return a.session.ID - b.session.ID
		}
		return a.event.Seq - b.event.Seq
	})
	for _, x := range items {
		line := eventLine{"event", r.ID, r.Recipient, x.session.ID, x.session.Host, x.session.Address}
		if err := f.write(line, x.event); err != nil {
			return err
		}
	}
	return nil
}

func (f *ndjsonForm) close() error { return nil }

// write writes the keys of two objects as one line.
func (f *ndjsonForm) write(head, body any) error {
	var both bytes.Buffer
	for i, v := range []any{head, body} {
		var b bytes.Buffer
		if err := writeJSON(&b, v, false); err != nil {
			return err
		}
		object := bytes.TrimSpace(b.Bytes())
		if len(object) < 3 || object[0] != '{' {
			return errors.New("not an object with keys")
		}
		if i == 0 {
			both.Write(object[:len(object)-1])
			continue
		}
		both.WriteByte(',')
		both.Write(object[1:])
	}
	both.WriteByte('\n')
	_, err := f.w.Write(both.Bytes())
	return err
}
