package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// Event is an event of a transcript in the form that reports have as JSON.
// Nothing is lost: what JSON cannot say as text stands in raw.
type Event struct{ probe.Event }

// eventJSON is the JSON of an Event.
type eventJSON struct {
	Seq         int           `json:"seq"`
	Time        Time          `json:"time"`
	Elapsed     Millis        `json:"elapsed_ms"`
	Kind        probe.Kind    `json:"kind"`
	Stage       smtp.Stage    `json:"stage"`
	Secure      bool          `json:"secure"`
	Transaction int           `json:"transaction,omitempty"`
	Extension   string        `json:"extension,omitempty"`
	Text        []string      `json:"text,omitempty"`
	Raw         []byte        `json:"raw,omitempty"`
	Code        int           `json:"code,omitempty"`
	Enhanced    string        `json:"enhanced,omitempty"`
	Defects     []smtp.Defect `json:"defects,omitempty"`
	Note        probe.Note    `json:"note,omitempty"`
	Failure     string        `json:"failure,omitempty"`
	Partial     bool          `json:"partial,omitempty"`
	Size        *int64        `json:"size,omitempty"`
	SHA256      string        `json:"sha256,omitempty"`
	Chunk       int64         `json:"chunk,omitempty"`
	Complete    bool          `json:"complete,omitempty"`
	TLS         *TLS          `json:"tls,omitempty"`
	Latency     *Millis       `json:"latency_ms,omitempty"`
}

// MarshalJSON writes the event.
func (e Event) MarshalJSON() ([]byte, error) {
	j := eventJSON{
		Seq: e.Seq, Time: Time{e.Time}, Elapsed: Millis(e.Elapsed), Kind: e.Kind,
		Stage: e.Stage, Secure: e.Secure, Transaction: e.Transaction, Extension: e.Extension, Note: e.Note,
	}
	if e.HasLatency() {
		l := Millis(e.Latency)
		j.Latency = &l
	}
	switch {
	case e.Reply != nil:
		j.reply(e.Reply)
	case e.TLS != nil:
		j.TLS = newTLS(e.TLS)
	case e.Data != nil:
		j.Size, j.SHA256, j.Complete, j.Chunk = &e.Data.Size, e.Data.SHA256, e.Data.Complete, e.Data.Chunk
	case e.Failure != nil:
		j.Failure, j.Partial, j.Raw = string(e.Failure.Kind), e.Failure.Partial, e.Failure.Raw
		j.Text = textOf(e.Failure.Detail)
	case e.Kind == probe.KindCommand:
		j.Text = textOf(e.Command)
	default:
		j.Text = textOf(e.Text)
	}
	return marshal(j)
}

// reply puts a reply into the event: lines as text, and the bytes as they came
// where the text does not say it all.
func (j *eventJSON) reply(r *smtp.Reply) {
	j.Code, j.Enhanced, j.Defects = r.Code, r.Enhanced.String(), r.Defects
	exact := r.Ends == nil
	for _, line := range r.Lines {
		j.Text = append(j.Text, valid(line))
		exact = exact && utf8.ValidString(line) && !strings.ContainsAny(line, "\r\n")
	}
	if !exact {
		j.Raw = r.Raw()
	}
}

func textOf(s string) []string {
	if s == "" {
		return nil
	}
	return []string{valid(s)}
}

// UnmarshalJSON reads the event.
func (e *Event) UnmarshalJSON(b []byte) error {
	var j eventJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	e.Event = probe.Event{
		Seq: j.Seq, Time: j.Time.Time, Elapsed: time.Duration(j.Elapsed), Kind: j.Kind,
		Stage: j.Stage, Secure: j.Secure, Transaction: j.Transaction, Extension: j.Extension, Note: j.Note,
	}
	switch {
	case j.Latency != nil:
		e.Latency = time.Duration(*j.Latency)
	case j.Kind == probe.KindReply:
		e.Latency = probe.NoLatency
	}
	text := strings.Join(j.Text, "\n")
	switch j.Kind {
	case probe.KindReply:
		return e.setReply(&j)
	case probe.KindTLS:
		if j.TLS == nil {
			return errors.New("a tls event without tls")
		}
		e.TLS = j.TLS.facts()
	case probe.KindData:
		if j.Size == nil {
			return errors.New("a data event without size")
		}
		e.Data = &probe.Data{Size: *j.Size, SHA256: j.SHA256, Complete: j.Complete, Chunk: j.Chunk}
	case probe.KindFailure:
		e.Failure = &probe.Failure{Kind: probe.FailureKind(j.Failure), Detail: text, Partial: j.Partial, Raw: j.Raw}
	case probe.KindCommand:
		e.Command = text
	default:
		e.Text = text
	}
	return nil
}

func (e *Event) setReply(j *eventJSON) error {
	r := &smtp.Reply{Code: j.Code, Lines: j.Text, Defects: j.Defects}
	if j.Enhanced != "" {
		code, rest, ok := smtp.ParseEnhanced(j.Enhanced)
		if !ok || rest != "" {
			return errors.New("an enhanced status code that is none: " + smtp.Printable(j.Enhanced))
		}
		r.Enhanced = code
	}
	if j.Raw != nil {
		r.Lines, r.Ends = splitRaw(j.Raw)
	}
	if len(r.Lines) == 0 {
		return errors.New("a reply event without text")
	}
	e.Reply = r
	return nil
}

// splitRaw takes the bytes of a reply apart again, see [smtp.Reply.Raw]. Ends is
// nil where every line ended in CRLF.
func splitRaw(raw []byte) (lines, ends []string) {
	crlf := true
	for len(raw) > 0 {
		line, end := raw, ""
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			line, end = raw[:i], "\n"
			if i > 0 && raw[i-1] == '\r' {
				line, end = raw[:i-1], "\r\n"
			}
		}
		lines, ends = append(lines, string(line)), append(ends, end)
		crlf = crlf && end == "\r\n"
		raw = raw[len(line)+len(end):]
	}
	if crlf {
		ends = nil
	}
	return lines, ends
}

// marshal is json.Marshal without escapes for HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// eachKey calls f for each key of a JSON object, in order.
func eachKey(b []byte, f func(key string, value json.RawMessage) error) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.New("not an object")
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		if err := f(key, value); err != nil {
			return err
		}
	}
	return nil
}

func newTLS(t *probe.TLS) *TLS {
	if t == nil {
		return nil
	}
	out := &TLS{
		Version: t.Version, Cipher: t.Cipher, Curve: t.Curve, ServerName: t.ServerName, Verified: t.Verified,
		Problem: t.Problem, ProblemKind: t.ProblemKind, NotFor: t.NotFor, ChainLength: t.ChainLength,
		KeyExchange: t.KeyExchange, Resumed: t.Resumed, AskedForOur: t.AskedForOur, ShownOurs: t.ShownOurs, Trust: t.Trust, Partial: t.Partial,
		Chain: []Certificate{},
	}
	for _, c := range t.Chain {
		out.Chain = append(out.Chain, Certificate{
			c.Subject, c.Issuer, c.Names, Time{c.NotBefore}, Time{c.NotAfter},
			c.Serial, c.Key, c.Signature, c.SHA256, c.SPKISHA256,
		})
	}
	return out
}

// facts turns the JSON back into what the probe recorded.
func (t *TLS) facts() *probe.TLS {
	out := &probe.TLS{
		Version: t.Version, Cipher: t.Cipher, Curve: t.Curve, ServerName: t.ServerName, Verified: t.Verified,
		Problem: t.Problem, ProblemKind: t.ProblemKind, NotFor: t.NotFor, ChainLength: t.ChainLength,
		KeyExchange: t.KeyExchange, Resumed: t.Resumed, AskedForOur: t.AskedForOur, ShownOurs: t.ShownOurs, Trust: t.Trust, Partial: t.Partial,
	}
	for _, c := range t.Chain {
		out.Chain = append(out.Chain, probe.Certificate{
			Subject: c.Subject, Issuer: c.Issuer, Names: c.Names, NotBefore: c.NotBefore.Time, NotAfter: c.NotAfter.Time,
			Serial: c.Serial, Key: c.Key, Signature: c.Signature, SHA256: c.SHA256, SPKISHA256: c.SPKISHA256,
		})
	}
	return out
}
