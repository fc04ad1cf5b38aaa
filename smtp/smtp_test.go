package smtp

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseMailbox(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"alice@example.test":                  "alice@example.test",
		"Alice@EXAMPLE.Test":                  "Alice@example.test",
		"alice@example.test.":                 "alice@example.test",
		"a.b+c=d@x.test":                      "a.b+c=d@x.test",
		`"a b"@x.test`:                        `"a b"@x.test`,
		`"a@b"@x.test`:                        `"a@b"@x.test`,
		`"a\"b\\"@x.test`:                     `"a\"b\\"@x.test`,
		`""@x.test`:                           `""@x.test`,
		"!#$%&'*+-/=?^_`{|}~@x.test":          "!#$%&'*+-/=?^_`{|}~@x.test",
		"a@[192.0.2.1]":                       "a@[192.0.2.1]",
		"a@[IPv6:2001:DB8::1]":                "a@[IPv6:2001:db8::1]",
		"a@[ipv6:2001:db8::1]":                "a@[IPv6:2001:db8::1]",
		"a@bücher.example":                    "a@xn--bcher-kva.example",
		"a@xn--bcher-kva.example":             "a@xn--bcher-kva.example",
		"a@BÜCHER.example":                    "a@xn--bcher-kva.example",
		"用户@例子.test":                          "用户@xn--fsqu00a.test",
		"a@localhost":                         "a@localhost",
		strings.Repeat("a", 64) + "@x.test":   strings.Repeat("a", 64) + "@x.test",
		"a@" + strings.Repeat("b", 63) + ".t": "a@" + strings.Repeat("b", 63) + ".t",
	}
	for in, want := range good {
		m, err := ParseMailbox(in)
		if err != nil || m.String() != want {
			t.Errorf("%q: %q, %v; want %q", in, m.String(), err, want)
			continue
		}
		if again, err := ParseMailbox(m.String()); err != nil || again.String() != want {
			t.Errorf("%q again: %v, %v", want, again, err)
		}
	}
	bad := []string{
		"", "alice", "@x.test", "alice@", "a@@x.test", "a b@x.test", ".a@x.test", "a.@x.test", "a..b@x.test",
		`"a@x.test`, `"a"b@x.test`, `"a"b"@x.test`, "a@x..test", "a@.x.test", "a@-x.test", "a@x-.test", "a@x_y.test", "a@x y.test",
		"a@192.0.2.1", "a@[192.0.2.1", "a@[192.0.2.999]", "a@[2001:db8::1]", "a@[IPv6:192.0.2.1]", "a@[fe80::1%eth0]", "a@[IPv6:fe80::1%eth0]",
		"a\r\n@x.test", "a@x.test\r\nRCPT TO:<b@x.test>", "a\x00@x.test", "\"a\r\nb\"@x.test", "\"a\x00\"@x.test", "a@x\x00.test",
		"a\u202e@x.test", "a@\u202ex.test", "\xff@x.test", "a@x.test>", "<a@x.test>", "a@" + strings.Repeat("b", 64) + ".test",
		strings.Repeat("a", 65) + "@x.test", "a@" + strings.Repeat("b.", 126) + "test", "a,b@x.test", "a@x.test,b@y.test",
	}
	for _, in := range bad {
		if m, err := ParseMailbox(in); err == nil {
			t.Errorf("%q was taken as %q", in, m.String())
		} else if !Safe(err.Error()) {
			t.Errorf("%q: the error is not safe: %q", in, err)
		}
	}
}

func TestDomainShowsBothForms(t *testing.T) {
	t.Parallel()
	d, err := ParseDomain("bücher.example")
	if err != nil || d.String() != "bücher.example (xn--bcher-kva.example)" {
		t.Errorf("%q, %v", d.String(), err)
	}
}

func FuzzMailbox(f *testing.F) {
	for _, s := range []string{"a@x.test", `"a b"@x.test`, "a@[IPv6:::1]", "用户@例子.test", "a@x.test\r\n", `"\"@x`, "a@xn--a.test"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMailbox(s)
		if err != nil {
			return
		}
		again, err := ParseMailbox(m.String())
		if err != nil || again.String() != m.String() {
			t.Errorf("%q becomes %q becomes %q, %v", s, m, again, err)
		}
		for _, c := range []func(string, ...string) (Command, error){RCPT, MAIL} {
			cmd, err := c(m.String())
			if err != nil || strings.Count(cmd.Wire(), "\n") != 1 || strings.Count(cmd.Wire(), "\r") != 1 || strings.Contains(cmd.Wire(), "\x00") {
				t.Errorf("%q: %q, %v", s, cmd.Wire(), err)
			}
		}
		if len(m.String()) > maxPath || !IsASCII(m.Domain.ASCII) {
			t.Errorf("%q", m)
		}
	})
}

func TestCommandsAreOneLine(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{"a\r\nDATA", "a\nb", "a\rb", "a\x00b"} {
		for name, f := range map[string]func() (Command, error){
			"EHLO": func() (Command, error) { return EHLO(evil) },
			"HELO": func() (Command, error) { return HELO(evil) },
			"MAIL": func() (Command, error) { return MAIL(evil) },
			"SIZE": func() (Command, error) { return MAIL("a@x.test", evil) },
			"RCPT": func() (Command, error) { return RCPT(evil) },
			"AUTH": func() (Command, error) { return Secret(StageAuth, "AUTH", "AUTH PLAIN ****", evil) },
		} {
			if c, err := f(); err == nil {
				t.Errorf("%s %q became %q", name, evil, c.Wire())
			}
		}
	}
}

func TestSecretIsMasked(t *testing.T) {
	t.Parallel()
	c, err := Secret(StageAuth, "AUTH", "AUTH PLAIN ****", "AUTH PLAIN AGEAYg==")
	if err != nil || strings.Contains(c.Line, "AGEAYg") || c.Wire() != "AUTH PLAIN AGEAYg==\r\n" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":      "plain",
		"grüß":       "grüß",
		"日本":         "日本",
		"\x1b[2J":    `\x1b[2J`,
		"a\x00b":     `a\x00b`,
		"a\tb":       `a\x09b`,
		"\x7f":       `\x7f`,
		"\u0085":     `\xc2\x85`,
		"\u202e":     `\xe2\x80\xae`,
		"\u00ad":     `\xc2\xad`,
		"\xff\xfe":   `\xff\xfe`,
		`C:\temp`:    `C:\temp`,
		`\x41`:       `\x5cx41`,
		`\\x41`:      `\\x5cx41`,
		"\u2028":     `\xe2\x80\xa8`,
		"\U000e0041": `\xf3\xa0\x81\x81`,
		"\u00a0":     `\xc2\xa0`,
		"x\r\ny":     `x\x0d\x0ay`,
	} {
		if got := Printable(in); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
		if back := Unprintable(Printable(in)); back != in {
			t.Errorf("Unprintable(Printable(%q)) = %q", in, back)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"a", `\x41`, "\x1b", "\xff", `\`, `\x`, "\u202e", `\\x5cx41`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := Printable(s)
		if !utf8.ValidString(p) {
			t.Errorf("%q is not UTF-8", p)
		}
		for _, r := range p {
			if !Graphic(r) {
				t.Errorf("%q has %U", p, r)
			}
		}
		if back := Unprintable(p); back != s {
			t.Errorf("%q becomes %q becomes %q", s, p, back)
		}
	})
}

func TestParseEnhanced(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"5.1.1 no": "5.1.1", "2.0.0": "2.0.0", "4.7.999 x": "4.7.999", "5.7.26\tx": "5.7.26",
		"3.1.1 x": "", "5.1 x": "", "5.1.1000 x": "", "5.01.1 x": "", "5.1.1.1 x": "", "5.1.1x": "", "5..1 x": "", "": "", "5.1.": "",
	} {
		c, _, ok := ParseEnhanced(in)
		if c.String() != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", in, c, ok)
		}
	}
}

func TestCapabilities(t *testing.T) {
	t.Parallel()
	r, err := ParseReply("250-mx.example.test hello\r\n250-pipelining\r\n250-SIZE 1000000000000000000000000000000\r\n250-AUTH PLAIN\r\n" +
		"250-AUTH=LOGIN\r\n250-\r\n250-XSECURITY=NONE,STARTTLS\r\n250 8bitmime\r\n")
	if err != nil {
		t.Fatal(err)
	}
	c := ParseCapabilities(r)
	for keyword, want := range map[string]string{"PIPELINING": "", "AUTH": "PLAIN LOGIN", "8BITMIME": "", "XSECURITY=NONE,STARTTLS": ""} {
		if got, ok := c.Get(keyword); !ok || got != want {
			t.Errorf("%s: %q, %v", keyword, got, ok)
		}
	}
	if c.Has("STARTTLS") || c.Has("MX.EXAMPLE.TEST") || c.Size() != math.MaxInt64 || len(c.Map()) != 5 {
		t.Errorf("%+v, size %d", c, c.Size())
	}
	for in, want := range map[string]int64{"250-x\r\n250 SIZE\r\n": 0, "250-x\r\n250 SIZE 10\r\n": 10, "250-x\r\n250 SIZE x\r\n": 0} {
		r, _ := ParseReply(in)
		if got := ParseCapabilities(r).Size(); got != want {
			t.Errorf("%q: %d", in, got)
		}
	}
}

func TestStages(t *testing.T) {
	t.Parallel()
	if !StageGreeting.Before(StageRcpt) || StageQuit.Before(StageData) {
		t.Error("the stages are out of order")
	}
	for _, s := range Stages() {
		if s.Request() == string(s) || s.During() == string(s) {
			t.Errorf("%s has no words", s)
		}
	}
	if got := StageRcpt.Request(); got != "RCPT TO command" {
		t.Errorf("%q", got)
	}
}
