package policy

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestParseSTSRecord(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"v=STSv1; id=20160831085700Z;":                 "20160831085700Z",
		"v=STSv1;id=a":                                 "a",
		"v=STSv1 ; id=a ; x=y;":                        "a",
		"v=STSv1; x-y=a b; id=7":                       "7",
		"v=STSv1":                                      "!it has no id",
		"v=STSv1; id=":                                 "!a field that is not NAME=VALUE",
		"v=STSv1; id=a-b":                              "!its id is not 1 to 32 letters and digits",
		"v=STSv1; id=" + strings.Repeat("a", 33):       "!its id is not 1 to 32 letters and digits",
		"v=STSv1; id=a; id=b":                          "!it has more than one id",
		"v=STSv1; ; id=a":                              "!a field that is not NAME=VALUE",
		"v=STSv1; id=a; \x1b[31m=x":                    "!a field name with other signs than letters and digits",
		"id=a; v=STSv1":                                "!it does not begin with v=STSv1",
		"v=STSv2; id=a":                                "!it does not begin with v=STSv1",
		"v=STSv1; id=a" + strings.Repeat("; a=b", 200): "!too many fields",
	} {
		id, problem := ParseSTSRecord(text)
		if got := id + strings.Repeat("!", min(len(problem), 1)) + problem; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestParseRPTRecord(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"v=TLSRPTv1; rua=mailto:tls@example.test":            "mailto:tls@example.test",
		"v=TLSRPTv1;rua=mailto:a@b.test, https://c.test/v1;": "mailto:a@b.test https://c.test/v1",
		"v=TLSRPTv1; ruf=x; rua=https://c.test/a?b=c":        "https://c.test/a?b=c",
		"v=TLSRPTv1":                                           "!it has no rua",
		"v=TLSRPTv1; rua=http://c.test/":                       "!a rua that is neither mailto:ADDRESS nor https://HOST/",
		"v=TLSRPTv1; rua=tls@example.test":                     "!a rua that is neither mailto:ADDRESS nor https://HOST/",
		"v=TLSRPTv1; rua=mailto:nobody":                        "!a rua that is neither mailto:ADDRESS nor https://HOST/",
		"v=TLSRPTv1; rua=mailto:a@b!10m":                       "!a rua that is neither mailto:ADDRESS nor https://HOST/",
		"v=TLSRPTv1; rua=mailto:a@b; rua=mailto:c@d":           "!it has more than one rua",
		"v=TLSRPTv2; rua=mailto:a@b":                           "!it does not begin with v=TLSRPTv1",
		"v=TLSRPTv1; rua=" + strings.Repeat("mailto:a@b,", 20): "!too many places for reports",
	} {
		rua, problem := ParseRPTRecord(text)
		if got := strings.Join(rua, " ") + strings.Repeat("!", min(len(problem), 1)) + problem; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	good := "version: STSv1\r\nmode: enforce\r\nmx: mail.example.test\r\nmx: *.example.net\r\nmax_age: 604800\r\n"
	p, err := ParsePolicy(good)
	if err != nil || p.Mode != ModeEnforce || p.MaxAge != 7*24*time.Hour || len(p.MX) != 2 || p.Notes != nil {
		t.Fatalf("%+v, %v", p, err)
	}
	edit := func(old, replacement string) string { return strings.Replace(good, old, replacement, 1) }
	for text, want := range map[string]string{
		strings.ReplaceAll(good, "\r", ""):          "enforce",
		strings.TrimSpace(good):                     "enforce",
		strings.ReplaceAll(good, ": ", " :\t"):      "enforce",
		edit("mode", "x-new: hello\r\nmode"):        "enforce",
		edit("enforce", "testing\r\nmode: none"):    "testing (mode is there more than once; the first counts)",
		edit("mx", "\r\nmx"):                        "enforce (it has an empty line)",
		"mode: none\nmax_age: 1\nversion: STSv1":    "none",
		edit("604800", "9999999999"):                "enforce (its max_age is over the maximum of a year)",
		edit("STSv1", "STSv2"):                      "!its version is not STSv1",
		edit("enforce", "report"):                   "!its mode is neither enforce, testing nor none",
		edit("604800", "week"):                      "!its max_age is not a number of seconds",
		edit("604800", ""):                          "!its max_age is not a number of seconds",
		edit("604800", "-1"):                        "!its max_age is not a number of seconds",
		edit("604800", "99999999999"):               "!its max_age is not a number of seconds",
		edit("mail.", "mail.*."):                    "!an mx that is neither a host name nor *. and one",
		edit("mail.example.test", ".example.test"):  "!an mx that is neither a host name nor *. and one",
		edit("version: STSv1\r\n", ""):              "!it has no version",
		edit("mode: enforce\r\n", ""):               "!it has no mode",
		edit("max_age: 604800\r\n", ""):             "!it has no max_age",
		"version: STSv1\nmode: testing\nmax_age: 1": "!it names no mx",
		"<html>":                         "!line 1 is not KEY: VALUE",
		"":                               "!it has no version",
		strings.Repeat("a: b\n", 3000):   "!it has too many lines",
		strings.Repeat("\n", 1000) + "x": "!line 1001 is not KEY: VALUE",
	} {
		p, err := ParsePolicy(text)
		var got string
		switch {
		case err != nil:
			got = "!" + err.Error()
		default:
			if got = string(p.Mode); p.Notes != nil {
				got += " (" + strings.Join(p.Notes, "; ") + ")"
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text[:min(len(text), 80)], got, want)
		}
	}
}

func TestPolicyMatches(t *testing.T) {
	t.Parallel()
	p := &Policy{MX: []string{"mail.example.test", "*.example.NET"}}
	for host, want := range map[string]bool{
		"mail.example.test": true, "MAIL.example.test.": true, "mx1.example.net": true,
		"example.net": false, "a.b.example.net": false, "mail.example.test.evil": false, ".example.net": false, "": false,
	} {
		if p.Matches(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add("version: STSv1\nmode: enforce\nmx: *.example.test\nmax_age: 1\n")
	f.Add("mx: *\nmx:\n:\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePolicy(text)
		if (p == nil) == (err == nil) {
			t.Fatal("neither a policy nor an error")
		}
		if p == nil {
			return
		}
		for _, mx := range p.MX {
			if !p.Matches(strings.Replace(mx, "*", "x", 1)) {
				t.Errorf("%q does not match itself", mx)
			}
		}
		if p.MaxAge < 0 || p.MaxAge > maxMaxAge*time.Second || len(p.MX) > maxPatterns || len(p.Notes) > maxTXT {
			t.Errorf("%+v", p)
		}
	})
}

func FuzzRecords(f *testing.F) {
	f.Add("v=STSv1; id=1")
	f.Add("v=TLSRPTv1; rua=mailto:a@b,https://c/")
	f.Fuzz(func(t *testing.T, text string) {
		if id, problem := ParseSTSRecord(text); (id == "") == (problem == "") {
			t.Errorf("%q: %q %q", text, id, problem)
		}
		if rua, problem := ParseRPTRecord(text); (rua == nil) == (problem == "") || len(rua) > maxTXT {
			t.Errorf("%q: %q %q", text, rua, problem)
		}
	})
}

func TestRecordLookup(t *testing.T) {
	t.Parallel()
	r := resolver(t, `
_mta-sts.good.test. TXT "v=STSv1; id=1"
_mta-sts.good.test. TXT "another thing"
_mta-sts.two.test. TXT "v=STSv1; id=1"
_mta-sts.two.test. TXT "v=STSv1; id=2"
_mta-sts.other.test. TXT "v=STSv10; id=1"
_mta-sts.alias.test. CNAME _mta-sts.good.test.
;! _mta-sts.failing.test. servfail
_smtp._tls.good.test. TXT "v=TLSRPTv1; " "rua=mailto:a@b.test"
`)
	ctx := context.Background()
	for domain, want := range map[string]string{
		"good.test": "1", "alias.test": "1", "two.test": "!there is more than one record",
		"other.test": "absent", "none.test": "absent", "failing.test": "unknown",
	} {
		s := r.MTASTS(ctx, domain)
		got := s.ID
		switch {
		case s.Problem != "":
			got = "!" + s.Problem
		case s.Absent():
			got = "absent"
		case s.Unknown():
			got = "unknown"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", domain, got, want)
		}
	}
	if s := r.TLSRPT(ctx, "good.test"); strings.Join(s.RUA, " ") != "mailto:a@b.test" {
		t.Errorf("%+v", s)
	}
}
