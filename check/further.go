package check

import (
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
	"github.com/smtpcheck/smtpcheck/tlshello"
)

// maxFurther bounds the connections to an address that only look at TLS.
const maxFurther = 7

// further decides whether a connection that only looks at the server's TLS follows
// all that were had with an address, the first of which asked about recipients; nil
// for none. One follows by itself a handshake that failed for want of something in
// common; more when TLS is to be looked at closely. It is a pure function of the transcripts.
func further(had []*probe.Attempt, o *probe.Options, closely bool) *another {
	first, last := had[0], had[len(had)-1]
	switch {
	case o.TLS == probe.Never, !mayAskMore(last), looks(had) >= maxFurther:
		return nil
	case nothingInCommon(first) && !said(had, tlshello.Anything().Name) && (closely || o.TLSMin == 0 && o.TLSMax == 0 || allVersions(o)):
		return hello(o, tlshello.Anything())
	case closely:
		return closer(had, o)
	}
	return nil
}

// closer is what of --tls-check comes next: the session is resumed, hellos of our own
// are said, STARTTLS is looked at. A server that offered none is asked twice more.
func closer(had []*probe.Attempt, o *probe.Options) *another {
	implicit := o.TLS == probe.Implicit
	switch {
	case !implicit && !offered(had[0]):
		if count(had, probe.PurposeSTARTTLS) < 2 {
			return look(o, probe.PurposeSTARTTLS)
		}
		return nil
	case had[0].TLS() != nil && count(had, probe.PurposeTLSResume) == 0:
		return look(o, probe.PurposeTLSResume)
	}
	for _, offer := range []tlshello.Offer{tlshello.Old(), tlshello.SSL3(), tlshello.FiniteField(), tlshello.PlainRSA(), tlshello.Broken()} {
		if offer.Version == tlshello.SSLv3 && !takesNewer(had) {
			continue // SSLv3 was on offer before
		}
		if !said(had, offer.Name) {
			return hello(o, offer)
		}
	}
	if !implicit && count(had, probe.PurposeSTARTTLS) == 0 {
		a := look(o, probe.PurposeSTARTTLS)
		a.options.AskInClear = true
		return a
	}
	return nil
}

// look is a connection that ends when TLS has begun.
func look(o *probe.Options, purpose probe.Purpose) *another {
	short := *o
	short.StopAfter, short.TLSVerify, short.Pipeline, short.AskInClear = smtp.StageSTARTTLS, false, false, false
	if short.TLS != probe.Implicit {
		short.TLS = probe.Opportunistic
	}
	return &another{purpose: purpose, options: short}
}

// hello is a connection for a ClientHello of our own.
func hello(o *probe.Options, offer tlshello.Offer) *another {
	a := look(o, probe.PurposeTLSLegacy)
	a.options.Hello = &offer
	return a
}

func allVersions(o *probe.Options) bool {
	return o.TLSMin <= 0x0301 && (o.TLSMax == 0 || o.TLSMax >= 0x0304)
}

// mayAskMore reports whether the server talked to us, so that it may be asked more.
func mayAskMore(a *probe.Attempt) bool {
	if said421(a) {
		return false
	}
	f := a.Failure()
	return f == nil || !f.Stage.Before(smtp.StageSTARTTLS) && f.Failure.Kind != probe.FailInterrupted
}

// nothingInCommon reports a handshake that failed for a reason that versions,
// cipher suites or groups which crypto/tls does not have can explain.
func nothingInCommon(a *probe.Attempt) bool {
	f := a.Failure()
	if f == nil || f.Stage != smtp.StageTLS || f.Failure.Kind != probe.FailTLS && f.Failure.Kind != probe.FailTLSLimit {
		return false
	}
	return slices.ContainsFunc([]string{
		"handshake failure", "protocol version", "insufficient security", "unsupported", "unconfigured", "illegal parameter",
	}, func(words string) bool { return strings.Contains(f.Failure.Detail, words) })
}

// said reports whether a hello was said.
func said(had []*probe.Attempt, name string) bool { return answered(had, name) != nil }

// answered is the attempt in which a hello was said.
func answered(had []*probe.Attempt, name string) *probe.Attempt {
	for _, a := range had {
		if e := a.Noted(probe.NoteHello); e != nil && e.Text == name {
			return a
		}
	}
	return nil
}

// takesNewer reports whether the server answered the hello for old versions with
// one that is newer than SSLv3.
func takesNewer(had []*probe.Attempt) bool {
	a := answered(had, tlshello.Old().Name)
	return a != nil && a.TLS() != nil && a.TLS().Version != "SSLv3"
}

func count(had []*probe.Attempt, purpose probe.Purpose) (n int) {
	for _, a := range had {
		if a.Purpose == purpose {
			n++
		}
	}
	return n
}

// looks counts the sessions that did not ask about recipients.
func looks(had []*probe.Attempt) (n int) {
	for _, a := range had {
		if !a.Purpose.Asks() {
			n++
		}
	}
	return n
}

// offered reports whether STARTTLS was on offer.
func offered(a *probe.Attempt) bool {
	return a.CapabilitiesPlain().Has("STARTTLS") || a.Capabilities().Has("STARTTLS")
}
