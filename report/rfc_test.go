package report

import (
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/lab"
)

// TestRFCIsADialogue reads what the style rfc prints as the lab does.
func TestRFCIsADialogue(t *testing.T) {
	for name, reports := range cases(t) {
		for _, verbosity := range []Verbosity{Normal, Verbose} {
			text := string(told(t, Options{Style: StyleRFC, UTC: true, Verbosity: verbosity}, reports...))
			d, err := lab.Parse(name, text)
			if err != nil {
				t.Errorf("%v\n%s", err, text)
				continue
			}
			server, client := 0, 0
			for _, line := range d.Lines {
				switch line.Kind {
				case lab.ServerLine:
					server++
				case lab.ClientLine:
					client++
					if strings.Contains(line.Text, "*") {
						t.Errorf("%s: a star that fits anything: %s", name, line.Text)
					}
				}
			}
			if s, c := strings.Count(text, "\nS:"), strings.Count(text, "\nC:"); s != server || c != client {
				t.Errorf("%s: %d of %d server lines and %d of %d client lines are read", name, server, s, client, c)
			}
		}
	}
}
