package diagnose

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// registry is the IANA registry of enhanced status codes (RFC 5248): of each
// subject the details that are registered.
var registry = [...]int{0: 0, 1: 10, 2: 4, 3: 6, 4: 7, 5: 6, 6: 11, 7: 30}

// TestRegistry: every registered enhanced status code has a row of its own, which
// is found when there is nothing else to go by.
func TestRegistry(t *testing.T) {
	t.Parallel()
	for subject, last := range registry {
		for detail := range last + 1 {
			name := strconv.Itoa(subject) + "." + strconv.Itoa(detail)
			for _, class := range []int{4, 5} {
				row, _ := Lookup("", smtp.Reply{Enhanced: smtp.EnhancedCode{Class: class, Subject: subject, Detail: detail}})
				if row.ID != "enhanced/x."+name && !strings.HasPrefix(row.ID, "enhanced/x."+name+"-") || row.Explain == "" {
					t.Errorf("%d.%s has the row %s", class, name, row.ID)
				}
			}
		}
	}
}

// TestBasicCodes: every reply code of RFC 5321, 4954, 3207, 5248 and 7504 has a row of its own.
func TestBasicCodes(t *testing.T) {
	t.Parallel()
	for _, code := range []int{
		211, 214, 220, 221, 235, 250, 251, 252, 334, 354,
		421, 432, 450, 451, 452, 454, 455,
		500, 501, 502, 503, 504, 521, 523, 525, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556,
	} {
		row, _ := Lookup("", smtp.Reply{Code: code, Lines: []string{fmt.Sprint(code)}})
		if !strings.HasPrefix(row.ID, "code/") || !strings.Contains(row.Codes, strconv.Itoa(code)) {
			t.Errorf("%d has the row %s", code, row.ID)
		}
	}
}
