package diagnose

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// together finds what only all sessions together show.
func (f *finder) together() {
	f.port25()
	f.disagree()
	f.deadHosts()
	f.pipelining()
	if f.c.mxWantsLogin(f.d) {
		f.add("mx/auth-required", f.deciding().Target.Host+" takes mail for "+f.c.Resolution.Domain+" after a login only", *f.d.DecidedBy)
	}
	if f.c.onBackup(f.d) {
		f.add("mx/backup-only", "accepted by "+f.deciding().Target.Host+" only, a backup MX (preference "+
			strconv.Itoa(int(f.deciding().Target.Preference))+")", *f.d.DecidedBy)
	}
}

// port25 finds that no connection to port 25 got anywhere. In the lab that says
// nothing about a network.
func (f *finder) port25() {
	var evidence []Evidence
	for _, a := range f.c.Attempts {
		if a.Target.Addr.Port() != 25 {
			continue
		}
		e := a.Failure()
		if e == nil || e.Stage != smtp.StageConnect || e.Failure.Kind != probe.FailTimeout && e.Failure.Kind != probe.FailProhibited {
			return
		}
		evidence = append(evidence, Evidence{Session: a.ID, Event: e.Seq})
	}
	if !f.c.Lab {
		f.add("us/port-25", "every connection to port 25 timed out or was prohibited", evidence...)
	}
}

// suspectUs lays an unreachable recipient at our own door when nothing got out.
func (c *Case) suspectUs(d *Diagnosis) {
	for i := range d.Findings {
		if d.Findings[i].Rule == "us/port-25" && d.Verdict == Unreachable {
			d.Side, d.Confidence = SideUs, Guess
		}
	}
}

// disagree finds hosts that take the recipient beside hosts that refuse for good.
func (f *finder) disagree() {
	var yes, no *spot
	var evidence []Evidence
	for _, s := range f.spots {
		o := s.outcome()
		if !o.decides() || o.MayBeDelivered {
			continue
		}
		if o.Verdict == Accepted && yes == nil {
			yes = s
		} else if o.Verdict == Rejected && no == nil {
			no = s
		}
		evidence = append(evidence, Evidence{Session: o.Session, Event: o.Event})
	}
	if yes != nil && no != nil {
		f.add("mx/disagree", name(yes.attempts[0].Target)+" accepts and "+name(no.attempts[0].Target)+" rejects", evidence...)
	}
}

// deadHosts finds hosts none of whose addresses greeted us, unless it is our
// network that lets nothing out.
func (f *finder) deadHosts() {
	if r := f.c.Resolution; f.has("us/port-25") || r != nil && (r.Kind == mxresolve.KindServer || r.Kind == mxresolve.KindLiteral) {
		return
	}
	var order []string
	dead := make(map[string][]Evidence)
	for _, s := range f.spots {
		o, host := s.outcome(), s.attempts[0].Target.Host
		evidence, seen := dead[host]
		if !seen {
			order = append(order, host)
		} else if evidence == nil {
			continue // another address of it answered
		}
		if o.Verdict != Unreachable || o.Side == SideUs {
			dead[host] = nil
			continue
		}
		dead[host] = append(evidence, Evidence{Session: o.Session, Event: o.Event})
	}
	for _, host := range order {
		if n := len(dead[host]); n == 1 {
			f.add("mx/dead-host", host+" did not greet us", dead[host]...)
		} else if n > 1 {
			f.add("mx/dead-host", host+" did not greet us at any of its "+strconv.Itoa(n)+" addresses", dead[host]...)
		}
	}
}

// pipelining finds sessions that had to be had again without pipelining.
func (f *finder) pipelining() {
	for _, s := range f.spots {
		for i, a := range s.attempts {
			if a.Purpose != probe.PurposeNoPipelining || i == 0 {
				continue
			}
			if before := s.attempts[i-1]; before.Failure() != nil {
				f.add("smtp/pipelining-broken", a.Target.Host+" broke off when commands were sent together",
					Evidence{Session: before.ID, Event: before.Failure().Seq})
			}
		}
	}
}

// deciding is the session that decided.
func (f *finder) deciding() *probe.Attempt { return f.c.attempt(f.d.Deciding) }

func (c *Case) attempt(o *Outcome) *probe.Attempt {
	for _, a := range c.Attempts {
		if a.ID == o.Session {
			return a
		}
	}
	return nil
}

// mxWantsLogin reports that an MX host of the domain asks senders for a login.
func (c *Case) mxWantsLogin(d *Diagnosis) bool {
	return d.Deciding != nil && d.DecidedBy != nil && d.Reason == AuthRequired && d.Deciding.Reply != nil && c.byMX()
}

// onBackup reports that the recipient was accepted, and not by one of the most
// preferred hosts.
func (c *Case) onBackup(d *Diagnosis) bool {
	if d.Verdict != Accepted || d.Deciding == nil || c.Mode == ModeStopAfter || c.Resolution == nil || c.Resolution.Kind != mxresolve.KindMX {
		return false
	}
	took := c.attempt(d.Deciding)
	for i := range c.Resolution.Hosts {
		if h := &c.Resolution.Hosts[i]; h.Preference < took.Target.Preference && !c.untried(h.Name) {
			return true
		}
	}
	return false
}

// privateName reports whether a name for EHLO can be checked by nobody outside.
func privateName(helo string) bool {
	if literal, ok := strings.CutPrefix(helo, "["); ok {
		literal = strings.TrimPrefix(strings.TrimSuffix(literal, "]"), "IPv6:")
		addr, err := netip.ParseAddr(literal)
		return err != nil || mxresolve.AddressKind(addr) != mxresolve.AddrGlobal
	}
	return smtp.Private(helo) || helo != "" && !strings.Contains(strings.TrimSuffix(helo, "."), ".")
}
