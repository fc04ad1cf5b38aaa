package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
)

// capabilities tells what each server offers, and what it offered before
// STARTTLS, when asked for all details.
func (t *text) capabilities(r *check.Report) {
	if t.o.Verbosity < Verbose {
		return
	}
	headed := false
	for i := range r.Sessions {
		s := &r.Sessions[i]
		if len(s.Capabilities) == 0 && len(s.CapabilitiesPlain) == 0 {
			continue
		}
		if !headed {
			headed = true
			t.comment(paint(t.theme.mark, "service extensions"))
		}
		lead := fmt.Sprintf("  [%d] ", s.ID)
		t.hanging(lead, widthOf(lead), "", extensions(s.Capabilities))
		if len(s.CapabilitiesPlain) > 0 {
			t.hanging(blanks(widthOf(lead)), widthOf(lead), "", "before TLS: "+extensions(s.CapabilitiesPlain))
		}
	}
	if headed {
		t.blank()
	}
}

// extensions lists service extensions with their parameters.
func extensions(caps map[string]string) string {
	var out []string
	for _, keyword := range slices.Sorted(maps.Keys(caps)) {
		out = append(out, strings.TrimSpace(clean(keyword)+" "+clean(caps[keyword])))
	}
	return strings.Join(out, ", ")
}
