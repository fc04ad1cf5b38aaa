package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/smtp"
)

func (a *app) mxCommand() *cobra.Command {
	n, out := new(network), new(output)
	c := &cobra.Command{
		Use:   "mx DOMAIN...",
		Short: "Show where the mail for a domain would go, and what is wrong",
		Long: `mx resolves the mail hosts of a domain as RFC 5321, section 5.1 says: MX
records, or the domain's own address where there are none. It speaks no SMTP.

It asks the authorities of the domain directly too, and compares: a resolver
that still has an old answer in its cache, and for how long; authorities that
disagree; name servers that do not serve the zone. With several --resolver it
shows what each of them says.`,
		Example: `  smtpcheck mx example.com
  smtpcheck mx --resolver 192.0.2.53 example.com
  smtpcheck mx --resolver 192.0.2.53 --resolver 198.51.100.53 example.com
  smtpcheck mx --lab stale.test                a cache that is out of date
  smtpcheck mx --lab mixed.test cname-mx.test
  smtpcheck mx --format json example.com`,
		RunE: func(c *cobra.Command, args []string) error { return a.mx(c, n, out, args) },
	}
	f := c.Flags()
	f.SortFlags = false
	n.resolvers.add(f)
	n.addTrust(f)
	f.BoolVar(&n.lab, "lab", false, "run inside the built-in lab instead of the network")
	out.add(f, "mx")
	return c
}

func (a *app) mx(c *cobra.Command, n *network, out *output, args []string) error {
	if err := environment(c); err != nil {
		return err
	}
	if len(args) == 0 {
		return usage("there is no domain").hint("smtpcheck mx example.com")
	}
	domains, err := parseDomains(args)
	if err != nil {
		return err
	}
	done, err := n.open()
	if err != nil {
		return err
	}
	defer done()
	dns, others, err := n.dns()
	if err != nil {
		return err
	}
	s, err := a.openOutput(out)
	if err != nil {
		return err
	}
	defer s.abandon()
	var codes []int
	for _, d := range domains {
		doc := check.MX(c.Context(), d, check.Options{DNS: dns, OtherDNS: others, Lab: n.lab, TrustAD: n.trustAD})
		codes = append(codes, doc.ExitCode)
		s.write(doc)
		if c.Context().Err() != nil {
			a.code = a.interruptCode()
			return s.close()
		}
	}
	a.code = check.ExitCode(codes...)
	return s.close()
}

// parseDomains reads domains; of an address it is the domain that counts.
func parseDomains(args []string) ([]smtp.Domain, error) {
	var out []smtp.Domain
	for _, arg := range args {
		text := strings.TrimSpace(arg)
		if strings.Contains(text, "@") {
			r, err := parseRecipient(text)
			if err != nil {
				return nil, err
			}
			out = append(out, r.Mailbox.Domain)
			continue
		}
		d, err := smtp.ParseDomain(text)
		if err != nil {
			return nil, usage("%s: %w", quote(arg), err).hint("smtpcheck mx example.com")
		}
		out = append(out, d)
	}
	return out, nil
}
