package cmd

import (
	"testing"

	"github.com/smtpcheck/smtpcheck/check"
)

// TestComplete: a run that was interrupted between two mechanisms has not done
// what was asked, although a login is known to work.
func TestComplete(t *testing.T) {
	port := check.RelayPort{Session: &check.Session{}}
	for name, c := range map[string]struct {
		r    check.RelayReport
		want bool
	}{
		"all":                  {check.RelayReport{Usable: true, Auth: &check.RelayAuth{LoggedIn: true}}, true},
		"mechanisms are left":  {check.RelayReport{Usable: true, Auth: &check.RelayAuth{LoggedIn: true, NotTried: []string{"PLAIN"}}}, false},
		"ended by a refusal":   {check.RelayReport{Auth: &check.RelayAuth{NotTried: []string{"PLAIN"}}}, true},
		"messages are left":    {check.RelayReport{Usable: true, LeftOut: 1}, false},
		"a port was not tried": {check.RelayReport{Usable: true, Ports: []check.RelayPort{{}}}, false},
	} {
		c.r.Ports = append(c.r.Ports, port)
		if got := complete(&c.r, new(check.RelayOptions)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
