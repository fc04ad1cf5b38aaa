package expect

import (
	"errors"
	"strings"
	"testing"
)

func texts(s Set) string {
	var out []string
	for _, t := range s {
		out = append(out, t.Text)
	}
	return strings.Join(out, " ")
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	f, err := ReadFile(strings.NewReader(`
defaults:
  from: monitor@example.org
  expect: [verdict=accepted, "tls>=1.2"]
recipients:
  - address: alice@example.com
    name: the boss
  - {address: nobody@example.com, expect: "verdict=rejected,reason=no_such_user"}
  - address: carol@example.com
    expect:
      - verdict=accepted|deferred
      - reply="a, b"
      - |
        latency<2s
`))
	if err != nil {
		t.Fatal(err)
	}
	if f.From != "monitor@example.org" || texts(f.Default) != "verdict=accepted tls>=1.2" || len(f.Recipients) != 3 {
		t.Fatalf("%+v", f)
	}
	for i, want := range []struct {
		address, name, expect string
		line                  int
	}{
		{"alice@example.com", "the boss", "verdict=accepted tls>=1.2", 6},
		{"nobody@example.com", "", "verdict=rejected reason=no_such_user tls>=1.2", 8},
		{"carol@example.com", "", `verdict=accepted|deferred reply="a, b" latency<2s tls>=1.2`, 9},
	} {
		e := f.Recipients[i]
		if e.Address != want.address || e.Name != want.name || texts(e.Expect) != want.expect || e.Line != want.line {
			t.Errorf("%+v: %s", e, texts(e.Expect))
		}
	}
	f, err = ReadFile(strings.NewReader("recipients: [{address: a@example.com}]"))
	if err != nil || texts(f.Recipients[0].Expect) != "verdict=accepted" {
		t.Errorf("without expectations: %v, %+v", err, f)
	}
}

func TestReadFileRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                           "there are no recipients",
		"recipients: []":             "there are no recipients",
		"recipients:\n  - name: x\n": "recipient 1 has no address",
		"recipients:\n  - mailbox: a@example.com\n":                                            `line 2: unknown field "mailbox"`,
		"recipients:\n  - address: a@example.com\n    expect: verdct=accepted\n":               `line 3: "verdct=accepted": there is no fact of this name`,
		"recipients:\n  - address: a@example.com\n    expect:\n      - mx>=1\n      - tls>9\n": `line 5: "tls>9": it is one of failed, none, 1.0, 1.1, 1.2, 1.3`,
		"recipients:\n  - address: [1]\n":                                                      "line 2: an address is text",
		"recipients:\n  - address: a@example.com\n    expect: {a: b}\n":                        "line 3: an expectation is text, or a list of texts",
		"recipients:\n  - address: a@example.com\n    expect: 3\n":                             "line 3: an expectation is text, or a list of texts",
		"recipients:\n  - address: a@example.com\n    address: b@example.com\n":                `line 3: mapping key "address" already defined at [2:5]`,
		"recipients:\n  - address: \"a\n":                                                      "line 2: ",
		"recipients: &a [*a]\n":                                                                "",
		strings.Repeat("#", maxFile+1):                                                         "the file is larger than 1048576 octets",
	} {
		_, err := ReadFile(strings.NewReader(text))
		var e *FileError
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
}

func FuzzReadFile(f *testing.F) {
	f.Add("defaults: {expect: a=b}\nrecipients: [{address: x@y, expect: [mx>=1]}]")
	f.Add("recipients: &a\n  - *a\n")
	f.Fuzz(func(t *testing.T, text string) {
		x, err := ReadFile(strings.NewReader(text))
		if err == nil && (len(x.Recipients) == 0 || len(x.Recipients[0].Expect) == 0) {
			t.Errorf("%q has nothing", text)
		}
	})
}
