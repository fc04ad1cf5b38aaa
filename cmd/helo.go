package cmd

import (
	"os"
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// labHELO is the name given in the lab.
const labHELO = "probe.example.org"

// heloName is the name for EHLO: what was asked for, else this host's name where it
// can be a public one, else "" for the address literal of the local end
// (RFC 5321, section 4.1.4). Never a borrowed name, and no DNS query for it.
func heloName(flag string, inLab bool) (string, error) {
	if flag != "" {
		d, err := smtp.ParseDomain(flag)
		if err != nil {
			return "", usage("--helo %s: %w", quote(flag), err).hint("a host name or an address literal such as [192.0.2.1]")
		}
		return d.ASCII, nil
	}
	if inLab {
		return labHELO, nil
	}
	host, _ := os.Hostname() // "" where it is not known
	return publicName(host), nil
}

// publicName returns the name if it has two labels or more and no ending that
// is used only inside a network, else "".
func publicName(host string) string {
	d, err := smtp.ParseDomain(host)
	if err != nil || d.Literal.IsValid() || !strings.Contains(d.ASCII, ".") || smtp.Private(d.ASCII) {
		return ""
	}
	return d.ASCII
}
