package policy

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// Reverse is what DNS says about the name of an address: its PTR records, and
// whether the names lead back (forward-confirmed).
type Reverse struct {
	Address netip.Addr
	PTR     *dnsclient.Answer
	Names   []ReverseName // at most maxNames
	Total   int           // PTR records there are
}

// ReverseName is a name that a PTR record gives an address.
type ReverseName struct {
	Name    string
	Forward *dnsclient.Answer // the A or AAAA records of the name, of the address's family
	// Confirmed says that the address is among them.
	Confirmed bool
}

// maxNames is how many names of an address are looked up (RFC 7208, section 4.6.4, for the same reason).
const maxNames = 10

// Confirmed is a name that leads back to the address, "" for none.
func (r *Reverse) Confirmed() string {
	for i := range r.Names {
		if r.Names[i].Confirmed {
			return r.Names[i].Name
		}
	}
	return ""
}

// Unknown reports that DNS has not told whether a name leads back.
func (r *Reverse) Unknown() bool {
	if !Answered(r.PTR) {
		return true
	}
	return r.Confirmed() == "" && slices.ContainsFunc(r.Names, func(n ReverseName) bool { return !Answered(n.Forward) })
}

// Answers are the queries that were made.
func (r *Reverse) Answers() []*dnsclient.Answer {
	out := []*dnsclient.Answer{r.PTR}
	for i := range r.Names {
		out = append(out, r.Names[i].Forward)
	}
	return out
}

// Answered reports whether DNS has told what there is, be it nothing.
func Answered(a *dnsclient.Answer) bool {
	switch a.Status {
	case dnsclient.StatusOK, dnsclient.StatusNoData, dnsclient.StatusNXDomain:
		return true
	}
	return false
}

// Reverse asks for the names of an address, and whether they lead back to it.
func (r *Resolver) Reverse(ctx context.Context, addr netip.Addr) *Reverse {
	out := &Reverse{Address: addr, PTR: r.dns().Query(ctx, ReverseZone(addr), "PTR")}
	for _, rec := range out.PTR.Records {
		if !slices.ContainsFunc(out.Names, func(n ReverseName) bool { return strings.EqualFold(n.Name, rec.Host) }) && len(out.Names) < maxNames {
			out.Names = append(out.Names, ReverseName{Name: rec.Host})
		}
	}
	out.Total = max(out.PTR.Total, len(out.Names))
	var all sync.WaitGroup
	for i := range out.Names {
		n := &out.Names[i]
		all.Go(func() {
			n.Forward = r.dns().Query(ctx, n.Name, AddressType(addr))
			n.Confirmed = Has(n.Forward, addr)
		})
	}
	all.Wait()
	return out
}

// AddressType is the type of the records that have addresses of the family.
func AddressType(addr netip.Addr) dnsclient.Type {
	if addr.Is4() {
		return "A"
	}
	return "AAAA"
}

// Has reports whether an address is among the records of an answer.
func Has(a *dnsclient.Answer, addr netip.Addr) bool {
	return slices.ContainsFunc(a.Records, func(rec dnsclient.Record) bool { return rec.Addr.Unmap() == addr.Unmap() })
}

// ReverseZone is the name whose PTR records name an address (RFC 1035, section
// 3.5; RFC 3596, section 2.5).
func ReverseZone(addr netip.Addr) string {
	if addr.Is4() {
		return Reversed(addr) + ".in-addr.arpa"
	}
	return Reversed(addr) + ".ip6.arpa"
}

// Reversed is an address backwards, by octets or by nibbles, as PTR records and
// blocklists have it (RFC 5782, sections 2.1 and 2.4).
func Reversed(addr netip.Addr) string {
	var parts []string
	if addr.Is4() {
		for _, b := range addr.As4() {
			parts = append(parts, strconv.Itoa(int(b)))
		}
	} else {
		const hex = "0123456789abcdef"
		for _, b := range addr.As16() {
			parts = append(parts, string(hex[b>>4]), string(hex[b&15]))
		}
	}
	slices.Reverse(parts)
	return strings.Join(parts, ".")
}

// genericWords are parts of names that networks give to the addresses of their customers.
var genericWords = [...]string{"dynamic", "dyn", "dhcp", "dialup", "dial", "pool", "ppp", "pppoe", "dsl", "adsl", "vdsl", "cable", "broadband", "customer", "cust", "client", "clients", "user", "users", "host", "static", "ip"}

// Generic says why the name of an address looks as one that a network gives to
// any address of its customers, "" if it does not: mail servers refuse such, and a
// mail server has a name of its own (M3AAWG, Sender Best Common Practices).
func Generic(name string, addr netip.Addr) string {
	name = strings.ToLower(name)
	first, _, _ := strings.Cut(name, ".")
	for word := range strings.FieldsFuncSeq(strings.TrimSuffix(name, "."), func(c rune) bool { return c == '.' || c == '-' || c == '_' || c >= '0' && c <= '9' }) {
		if slices.Contains(genericWords[:12], word) {
			return "it has the word " + word
		}
	}
	if !holds(name, addr) {
		return ""
	}
	for word := range strings.FieldsFuncSeq(first, func(c rune) bool { return c < 'a' || c > 'z' }) {
		if slices.Contains(genericWords[12:], word) {
			return "it is the address, and the word " + word
		}
	}
	return "the address is part of it"
}

// holds reports whether a name is made of the numbers of an address.
func holds(name string, addr netip.Addr) bool {
	if !addr.Is4() {
		digits := strings.NewReplacer("-", "", ".", "", ":", "").Replace(name)
		whole := strings.ReplaceAll(addr.StringExpanded(), ":", "")
		return strings.Contains(digits, whole) || strings.Contains(name, strings.ReplaceAll(addr.String(), ":", "-"))
	}
	b := addr.As4()
	var numbers []string
	for n := range strings.FieldsFuncSeq(name, func(c rune) bool { return c < '0' || c > '9' }) {
		numbers = append(numbers, strings.TrimLeft(n, "0"))
	}
	octets := make([]string, 4)
	padded, hexed := "", ""
	for i, x := range b {
		octets[i] = strings.TrimLeft(strconv.Itoa(int(x)), "0")
		padded += pad(strconv.Itoa(int(x)), 3)
		hexed += pad(strconv.FormatInt(int64(x), 16), 2)
	}
	reversed := slices.Clone(octets)
	slices.Reverse(reversed)
	for i := 0; i+4 <= len(numbers); i++ {
		if slices.Equal(numbers[i:i+4], octets) || slices.Equal(numbers[i:i+4], reversed) {
			return true
		}
	}
	first, _, _ := strings.Cut(name, ".")
	return strings.Contains(first, padded) || strings.Contains(first, hexed)
}

func pad(s string, width int) string { return strings.Repeat("0", max(width-len(s), 0)) + s }
