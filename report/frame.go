package report

import (
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
)

// form is one format: what it writes is a function of the reports it is given.
type form interface {
	// report tells a report; d is its destination if it was observed, else nil.
	report(r *check.Report, d *destination) error
	close() error
}

// liveForm is a form that tells events when they happen.
type liveForm interface {
	event(d *destination, s *check.Session, e *probe.Event) error
	end(d *destination, s *check.Session) error
}

// destination is what a form knows about a destination under way.
type destination struct {
	refs []check.Ref
	told map[int]*seqs // by session: the events told live
	live bool          // a session of it is or was shown while it goes on
	seen bool          // something of it was shown
	held map[int][]check.Event
	left int                   // reports of it that are still to come
	data map[int][]check.Event // of each session, the message text that was sent: it says what a loss means
}

// seqs is a set of event numbers.
type seqs struct{ bits []uint64 }

// add puts a number into the set and reports whether it was not there.
func (s *seqs) add(n int) bool {
	if n < 0 || n > 1<<20 {
		return true
	}
	for len(s.bits) <= n/64 {
		s.bits = append(s.bits, 0)
	}
	was := s.bits[n/64]
	s.bits[n/64] |= 1 << (n % 64)
	return s.bits[n/64] != was
}

// toldOf returns the set of events of a session that were told live.
func (d *destination) toldOf(session int) *seqs {
	if d.told[session] == nil {
		d.told[session] = new(seqs)
	}
	return d.told[session]
}

// frame puts a form and the status line together.
type frame struct {
	mu       sync.Mutex
	form     form
	w        io.Writer
	o        Options
	status   *status
	d        *destination   // the one under way, nil for none
	open     []*destination // all since something was reported, that one the last
	reported bool
	err      error // the first of writing
}

// Report tells a report.
func (r *frame) Report(rep *check.Report) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done(rep.ID)
	r.write(func() error { return r.form.report(rep, r.found(rep.ID)) })
	return r.err
}

// Relay tells a report about a submission server.
func (r *frame) Relay(rep *check.RelayReport) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	form, ok := r.form.(relayForm)
	if !ok {
		return fmt.Errorf("no such format of %T", rep)
	}
	for _, x := range rep.Deliveries {
		r.done(x.ID)
	}
	r.done(rep.ID)
	r.write(func() error { return form.relay(rep, r.found) })
	return r.err
}

// done notes that a report has come.
func (r *frame) done(id string) {
	r.status.done(id)
	r.reported = true
	if d := r.found(id); d != nil {
		d.left--
	}
}

// PluginCode is that of a form that has one.
func (r *frame) PluginCode() (code int, ok bool) {
	f, ok := r.form.(items)
	if !ok {
		return 0, false
	}
	p, ok := f.itemForm.(Plugin)
	if !ok {
		return 0, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return p.PluginCode()
}

// documentForm is a form that tells other documents too in its own way.
type documentForm interface {
	document(doc any) error
}

// Document tells a document that is not a report.
func (r *frame) Document(doc any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.write(func() error {
		if form, ok := r.form.(documentForm); ok {
			return form.document(doc)
		}
		return Write(r.w, doc, r.o)
	})
	return r.err
}

// found is the destination under way that a report is of, nil for none.
func (r *frame) found(id string) *destination {
	for _, d := range slices.Backward(r.open) {
		if slices.ContainsFunc(d.refs, func(ref check.Ref) bool { return ref.ID == id }) {
			return d
		}
	}
	return nil
}

// Close ends the output.
func (r *frame) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.write(r.form.close)
	r.status.clear()
	return r.err
}

// write lets the form write while the status line is out of the way. After an
// error nothing more is written.
func (r *frame) write(f func() error) {
	r.status.clear()
	if r.err == nil {
		r.err = f()
	}
	r.status.draw()
}

// Expect says how many messages there will be, for the status line.
func (r *frame) Expect(messages int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.messages = messages
}

// Begin announces a destination.
func (r *frame) Begin(refs []check.Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reported {
		r.open = slices.DeleteFunc(r.open, func(d *destination) bool { return d.left <= 0 })
		r.reported = false
	}
	if r.d = r.again(refs); r.d == nil {
		r.d = &destination{refs: refs, left: len(refs), told: make(map[int]*seqs), held: make(map[int][]check.Event), data: make(map[int][]check.Event)}
		r.open = append(r.open, r.d)
	}
	r.status.begin(refs)
	r.status.draw()
}

// again is the destination whose recipients are asked about again, nil for none.
func (r *frame) again(refs []check.Ref) *destination {
	for _, d := range r.open {
		if len(refs) > 0 && slices.Contains(d.refs, refs[0]) {
			return d
		}
	}
	return nil
}

// Waits tells which recipients wait for their next round.
func (r *frame) Waits(list []check.Pause) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.pauses = list
	r.status.draw()
}

// Plan announces a session.
func (r *frame) Plan(s check.Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.plan(&s)
	r.status.draw()
}

// Event tells of an event of a session.
func (r *frame) Event(s check.Session, e probe.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Kind == probe.KindData && e.Extension == "" {
		r.status.sent++
		r.status.draw()
	}
	if form, ok := r.form.(liveForm); ok && r.d != nil && len(r.d.refs) > 0 {
		if e.Kind == probe.KindData {
			r.d.data[s.ID] = append(r.d.data[s.ID], check.Event{Event: e})
		}
		s.Events = r.d.data[s.ID]
		r.write(func() error { return form.event(r.d, &s, &e) })
	}
}

// End tells that a session has ended.
func (r *frame) End(s check.Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.end(&s)
	if form, ok := r.form.(liveForm); ok && r.d != nil && len(r.d.refs) > 0 {
		s.Events = r.d.data[s.ID]
		r.write(func() error { return form.end(r.d, &s) })
	}
	r.status.draw()
}

// Known tells that a verdict is known although sessions go on.
func (r *frame) Known(ref check.Ref, v diagnose.Verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.known(ref, v)
	r.status.draw()
}
