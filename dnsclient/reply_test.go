package dnsclient

import (
	"encoding/hex"
	"strings"
	"testing"
)

// The parts of a reply that no well-behaved server gets wrong.
func TestParseReply(t *testing.T) {
	t.Parallel()
	const opt = "00 0029 04d0 00 00 0000 "
	for _, test := range []struct {
		name, counts, sections string
		rcode, extended, err   string
	}{
		{"nothing", "0000 0000 0000", "", "NOERROR", "", ""},
		{"bytes behind the end", "0000 0000 0000", "dead beef", "NOERROR", "", ""},
		{"upper bits of the code", "0000 0000 0001", "00 0029 04d0 ff 00 0000 0000", "RCODE4080", "", ""},
		{"extended error", "0000 0000 0001", opt + "0006 000f 0002 0016", "NOERROR", "No Reachable Authority", ""},
		{"with a text", "0000 0000 0001", opt + "0008 000f 0004 ffff 6869", "NOERROR", "extended error 65535: hi", ""},
		{"other options", "0000 0000 0001", opt + "000a 000a 0000 000f 0002 0016", "NOERROR", "No Reachable Authority", ""},
		{"option too long", "0000 0000 0001", opt + "0006 000f 0003 0016", "", "", "an EDNS0 option runs past its record"},
		{"short A", "0001 0000 0000", "c00c 0001 0001 00000000 0003 010203", "", "", "an A record that is not 4 bytes long"},
		{"long AAAA", "0000 0000 0001", "c00c 001c 0001 00000000 0011 0102030405060708090a0b0c0d0e0f1011", "", "", "an AAAA record that is not 16 bytes long"},
		{"bad name in the authority section", "0000 0001 0000", "c00c 0002 0001 00000000 0002 c0ff", "", "", "a compression pointer does not point back to a name"},
		{"another class", "0001 0000 0000", "c00c 0001 0003 00000000 0003 010203", "NOERROR", "", ""},
		{"another type", "0001 0000 0000", "c00c 0001 0001 00000000 0004 01020304", "NOERROR", "", ""},
		{"reserved label type", "0001 0000 0000", "8061", "", "", "a label is longer than 63 bytes"},
	} {
		q, err := newQuestion("x.test", "MX")
		if err != nil {
			t.Fatal(err)
		}
		msg := unhex(t, "0001 8180 0001"+test.counts+hex.EncodeToString(q.wire)+"000f 0001"+test.sections)
		r, err := parseReply(msg, q)
		if test.err != "" {
			if err == nil || err.Error() != "malformed answer: "+test.err {
				t.Errorf("%s: %v, want %s", test.name, err, test.err)
			}
			continue
		}
		if err != nil || r.rcodeName() != test.rcode || r.extended != test.extended || len(r.records) > 0 {
			t.Errorf("%s: %v, %+v", test.name, err, r)
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What is kept of names of a thousand printed bytes is bounded.
func TestListIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat(strings.Repeat(`\255`, 61)+".", 4)
	zone := long + " MX 1 a.test.\n"
	for i := range 40 {
		zone += long + " MX 1 " + strings.Repeat(`\254`, i+1) + "." + long[len(long)/2-2*61-1:] + "\n"
	}
	if _, err := newQuestion(strings.TrimSuffix(long, "."), "MX"); err != nil {
		t.Fatal(err)
	}
	_, addr := serve(t, zone)
	a := patient(addr).Query(t.Context(), strings.TrimSuffix(long, "."), "MX")
	e := a.Exchanges[len(a.Exchanges)-1]
	if a.Status != StatusOK || len(strings.Join(e.Answers, "")) > maxAnswerBytes || e.Total != len(a.Records) || len(e.Answers) >= e.Total {
		t.Errorf("%s %q: %d of %d listed", a.Status, a.Err, len(e.Answers), e.Total)
	}
}
