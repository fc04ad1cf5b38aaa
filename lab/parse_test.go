package lab_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

func TestParseErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"hello", `x.dialogue:1: want S:, C:, *, # or an empty line: hello`},
		{"S: 220 hi\n\nc: EHLO\n", `x.dialogue:3: want S:, C:, *, # or an empty line: c: EHLO`},
		{"\x1b[2J", `x.dialogue:1: want S:, C:, *, # or an empty line: \x1b[2J`},
		{"* dance", `x.dialogue:1: unknown directive: dance`},
		{"*", `x.dialogue:1: unknown directive: `},
		{"* sleep", `x.dialogue:1: sleep: not a duration: `},
		{"* sleep 5", `x.dialogue:1: sleep: not a duration: 5`},
		{"* sleep -5s", `x.dialogue:1: sleep: not a duration: -5s`},
		{"* slice 0", `x.dialogue:1: slice: not a count: 0`},
		{"* slice many", `x.dialogue:1: slice: not a count: many`},
		{"* raw 250 ok", `x.dialogue:1: raw: not a quoted string: 250 ok`},
		{`* raw "250 ok" "more"`, `x.dialogue:1: raw: something follows the string: "more"`},
		{`* flood ""`, `x.dialogue:1: flood: wants a string that is not empty`},
		{`* flood "x" 5`, `x.dialogue:1: flood: something follows the string: 5`},
		{`* flood "x" times -1`, `x.dialogue:1: flood: not a count: -1`},
		{`* drip 1s`, `x.dialogue:1: drip: not a quoted string: `},
		{`* drip 1s ""`, `x.dialogue:1: drip: wants one string that is not empty`},
		{`* drip soon "x"`, `x.dialogue:1: drip: not a duration: soon`},
		{"* close now", `x.dialogue:1: close: unknown word: now`},
		{"* stall 5s", `x.dialogue:1: stall: takes no argument: 5s`},
		{"* session two", `x.dialogue:1: session: takes no argument: two`},
		{"* connect", `x.dialogue:1: connect: unknown outcome: `},
		{"* connect slowly", `x.dialogue:1: connect: unknown outcome: slowly`},
		{"* connect refused\nS: 220 hi", `x.dialogue:2: nothing can follow where no connection is made`},
		{"* listen", `x.dialogue:1: listen: on which port?`},
		{"* listen 25 99999", `x.dialogue:1: listen: not a port: 99999`},
		{"* tls perfect", `x.dialogue:1: tls: unknown word: perfect`},
		{"* tls chain", `x.dialogue:1: tls: chain of how many?`},
		{"* tls chain 1000000", `x.dialogue:1: tls: not the length of a chain: 1000000`},
		{"* tls SSL 3.0", `x.dialogue:1: tls: unknown word: SSL`},
		{"* serve", `x.dialogue:1: serve: there is no server but go-smtp and mta-sts`},
		{"* serve postfix", `x.dialogue:1: serve: there is no server but go-smtp and mta-sts`},
		{"* serve go-smtp fast", `x.dialogue:1: serve: unknown option: fast`},
		{"* serve go-smtp greylist=soon", `x.dialogue:1: serve: greylist: not a duration: soon`},
		{"* serve go-smtp size=big", `x.dialogue:1: serve: size: not a count: big`},
		{"* key-update", `x.dialogue:1: key-update: not a count: `},
		{"* record big", `x.dialogue:1: record: not a size: big`},
		{"* record 70000", `x.dialogue:1: record: not a size: 70000`},
	}
	for _, test := range tests {
		d, err := lab.Parse("x.dialogue", test.text)
		if err == nil || err.Error() != test.want {
			t.Errorf("%q:\n got %v, %v\nwant %s", test.text, d, err, test.want)
		}
	}
}

func TestStringIsCanonical(t *testing.T) {
	const loose = "   S: 220 hi\r\nS:250-no blank\nS:\n  # why \n\nC:  EHLO *  \n*sleep 5m\nS: tab\there, \\x1b, \\x5cx41, \xff\n"
	const tidy = "S: 220 hi\nS: 250-no blank\nS:\n# why\n\nC: EHLO *\n* sleep 5m\nS: tab\\x09here, \\x1b, \\x5cx41, \\xff\n"
	d, err := lab.Parse("x", loose)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.String(); got != tidy {
		t.Errorf("got\n%s\nwant\n%s", got, tidy)
	}
	roundTrip(t, "x", loose)
}

// roundTrip checks that a dialogue, written and parsed again, is the same.
func roundTrip(t *testing.T, name, text string) {
	t.Helper()
	first, err := lab.Parse(name, text)
	if err != nil {
		return
	}
	again, err := lab.Parse(name, first.String())
	if err != nil {
		t.Fatalf("%s: written and parsed again: %v", name, err)
	}
	if !reflect.DeepEqual(first, again) {
		t.Errorf("%s changes when written and parsed again:\n%s", name, first)
	}
}

func TestOutcomes(t *testing.T) {
	d, err := lab.Parse("x", "* connect refused\n* session\nS: 220 hi\n* session\n# comments may follow\n* connect timeout\n")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []simnet.Outcome{simnet.Refused, simnet.Accept, simnet.Timeout, simnet.Timeout} {
		if got := d.Outcome(i + 1); got != want {
			t.Errorf("attempt %d: %q, want %q", i+1, got, want)
		}
	}
}

// worldFiles returns the text of the built-in world's files.
func worldFiles(tb testing.TB) map[string]string {
	tb.Helper()
	names, err := filepath.Glob("world/*.dialogue")
	if err != nil || len(names) == 0 {
		tb.Fatal("no dialogues", err)
	}
	files := make(map[string]string)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		files[filepath.Base(name)] = string(text)
	}
	return files
}

func TestWorldFilesAreCanonical(t *testing.T) {
	for name, text := range worldFiles(t) {
		d, err := lab.Parse(name, text)
		if err != nil {
			t.Error(err)
			continue
		}
		if d.String() != text {
			t.Errorf("%s is not written as it would be", name)
		}
		if len(text) > 20000 || strings.Contains(text, "\r") {
			t.Errorf("%s is too long or has CR", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range worldFiles(f) {
		f.Add(text)
	}
	for _, text := range []string{
		"", "\n", "\r\n", "S:", "S: \\x41\\x0a\\x5c\\x5cx41", "C: **", "C: \\x2a", "*", "* tls TLS 1.3 TLS_AES_128_GCM_SHA256 x\"y",
		"* raw \"\\x00\\r\\n\"", "* raw `x`", "* raw 'x'", "* drip 1ms forever \"x\" ", "* data 1234 octets sha256 00",
		"* strict\n* session\n* connect reset", "* flood \"x\" times 3", "\tS: x\xff", "*tls",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { roundTrip(t, "x", text) })
}
