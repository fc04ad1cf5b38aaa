package check

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
)

// planHost plans the addresses of a host. An address under several names is
// one session, which is the most preferred host's. What is left out is listed as skipped.
func (r *run) planHost(h *mxresolve.Host) {
	if path, ok := r.socket(); ok {
		if _, known := r.planned[netip.Addr{}]; !known {
			r.planned[netip.Addr{}] = r.newJob(probe.Target{Host: h.Name, Socket: path}, probe.PurposeProbe, nil, r.everybody())
		}
		return
	}
	for _, addr := range h.Addresses {
		j, known := r.planned[addr]
		switch kind, reason := r.leftOut(h, addr); {
		case known && j != nil:
			j.alsoAt(h)
		case known:
		case kind != "":
			r.planned[addr] = nil
			r.skip(h.Name, h.Preference, addr, kind, reason)
		default:
			t := probe.Target{Host: h.Name, Preference: h.Preference, Addr: netip.AddrPortFrom(addr, r.opts.Port)}
			r.planned[addr] = r.newJob(t, probe.PurposeProbe, nil, r.everybody())
		}
	}
}

// socket is the path of the unix socket to probe, if that was asked for.
func (r *run) socket() (path string, ok bool) { return strings.CutPrefix(r.opts.Server, "unix:") }

// alsoAt notes that a host has the address of the session too. If it is more
// preferred the session counts as that host's; its name was not known when the
// certificate was checked, should the session be over.
func (j *job) alsoAt(h *mxresolve.Host) {
	t := &j.target
	if t.Host == h.Name || slices.Contains(t.Also, h.Name) {
		return
	}
	if h.Preference < t.Preference {
		t.Also = append([]string{t.Host}, t.Also...)
		t.Host, t.Preference = h.Name, h.Preference
	} else {
		t.Also = append(slices.Clip(t.Also), h.Name)
	}
	if j.attempt != nil {
		j.attempt.Target = *t
	}
}

// leftOut says why an address is not probed; "" when it is.
func (r *run) leftOut(h *mxresolve.Host, addr netip.Addr) (diagnose.SkipKind, string) {
	selected := r.selected()
	switch {
	case selected != "" && !strings.EqualFold(selected, h.Name):
		return diagnose.SkipNotSelected, "not the host asked for"
	case r.opts.IPv4 && !r.opts.IPv6 && !addr.Is4():
		return diagnose.SkipFamily, "IPv4 only was asked for"
	case r.opts.IPv6 && !r.opts.IPv4 && addr.Is4():
		return diagnose.SkipFamily, "IPv6 only was asked for"
	case r.loopsToUs(addr):
		return diagnose.SkipLoopsToUs, "it is this machine"
	case !r.routed(addr):
		return diagnose.SkipNoRoute, "no " + family(addr) + " route here"
	case r.count() >= r.opts.MaxAddresses:
		return diagnose.SkipLimit, fmt.Sprintf("over the maximum of %d addresses", r.opts.MaxAddresses)
	}
	return "", ""
}

// count is how many addresses are planned to be probed.
func (r *run) count() (n int) {
	for _, j := range r.planned {
		if j != nil {
			n++
		}
	}
	return n
}

func family(addr netip.Addr) string {
	if addr.Is4() {
		return "IPv4"
	}
	return "IPv6"
}

// loopsToUs reports whether an MX host's address is ours, so that the mail would
// come back here. A server that was asked for by name is probed wherever it is.
func (r *run) loopsToUs(addr netip.Addr) bool {
	if r.opts.Server != "" || r.opts.Lab {
		return false
	}
	if addr.IsLoopback() || addr.IsUnspecified() {
		return true
	}
	if r.own == nil {
		r.own = ownAddresses()
	}
	return slices.Contains(r.own, addr)
}

func ownAddresses() []netip.Addr {
	own := []netip.Addr{}
	addrs, _ := net.InterfaceAddrs()
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			own = append(own, p.Addr().Unmap())
		}
	}
	return own
}

// routed reports whether this machine has a way to the address. It asks the
// kernel, which sends nothing for it. Behind a dialler of the user's it is not for us to say.
func (r *run) routed(addr netip.Addr) bool {
	if r.opts.Probe.Dial != nil || r.opts.Server != "" {
		return true
	}
	conn, err := net.Dial("udp", netip.AddrPortFrom(addr, 9).String())
	if err == nil {
		_ = conn.Close()
	}
	return err == nil || !noRoute(err)
}

// compareJobs orders sessions: by preference, host and address of the ones they
// go back to, IPv6 before IPv4, then by number. The
// walk of --mx first has the order in which it went.
func (r *run) compareJobs(a, b *job) int {
	ra, rb := a.root(), b.root()
	if ra == rb || r.walks() {
		return cmp.Compare(a.header.ID, b.header.ID)
	}
	return cmp.Or(
		cmp.Compare(ra.target.Preference, rb.target.Preference),
		strings.Compare(strings.ToLower(ra.target.Host), strings.ToLower(rb.target.Host)),
		compareAddrs(ra.target.Addr.Addr(), rb.target.Addr.Addr()),
		cmp.Compare(ra.header.ID, rb.header.ID),
	)
}

func compareAddrs(a, b netip.Addr) int {
	if a.Is4() != b.Is4() {
		if a.Is4() {
			return 1
		}
		return -1
	}
	return a.Compare(b)
}
