package check

import (
	"github.com/smtpcheck/smtpcheck/message"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// DraftError is of a message that cannot be made as it was asked for.
type DraftError struct{ Err error }

func (e *DraftError) Error() string { return "the message cannot be made: " + e.Err.Error() }
func (e *DraftError) Unwrap() error { return e.Err }

// address makes the draft out to each recipient, before anything is dialled.
func (r *run) address() error {
	if r.opts.Draft == nil {
		return nil
	}
	for i, x := range r.recipients {
		l, err := r.opts.Draft.Letter(message.Copy{ID: r.refs[i].ID, Number: x.Number, To: x.Mailbox, Time: r.started})
		if err != nil {
			return &DraftError{err}
		}
		r.messages = append(r.messages, composed{letter: l})
	}
	return nil
}

// setMessages has a session send the messages of its recipients, each composed
// when its turn comes. What was sent is never sent again, so what is remembered
// is that.
func (r *run) setMessages(who []int, o *probe.Options) {
	for _, i := range who {
		o.FromUTF8 = o.FromUTF8 || r.messages[i].letter.NeedsUTF8
	}
	o.Message = func(transaction int, caps smtp.Capabilities) *probe.Message {
		c := &r.messages[who[transaction-1]]
		m, err := c.letter.Compose(message.Offer{
			EightBit: caps.Has("8BITMIME") && o.Envelope.Body != "7BIT", UTF8: caps.Has("SMTPUTF8"),
		})
		if err != nil {
			return &probe.Message{Err: err}
		}
		c.message = m
		return &probe.Message{Size: m.Size, EightBit: m.EightBit, UTF8: m.UTF8, Open: m.Open}
	}
}

// newMessage is what is known of a message before it is sent.
func newMessage(c *composed) *Message {
	m := &Message{Sent: "no", MessageID: c.letter.ID}
	if c.message == nil {
		return m
	}
	m.Size, m.Encoding = c.message.Size, string(c.message.Encoding)
	if s := c.message.Signer; s != nil {
		m.DKIM = &DKIM{s.Domain, s.Selector, s.Algorithm}
	}
	return m
}

// DKIM is how a message was signed (RFC 6376).
type DKIM struct {
	Domain    string `json:"domain"`
	Selector  string `json:"selector"`
	Algorithm string `json:"algorithm"`
}

// Copies is which of several messages to one recipient a report is about.
type Copies struct {
	Number int `json:"number"` // from 1
	Of     int `json:"of"`
}
