package cmd

import "testing"

func TestSplitServer(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct {
		host string
		port uint16
	}{
		"mx.x.test":              {"mx.x.test", 0},
		"mx.x.test:2525":         {"mx.x.test", 2525},
		"192.0.2.1":              {"192.0.2.1", 0},
		"[192.0.2.1]":            {"192.0.2.1", 0},
		"192.0.2.1:25":           {"192.0.2.1", 25},
		"2001:db8::1":            {"2001:db8::1", 0},
		"[2001:db8::1]":          {"2001:db8::1", 0},
		"[2001:DB8::1]:25":       {"2001:db8::1", 25},
		"fe80::1%lo":             {"fe80::1%lo", 0},
		"[fe80::1%lo]":           {"fe80::1%lo", 0},
		"[fe80::1%lo]:25":        {"fe80::1%lo", 25},
		"::ffff:127.0.0.1":       {"127.0.0.1", 0},
		"[::ffff:127.0.0.1]:25":  {"127.0.0.1", 25},
		"[::ffff:127.0.0.1]":     {"127.0.0.1", 0},
		"[::1":                   {},
		"::1]":                   {},
		"[[::1]]":                {},
		"[::1]:":                 {},
		"[::1]:0":                {},
		"[::1]:65536":            {},
		"mx.x.test:":             {},
		"mx.x.test:smtp":         {},
		":25":                    {},
		"[mx.x.test]":            {},
		"[mx.x.test]:25":         {},
		"[]:25":                  {},
		"mx.x.test]":             {},
		"":                       {},
		"mx.x.test:25:25":        {},
		"[192.0.2.1]:25]":        {},
		"mx.x.test:+25":          {},
		"2001:db8::1%":           {},
		"[2001:db8::1]25":        {},
		"mx.x.test:000000000025": {"mx.x.test", 25},
	} {
		host, port, err := splitServer(in)
		if host != want.host || port != want.port || (err != nil) != (want.host == "") {
			t.Errorf("%q: %q %d %v, want %q %d", in, host, port, err, want.host, want.port)
		}
	}
}

func TestParseAddr(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "[192.0.2.1]": "192.0.2.1", "[fe80::1%eth0]": "fe80::1%eth0", "::ffff:192.0.2.1": "192.0.2.1",
		"[::1": "", "::1]": "", "": "", "[]": "", "localhost": "",
	} {
		got, err := parseAddr(in)
		if (err != nil) != (want == "") || err == nil && got.String() != want {
			t.Errorf("%q: %v %v, want %q", in, got, err, want)
		}
	}
}
