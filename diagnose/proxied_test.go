package diagnose

import (
	"slices"
	"testing"
)

// TestTookHeader: a server that does not expect the PROXY protocol answers its header.
func TestTookHeader(t *testing.T) {
	const header = "proxy TCP4 203.0.113.7 198.51.100.10 0 25"
	refused := []string{"greeting: 220 mx", "ehlo: 500 what?", "note helo-fallback ehlo", "ehlo: 250-mx|250 SIZE"}
	for name, c := range map[string]struct {
		lines    []string
		want     Side
		findings []string
	}{
		"at once":          {[]string{header, "greeting: 220 mx", "fail unsolicited greeting"}, SideUs, []string{"smtp/proxy-header"}},
		"early talker":     {[]string{header, "greeting: 554 mx", "fail unsolicited greeting"}, SideUs, []string{"smtp/proxy-header"}},
		"in place of EHLO": {with([]string{header}, with(refused, "fail unsolicited ehlo")...), SideUs, []string{"smtp/proxy-header"}},
		"found at the end": {with([]string{header}, with(refused, "mail: 250 mx", "rcpt: 250 ok", "fail unsolicited quit")...), SideUs, []string{"smtp/proxy-header"}},
		"understood":       {with([]string{header}, with(envelope, "rcpt: 250 ok", "fail unsolicited quit")...), SideReceiver, []string{"smtp/unsolicited"}},
		"understood, HELO": {with([]string{header}, with(refused, "mail: 250 ok", "fail protocol rcpt")...), SideReceiver, []string{"smtp/helo-only", "smtp/protocol"}},
		"no header":        {[]string{"greeting: 220 mx", "fail unsolicited greeting"}, SideReceiver, []string{"smtp/unsolicited"}},
		"no header, HELO":  {with(refused, "fail unsolicited ehlo"), SideReceiver, []string{"smtp/helo-only", "smtp/unsolicited"}},
	} {
		s := newScene(t)
		s.talk("mx1", 10, c.lines...)
		d := Diagnose(s.Case)
		var findings []string
		for _, f := range d.Findings {
			if f.Rule == "smtp/proxy-header" || f.Rule == "smtp/unsolicited" || f.Rule == "smtp/helo-only" || f.Rule == "smtp/protocol" {
				findings = append(findings, f.Rule)
			}
		}
		slices.Sort(findings)
		if d.Side != c.want || d.Verdict != Undetermined || !slices.Equal(findings, c.findings) {
			t.Errorf("%s: %s, %s, %q", name, d.Side, d.Verdict, findings)
		}
	}
}
