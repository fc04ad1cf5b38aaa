package check

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
)

// targets returns the addresses of settled hosts that are to be probed and were
// not planned before, in MX order. An address under several names is one target.
// What is left out is listed as skipped.
func (r *run) targets(hosts []mxresolve.Host) []probe.Target {
	var out []probe.Target
	at := make(map[netip.Addr]int)
	for i := range hosts {
		h := &hosts[i]
		if !h.Settled {
			continue
		}
		for _, addr := range h.Addresses {
			if k, ok := at[addr]; ok {
				out[k].Also = append(out[k].Also, h.Name)
				continue
			}
			if r.planned[addr] {
				continue
			}
			r.planned[addr] = true
			if kind, reason := r.leftOut(h, addr); kind != "" {
				r.skip(h.Name, h.Preference, addr, kind, reason)
				continue
			}
			at[addr] = len(out)
			out = append(out, probe.Target{
				Host: h.Name, Preference: h.Preference, Addr: netip.AddrPortFrom(addr, r.opts.Port),
			})
		}
	}
	return out
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

// skipLate is for addresses that DNS gave when the host was already being probed
// by its other addresses.
const skipLate diagnose.SkipKind = "late"

// noteLate lists the addresses that came too late to be planned.
func (r *run) noteLate() {
	for i := range r.hosts {
		for _, addr := range r.hosts[i].Late {
			if !r.planned[addr] {
				r.planned[addr] = true
				r.skip(r.hosts[i].Name, r.hosts[i].Preference, addr, skipLate, "DNS gave it too late")
			}
		}
	}
}

// count is how many addresses are planned to be probed.
func (r *run) count() int { return len(r.planned) - 1 - len(r.skipped) }

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

// routed reports whether this machine has a way to the address's family. It
// asks the kernel, which sends nothing for it. Behind a dialler of the user's it is not
// for us to say.
func (r *run) routed(addr netip.Addr) bool {
	if r.opts.Probe.Dial != nil || r.opts.Server != "" {
		return true
	}
	if addr.IsLoopback() || addr.IsLinkLocalUnicast() {
		return true
	}
	way, asked := r.routes[addr.Is4()]
	if !asked {
		conn, err := net.Dial("udp", netip.AddrPortFrom(addr, 9).String())
		way = err == nil || !noRoute(err)
		if err == nil {
			_ = conn.Close()
		}
		r.routes[addr.Is4()] = way
	}
	return way
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

// follow plans the connection that follows a session, if any does.
func (r *run) follow(ctx context.Context, j *job) {
	if j.attempt == nil {
		if j.skipped {
			r.skip(j.target.Host, j.target.Preference, j.target.Addr.Addr(), diagnose.SkipInterrupted, "interrupted")
		}
		return
	}
	if asksForQuiet(j.attempt) {
		r.opts.Pace.close(j.target.Host)
	}
	n := next(j.attempt, &j.options)
	if n == nil || ctx.Err() != nil {
		return
	}
	k := r.newJob(j.target, n.purpose, j, j.boxes)
	k.options = n.options
	if n.purpose == probe.PurposeRetry {
		k.boxes = j.boxes[n.from:]
	}
	r.start(ctx, k)
}
