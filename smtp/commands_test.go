package smtp_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smtpcheck/smtpcheck/smtp"
)

func TestXtext(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                  "",
		"alice@example.com": "alice@example.com",
		"a+b=c d":           "a+2Bb+3Dc+20d",
		"\xc3\xbc\r\n":      "+C3+BC+0D+0A",
	} {
		if got := smtp.Xtext(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for _, bad := range []string{"a b", "a=b", "+", "+2", "+2b", "+G0", "\x7f", "\xff"} {
		if _, err := parseXtext(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "s"))
		if got, err := parseXtext(smtp.Xtext(s)); err != nil || got != s {
			t.Fatalf("%q came back as %q, %v", s, got, err)
		}
	})
}

var errXtext = errors.New("not xtext: a + stands before two upper-case hexadecimal digits")

// parseXtext decodes xtext.
func parseXtext(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c <= ' ', c >= 0x7f, c == '=':
			return "", errXtext
		case c == '+':
			if i+2 >= len(s) || hexDigit(s[i+1]) < 0 || hexDigit(s[i+2]) < 0 {
				return "", errXtext
			}
			c = byte(hexDigit(s[i+1])<<4 | hexDigit(s[i+2])) //nolint:gosec // two digits
			i += 2
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// hexDigit is the value of an upper-case hexadecimal digit, or -1.
func hexDigit(c byte) int { return strings.IndexByte("0123456789ABCDEF", c) }

func TestParameters(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 13, 0, 0, 0, time.FixedZone("", 3600))
	for _, tt := range []struct {
		make func() (string, error)
		want string // "" for an error
	}{
		{func() (string, error) { return smtp.SIZE(0) }, "SIZE=0"},
		{func() (string, error) { return smtp.SIZE(-1) }, ""},
		{func() (string, error) { return smtp.BODY("8bitmime") }, "BODY=8BITMIME"},
		{func() (string, error) { return smtp.BODY("binary") }, ""},
		{func() (string, error) { return smtp.RET("hdrs") }, "RET=HDRS"},
		{func() (string, error) { return smtp.RET("all") }, ""},
		{func() (string, error) { return smtp.ENVID("a=b c") }, "ENVID=a+3Db+20c"},
		{func() (string, error) { return smtp.ENVID("") }, ""},
		{func() (string, error) { return smtp.ENVID("a\r\nb") }, ""},
		{func() (string, error) { return smtp.ENVID(strings.Repeat("x", 101)) }, ""},
		{func() (string, error) { return smtp.NOTIFY([]string{"never"}) }, "NOTIFY=NEVER"},
		{func() (string, error) { return smtp.NOTIFY([]string{"success", " delay"}) }, "NOTIFY=SUCCESS,DELAY"},
		{func() (string, error) { return smtp.NOTIFY([]string{"never", "delay"}) }, ""},
		{func() (string, error) { return smtp.NOTIFY([]string{"delay", "delay"}) }, ""},
		{func() (string, error) { return smtp.NOTIFY(nil) }, ""},
		{func() (string, error) { return smtp.ORCPT("a+b@example.com") }, "ORCPT=rfc822;a+2Bb@example.com"},
		{func() (string, error) { return smtp.ORCPT("jürgen+x@example.com") }, `ORCPT=utf-8;j\x{FC}rgen\x{2B}x@example.com`},
		{func() (string, error) { return smtp.ORCPT("j\xfcrgen@example.com") }, ""},
		{func() (string, error) { return smtp.ORCPT("a\r\nb") }, "ORCPT=rfc822;a+0D+0Ab"},
		{func() (string, error) { return smtp.ORCPT(strings.Repeat("x", 500)) }, ""},
		{func() (string, error) { return smtp.ORCPT("") }, ""},
		{func() (string, error) { return smtp.BY("120;R") }, "BY=120;R"},
		{func() (string, error) { return smtp.BY("-5;nt") }, "BY=-5;NT"},
		{func() (string, error) { return smtp.BY("0;R") }, ""},
		{func() (string, error) { return smtp.BY("120") }, ""},
		{func() (string, error) { return smtp.BY("1234567890;N") }, ""},
		{func() (string, error) { return smtp.MTPriority(-9) }, "MT-PRIORITY=-9"},
		{func() (string, error) { return smtp.MTPriority(10) }, ""},
		{func() (string, error) { return smtp.HOLDFOR(60) }, "HOLDFOR=60"},
		{func() (string, error) { return smtp.HOLDFOR(0) }, ""},
		{func() (string, error) { return smtp.HOLDUNTIL(at) }, "HOLDUNTIL=2026-11-22T12:00:00Z"},
	} {
		got, err := tt.make()
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q, %v; want %q", got, err, tt.want)
		}
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"vrfy alice":      "VRFY alice\r\n",
		"EXPN  staff":     "EXPN staff\r\n",
		"help":            "HELP\r\n",
		"Help MAIL":       "HELP MAIL\r\n",
		"NOOP":            "NOOP\r\n",
		"ETRN @a.example": "ETRN @a.example\r\n",
		"VRFY":            "",
		"MAIL FROM:<>":    "",
		"":                "",
		"VRFY a\r\nQUIT":  "",
		"VRFY jürgen":     "",
	} {
		c, err := smtp.ParseQuery(in)
		if err == nil != (want != "") || err == nil && (c.Wire() != want || c.Stage != smtp.StageQuery) {
			t.Errorf("%q: %q, %v", in, c.Line, err)
		}
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	attributes, err := smtp.ParseAttributes("name=spike.example.org  ADDR=192.0.2.1 LOGIN=a+b HELO=[UNAVAILABLE]")
	if err != nil {
		t.Fatal(err)
	}
	c, err := smtp.XCLIENT(attributes)
	if want := "XCLIENT NAME=spike.example.org ADDR=192.0.2.1 LOGIN=a+2Bb HELO=[UNAVAILABLE]"; err != nil || c.Line != want || c.Verb != "XCLIENT" {
		t.Errorf("%q, %v", c.Line, err)
	}
	for _, bad := range []string{"", "NAME", "=x", "NAME=", "NA ME=x", "NAME=a NAME=b", "NÄME=x"} {
		if _, err := smtp.ParseAttributes(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if _, err := smtp.XFORWARD([]smtp.Attribute{{"IDENT", strings.Repeat("x", 600)}}); err == nil {
		t.Error("a line of any length is taken")
	}
}

func TestBDAT(t *testing.T) {
	t.Parallel()
	if c := smtp.BDAT(86, false); c.Wire() != "BDAT 86\r\n" || c.Verb != "BDAT" || c.Stage != smtp.StageData {
		t.Errorf("%+v", c)
	}
	if c := smtp.BDAT(0, true); c.Wire() != "BDAT 0 LAST\r\n" || c.Verb != "BDAT" || c.Stage != smtp.StageMessage {
		t.Errorf("%+v", c)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	r := smtp.Reply{Code: 250, Lines: []string{"250-mx", "250 LIMITS MAILMAX=10 rcptmax=100 RCPTDOMAINMAX=0 X=5 MAILMAX=x"}}
	if got, want := smtp.ParseCapabilities(r).Limits(), (smtp.Limits{MailMax: 10, RcptMax: 100}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
