package diagnose

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// StatedAddress is the address that a server says we have, invalid where it says
// none: in the first line of its answer to EHLO, behind its own name (RFC 5321,
// section 4.1.1.1 leaves that text free), or in a refusal. helo is what we said,
// which servers repeat, and server the address we connected to, which some name.
func StatedAddress(r smtp.Reply, helo string, server netip.Addr) netip.Addr {
	if len(r.Lines) == 0 || !r.Usable() {
		return netip.Addr{}
	}
	refusal := r.Class() != 2
	text := smtp.LineText(r.Lines[0])
	if refusal {
		text = r.Text()
	}
	echo, _ := smtp.ParseDomain(helo)
	var found []netip.Addr
	echoed := 0
	for _, a := range addressesIn(text, refusal) {
		switch {
		case a.Is4() != server.Is4(), a == server:
		case echo.Literal.IsValid() && a == echo.Literal:
			echoed++
		default:
			found = append(found, a)
		}
	}
	switch {
	case len(found) > 0:
		return found[len(found)-1] // "Hello NAME-OR-LITERAL [ADDRESS]"
	case echoed > 1: // once what we said, once what the server sees
		return echo.Literal
	}
	return netip.Addr{}
}

// addressesIn finds addresses in the text behind its first word: in brackets of
// any kind, and bare ones behind a word of greeting unless bracketed says that only
// square brackets count.
func addressesIn(text string, bracketed bool) (out []netip.Addr) {
	const maxText, maxFound = 512, 8
	text = text[:min(len(text), maxText)]
	_, rest, _ := strings.Cut(text, " ")
	before := ""
	for _, word := range strings.FieldsFunc(rest, func(c rune) bool { return strings.ContainsRune(" ,;<>", c) }) {
		inside, ok := bracket(word, "[", "]")
		if !ok && !bracketed {
			if inside, ok = bracket(word, "(", ")"); !ok && greets(before) {
				inside, ok = strings.TrimRight(word, ".!"), true
			}
		}
		before = word
		addr, err := netip.ParseAddr(withoutTag(inside))
		if ok && err == nil && addr.Zone() == "" && len(out) < maxFound {
			out = append(out, addr.Unmap())
		}
	}
	return out
}

// bracket is what stands in the first pair of brackets of a word.
func bracket(word, left, right string) (string, bool) {
	_, inside, ok := strings.Cut(word, left)
	if !ok {
		return "", false
	}
	inside, _, ok = strings.Cut(inside, right)
	return inside, ok
}

// greets reports whether a word is one that a server says before the name or
// address of the client.
func greets(word string) bool {
	switch strings.ToLower(word) {
	case "hello", "hi", "greetings", "welcome", "from", "at":
		return true
	}
	return false
}

// withoutTag takes the "IPv6:" of an address literal away (RFC 5321, section 4.1.3).
func withoutTag(s string) string {
	const tag = "IPv6:"
	if len(s) > len(tag) && strings.EqualFold(s[:len(tag)], tag) {
		return s[len(tag):]
	}
	return s
}

// statement is what the server of a session says of our address, nil for nothing.
func statement(a *probe.Attempt) *Statement {
	var last *Statement
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind != probe.KindReply || e.Stage != smtp.StageEHLO && (e.Stage != smtp.StageGreeting || e.Reply.Class() == 2) {
			continue
		}
		if addr := StatedAddress(*e.Reply, a.HELO, a.Target.Addr.Addr()); addr.IsValid() {
			last = &Statement{Addr: addr, Host: a.Target.Host, Evidence: at(a, e)}
		}
	}
	return last
}

// OurAddress finds the address of a family that others see: the one given, the one
// that most operators of servers state, or that of our interface where it is public.
// certain reports that more sessions cannot change it.
func OurAddress(family Family, targets []SelfTarget, given []netip.Addr) (out SelfAddress, certain bool) {
	votes := make(map[netip.Addr]map[string]bool)
	for i := range targets {
		t := &targets[i]
		if t.Attempt == nil || FamilyOf(t.Addr.Addr()) != family {
			continue
		}
		if local := t.Attempt.Local.Addr().Unmap(); !out.Local.IsValid() && local.IsValid() && FamilyOf(local) == family {
			out.Local = local
		}
		s := statement(t.Attempt)
		if s == nil {
			continue
		}
		out.Stated = append(out.Stated, *s)
		if votes[s.Addr] == nil {
			votes[s.Addr] = make(map[string]bool)
		}
		votes[s.Addr][operator(t)] = true
	}
	for _, addr := range given {
		if FamilyOf(addr) == family {
			out.Addr, out.Source = addr, AddressGiven
			return out, true
		}
	}
	most := 0
	for _, s := range out.Stated { // of two with as many votes the first
		if n := len(votes[s.Addr]); n > most {
			out.Addr, out.Source, most = s.Addr, AddressStated, n
		}
	}
	if most == 0 && out.Local.IsValid() && mxresolve.AddressKind(out.Local) == mxresolve.AddrGlobal {
		out.Addr, out.Source = out.Local, AddressLocal
	}
	return out, most > 1
}

// NAT reports whether others see another address than our end has.
func (a *SelfAddress) NAT() bool {
	return a.Local.IsValid() && a.Addr.IsValid() && a.Local != a.Addr
}

// differing are statements of another address than ours.
func (a *SelfAddress) differing() []Statement {
	return slices.DeleteFunc(slices.Clone(a.Stated), func(s Statement) bool { return s.Addr == a.Addr })
}
