package cmd

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// The places that are connected to by default: receivers of different operators that
// are always there, and their ports for submission and the web.
var (
	selfTargets = []string{"gmail.com", "outlook.com", "yahoo.com", "icloud.com"}                                                                              //nolint:gochecknoglobals // read only
	selfCompare = []string{"smtp.gmail.com:587", "smtp.gmail.com:465", "smtp.office365.com:587", "www.google.com:443"}                                         //nolint:gochecknoglobals // read only
	labTargets  = []string{"receiver-a.test", "receiver-b.test", "receiver-c.test"}                                                                            //nolint:gochecknoglobals // read only
	labCompare  = []string{"mx.receiver-a.test:587", "mx.receiver-b.test:465"}                                                                                 //nolint:gochecknoglobals // read only
	labLists    = []policy.Blocklist{{Zone: "dnsbl.test", Name: "the lab's list"}, {Zone: "dbl.dnsbl.test", Domains: true, Name: "the lab's list of domains"}} //nolint:gochecknoglobals,lll // read only
)

// parseSender reads --from: a mailbox, a domain or the null sender.
func parseSender(text string) (sender, domain string, err error) {
	const hint = "--from news@example.com, --from example.com, or --from '<>' for the null sender"
	text = strings.TrimSpace(text)
	switch {
	case text == "" || text == "<>":
		return text, "", nil
	case strings.Contains(text, "@"):
		r, err := parseRecipient(text)
		if err != nil {
			return "", "", usage("--from: %w", err).hint(hint)
		}
		return r.Mailbox.String(), senderDomain(r.Mailbox.Domain), nil
	}
	d, err := smtp.ParseDomain(text)
	if err != nil {
		return "", "", usage("--from %s: %w", quote(text), err).hint(hint)
	}
	if d.Literal.IsValid() {
		return "", "", usage("--from %s is an address and no domain", quote(text)).hint(hint)
	}
	return d.ASCII, d.ASCII, nil
}

// senderDomain is the domain that has SPF and MX records; an address literal has none.
func senderDomain(d smtp.Domain) string {
	if d.Literal.IsValid() {
		return ""
	}
	return d.ASCII
}

// places reads --target and --compare.
func (o *selfOptions) places() (targets, compare []check.SelfPlace, err error) {
	asked, others := o.targets, o.compare
	if len(asked) == 0 {
		asked = pick(o.network.lab, labTargets, selfTargets)
	}
	if len(others) == 0 {
		others = pick(o.network.lab, labCompare, selfCompare)
	}
	for _, text := range asked {
		p, err := parsePlace(text)
		if err != nil {
			return nil, nil, usage("--target %s is not DOMAIN, HOST or HOST:PORT", quote(text)).hint("--target example.com or --target mx.example.com:25")
		}
		if p.Port == 587 || p.Port == 465 || p.Port == 443 {
			return nil, nil, usage("--target %s: servers do not take each other's mail at that port", quote(text)).hint("to compare with it: --compare %s", quote(text))
		}
		targets = append(targets, p)
	}
	for _, text := range others {
		p, err := parsePlace(text)
		if err != nil || p.Port == 0 {
			return nil, nil, usage("--compare %s is not HOST:PORT", quote(text)).hint("--compare smtp.example.com:587")
		}
		if p.Port == 25 || slices.Contains(targets, p) {
			return nil, nil, usage("--compare %s: it is the port for mail that others are compared with", quote(text)).hint("--compare smtp.example.com:587")
		}
		compare = append(compare, p)
	}
	const most = 20
	if len(targets)+len(compare) > most {
		return nil, nil, usage("there are more than %d places to connect to", most).about("target", "compare")
	}
	return targets, compare, nil
}

func pick[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

func parsePlace(text string) (check.SelfPlace, error) {
	host, port, err := splitServer(strings.TrimSpace(text))
	if err != nil {
		return check.SelfPlace{}, err
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return check.SelfPlace{Name: host, Port: cmp.Or(port, 25)}, nil
	}
	d, err := smtp.ParseDomain(host)
	return check.SelfPlace{Name: d.ASCII, Port: port}, err
}

// given reads --address.
func (o *selfOptions) given() (out []netip.Addr, err error) {
	for _, text := range o.addresses {
		addr, err := parseAddr(strings.TrimSpace(text))
		if err != nil || addr.Zone() != "" {
			return nil, usage("--address %s is not an IP address", quote(text)).hint("--address 192.0.2.25")
		}
		if addr.Is4() && o.network.ipv6 || !addr.Is4() && o.network.ipv4 {
			return nil, usage("--address %s is not of the family asked for", quote(text)).about("ipv4", "ipv6")
		}
		if slices.ContainsFunc(out, func(x netip.Addr) bool { return diagnose.FamilyOf(x) == diagnose.FamilyOf(addr) }) {
			return nil, usage("--address: one %s address is examined at a time", diagnose.FamilyOf(addr).Words())
		}
		out = append(out, addr)
	}
	return out, nil
}

// blocklists reads --dnsbl.
func (o *selfOptions) blocklists() (out []policy.Blocklist, err error) {
	switch {
	case o.noLists && len(o.lists) > 0:
		return nil, usage("--dnsbl and --no-dnsbl contradict each other").about("dnsbl", "no-dnsbl")
	case o.noLists:
		return nil, nil
	case len(o.lists) == 0:
		return pick(o.network.lab, labLists, policy.Blocklists()), nil
	}
	for _, text := range o.lists {
		zone, domains := strings.CutPrefix(strings.TrimSpace(text), "domain:")
		d, err := smtp.ParseDomain(zone)
		if err != nil || d.Literal.IsValid() {
			return nil, usage("--dnsbl %s is not the zone of a blocklist", quote(text)).hint("--dnsbl zen.spamhaus.org; a list of domains: --dnsbl domain:dbl.spamhaus.org")
		}
		list := policy.KnownBlocklist(d.ASCII)
		list.Domains = list.Domains || domains
		if !slices.ContainsFunc(out, func(x policy.Blocklist) bool { return x.Zone == list.Zone }) {
			out = append(out, list)
		}
	}
	return out, nil
}
