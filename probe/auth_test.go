package probe_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
	"github.com/smtpcheck/smtpcheck/smtp"
)

const password = "secret-password"

func alice() *probe.Auth {
	return &probe.Auth{User: "alice", Password: sasl.NewSecret(password), Token: sasl.NewSecret("lab-token")}
}

// authLines are the lines of a transcript at AUTH, with the notes in full.
func authLines(a *probe.Attempt) string {
	var b strings.Builder
	for _, e := range a.Events {
		switch {
		case e.Stage != smtp.StageAuth:
		case e.Kind == probe.KindCommand:
			fmt.Fprintf(&b, "C: %s\n", e.Command)
		case e.Kind == probe.KindReply:
			for _, line := range e.Reply.Lines {
				fmt.Fprintf(&b, "S: %s\n", smtp.Printable(line))
			}
		case e.Kind == probe.KindNote:
			fmt.Fprintf(&b, "* %s\n", smtp.Printable(e.Text))
		case e.Kind == probe.KindFailure:
			fmt.Fprintf(&b, "! %s: %s\n", e.Failure.Kind, e.Failure.Detail)
		}
	}
	return b.String()
}

// TestAuthMechanisms authenticates with each mechanism at a server of another
// make, with the right and a wrong secret.
func TestAuthMechanisms(t *testing.T) {
	t.Parallel()
	for _, name := range sasl.Mechanisms() {
		if name == sasl.External || strings.Contains(name, "SHA-512") {
			continue // the lab has not the latter; see sasl.TestScramServers
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				script := "* serve go-smtp tls-required catch-all auth-required auth=" + name
				a, _ := play(t, script, simnet.Link{}, probe.Options{Auth: alice()})
				if got := authLines(a); !strings.Contains(got, "S: 235 ") || !strings.Contains(got, "C: AUTH "+name) {
					t.Errorf("the right secret:\n%s", transcript(a))
				}
				if !strings.Contains(transcript(a), "C: RCPT TO:<alice@example.test>\nS: 250 ") {
					t.Errorf("no RCPT:\n%s", transcript(a))
				}
				checkInvariants(t, a)
			})
			synctest.Test(t, func(t *testing.T) {
				wrong := alice()
				wrong.Password, wrong.Token = sasl.NewSecret("wrong-password"), sasl.NewSecret("wrong-token")
				a, _ := play(t, "* serve go-smtp tls-required catch-all auth-required auth="+name, simnet.Link{}, probe.Options{Auth: wrong})
				got := authLines(a)
				if !strings.Contains(got, "S: 535 ") || strings.Contains(transcript(a), "MAIL FROM") || strings.Count(got, "C: AUTH") != 1 {
					t.Errorf("the wrong secret:\n%s", transcript(a))
				}
				for _, form := range forms("wrong-password", "wrong-token") {
					if strings.Contains(strings.ToLower(transcript(a)+got), strings.ToLower(form)) {
						t.Errorf("the transcript has %q:\n%s", form, got)
					}
				}
			})
		})
	}
}

// forms are secrets as they are and encoded.
func forms(words ...string) (out []string) {
	for _, w := range words {
		out = append(out, w, hex.EncodeToString([]byte(w)), base64.StdEncoding.EncodeToString([]byte(w)),
			base64.StdEncoding.EncodeToString([]byte("x" + w))[2:len(w)], base64.StdEncoding.EncodeToString([]byte("xx" + w))[3:len(w)])
	}
	return out
}

// prelude is a server that offers AUTH once TLS is on.
const prelude = "S: 220 mx.example.test ESMTP\nC: EHLO *\nS: 250-mx.example.test\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n* tls\n" +
	"C: EHLO *\nS: 250-mx.example.test\n"

// base64s writes {text} in a dialogue as base64.
func base64s(script string) string {
	for {
		before, rest, ok := strings.Cut(script, "{{")
		if !ok {
			return script
		}
		text, after, _ := strings.Cut(rest, "}}")
		script = before + base64.StdEncoding.EncodeToString([]byte(text)) + after
	}
}

// TestAuthDialogues has what a server can say to AUTH, and what comes of it.
func TestAuthDialogues(t *testing.T) {
	t.Parallel()
	long := alice()
	long.Token = sasl.NewSecret(strings.Repeat("t0ken", 200))
	for _, x := range []struct {
		name, script, want string
		options            func(*probe.Options)
	}{
		{
			"plain", prelude + "S: 250 AUTH PLAIN\nC: AUTH PLAIN {{\x00alice\x00secret-password}}\nS: 235 2.7.0 welcome\nC: QUIT",
			"C: AUTH PLAIN *** (user alice)\nS: 235 2.7.0 welcome\n", nil,
		},
		{
			"login", prelude + "S: 250 AUTH=LOGIN\nC: AUTH LOGIN\nS: 334 {{User Name\x00}}\nC: {{alice}}\nS: 334 {{Password\x00}}\nC: {{secret-password}}\nS: 235 ok\nC: QUIT",
			"C: AUTH LOGIN\nS: 334 VXNlciBOYW1lAA==\n* challenge: User Name\\x00\nC: *** (user alice)\nS: 334 UGFzc3dvcmQA\n* challenge: Password\\x00\nC: *** (password)\nS: 235 ok\n", nil,
		},
		{
			"masked user", prelude + "S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 \nC: {{alice}}\nS: 334 {{alice, your password}}\nC: {{secret-password}}\nS: 235 hello alice\nC: QUIT",
			"C: AUTH LOGIN\nS: 334 \n* challenge: (empty)\nC: *** (user ***)\nS: 334 ***\n* challenge: ***, your password\nC: *** (password)\nS: 235 hello ***\n",
			func(o *probe.Options) { o.Auth.MaskUser = true },
		},
		{
			"bare 334", prelude + "S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334\nC: {{alice}}\nS: 334\nC: {{secret-password}}\nS: 535 5.7.8 no\nC: QUIT",
			"C: AUTH LOGIN\nS: 334\n* challenge: (empty)\nC: *** (user alice)\nS: 334\n* challenge: (empty)\nC: *** (password)\nS: 535 5.7.8 no\n", nil,
		},
		{
			"not base64", prelude + "S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 Username:\nC: ~*\nS: 501 5.7.0 cancelled\nC: QUIT",
			"C: AUTH LOGIN\nS: 334 Username:\n! auth: a challenge that is not base64\nC: *\nS: 501 5.7.0 cancelled\n", nil,
		},
		{
			"several lines", prelude + "S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334-{{a}}\nS: 334 {{b}}\nC: ~*\nS: 501 cancelled\nC: QUIT",
			"C: AUTH LOGIN\nS: 334-YQ==\nS: 334 Yg==\n! auth: a challenge of several lines\nC: *\nS: 501 cancelled\n", nil,
		},
		{
			"a long challenge", prelude + "S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 " + strings.Repeat("VXNl", 2500) + "\nC: *\nS: 535 5.7.8 no\nC: QUIT",
			"C: AUTH LOGIN\nS: 334 " + strings.Repeat("VXNl", 2500) + "\n* challenge: " + strings.Repeat("Use", 333) + "U…\nC: *** (user alice)\nS: 535 5.7.8 no\n", nil,
		},
		{
			"a challenge that is too long", prelude + "S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 " + strings.Repeat("VXNl", 3500) + "\nC: ~*\nS: 501 cancelled\nC: QUIT",
			"C: AUTH LOGIN\nS: 334 " + strings.Repeat("VXNl", 3500)[:12284] + "\n! auth: a challenge of more than 12288 octets\nC: *\nS: 501 cancelled\n", nil,
		},
		{
			"a challenge too many", prelude + "S: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 334 {{more}}\nC: ~*\nS: 501 cancelled\nC: QUIT",
			"C: AUTH PLAIN *** (user alice)\nS: 334 bW9yZQ==\n* challenge: more\n! auth: a challenge too many\nC: *\nS: 501 cancelled\n", nil,
		},
		{
			"gone after cancel", prelude + "S: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 334 {{more}}\nC: ~*\n* close",
			"C: AUTH PLAIN *** (user alice)\nS: 334 bW9yZQ==\n* challenge: more\n! auth: a challenge too many\nC: *\n! closed: \n", nil,
		},
		{
			"no initial response that is too long", prelude + "S: 250 AUTH XOAUTH2\nC: AUTH XOAUTH2\nS: 334 \nC: {{user=alice\x01auth=Bearer " + strings.Repeat("t0ken", 200) + "\x01\x01}}\n" +
				"S: 334 {{{\"status\":\"401\",\"schemes\":\"bearer\"} }}\nC: *\nS: 535 5.7.8 no\nC: QUIT",
			"C: AUTH XOAUTH2\nS: 334 \nC: *** (user alice)\nS: 334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0g\n* challenge: error: status 401, schemes bearer\nC: (an empty line: the error was read)\nS: 535 5.7.8 no\n", func(o *probe.Options) { o.Auth = long },
		},
		{
			"success after an error", prelude + "S: 250 AUTH OAUTHBEARER\nC: AUTH OAUTHBEARER *\nS: 334 {{{\"status\":\"invalid_token\"} }}\nC: AQ==\nS: 235 ok\nC: QUIT",
			"C: AUTH OAUTHBEARER *** (user alice)\nS: 334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0g\n* challenge: error: status invalid_token\nC: *** (the error was read)\nS: 235 ok\n! auth: the server reports success after an error: status invalid_token\n", nil,
		},
		{
			"scram without a signature", prelude + "S: 250 AUTH SCRAM-SHA-1\nC: AUTH SCRAM-SHA-1 *\nS: 235 come in\nC: QUIT",
			"C: AUTH SCRAM-SHA-1 *** (user alice)\nS: 235 come in\n! auth: the server reports success without showing that it knows the password (its signature is missing)\n", nil,
		},
		{
			"a signature in the success", prelude + "S: 250 AUTH SCRAM-SHA-1\nC: AUTH SCRAM-SHA-1 *\nS: 235 {{v=0123456789}}\nC: QUIT",
			"C: AUTH SCRAM-SHA-1 *** (user alice)\nS: 235 ***\n! auth: the server reports success without showing that it knows the password (its signature is missing)\n", nil,
		},
		{
			"out of sequence", prelude + "S: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 250 ok\n",
			"C: AUTH PLAIN *** (user alice)\nS: 250 ok\n! protocol: 250 in reply to AUTH command is out of sequence\n", nil,
		},
		{
			"432", prelude + "S: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 432 4.7.12 a password transition is needed\nC: QUIT",
			"C: AUTH PLAIN *** (user alice)\nS: 432 4.7.12 a password transition is needed\n", nil,
		},
		{
			"not offered", prelude + "S: 250 SIZE\nC: QUIT",
			"! auth-policy: the server does not offer AUTH\n", nil,
		},
		{
			"only before TLS", strings.Replace(prelude, "S: 250 STARTTLS", "S: 250-STARTTLS\nS: 250 AUTH LOGIN PLAIN", 1) + "S: 250 SIZE\nC: QUIT",
			"! auth-policy: the server does not offer AUTH once TLS is on; without TLS it offered LOGIN, PLAIN\n", nil,
		},
		{
			"only after TLS", "S: 220 x\nC: EHLO *\nS: 250-x\nS: 250 STARTTLS\nC: QUIT",
			"! auth-policy: the server does not offer AUTH without TLS; it offers STARTTLS, which was not used\n", func(o *probe.Options) { o.TLS = probe.Never },
		},
		{
			"nothing in common", prelude + "S: 250 AUTH GSSAPI NTLM\nC: QUIT",
			"! auth-policy: no mechanism in common: the server offers GSSAPI, NTLM\n", nil,
		},
		{
			"in the clear", "S: 220 x\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN\nC: QUIT",
			"! auth-policy: no credentials are sent without TLS\n", func(o *probe.Options) { o.Auth.AllowUnverified = true },
		},
		{
			"in the clear, allowed", "S: 220 x\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 235 ok\nC: QUIT",
			"C: AUTH PLAIN *** (user alice)\nS: 235 ok\n", func(o *probe.Options) { o.Auth.AllowPlaintext = true },
		},
		{
			"not verified", strings.Replace(prelude, "* tls", "* tls self-signed", 1) + "S: 250 AUTH PLAIN\nC: QUIT",
			"! auth-policy: no credentials are sent to a server whose certificate is not verified: the certificate is self-signed\n", nil,
		},
		{
			"not verified, allowed", strings.Replace(prelude, "* tls", "* tls self-signed", 1) + "S: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 235 ok\nC: QUIT",
			"C: AUTH PLAIN *** (user alice)\nS: 235 ok\n", func(o *probe.Options) { o.Auth.AllowUnverified = true },
		},
		{
			"identity", prelude + "S: 250 AUTH PLAIN\nC: AUTH PLAIN {{postmaster\x00alice\x00secret-password}}\nS: 235 ok\nC: QUIT",
			"C: AUTH PLAIN *** (user alice as postmaster)\nS: 235 ok\n", func(o *probe.Options) { o.Auth.Identity = "postmaster" },
		},
		{
			"none", prelude + "S: 250 AUTH PLAIN\nC: QUIT", "", func(o *probe.Options) { o.Auth = nil },
		},
	} {
		t.Run(strings.ReplaceAll(x.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := probe.Options{Auth: alice(), StopAfter: smtp.StageAuth}
				if x.options != nil {
					x.options(&o)
				}
				a, _ := play(t, base64s(strings.ReplaceAll(x.script, "C: ~*", "C: *")), simnet.Link{}, o)
				if got := authLines(a); got != x.want {
					t.Errorf("got\n%s\nwant\n%s", got, x.want)
				}
				checkInvariants(t, a)
			})
		})
	}
}

// TestAuthCancelIgnored: to a server that goes on asking nothing is said, for that
// would be taken for a response.
func TestAuthCancelIgnored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, _ := play(t, prelude+"S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 Username:\nC: *\nS: 334 Username:\n", simnet.Link{}, probe.Options{Auth: alice()})
		if got := said(a); got[len(got)-1] != "*" {
			t.Errorf("said %q\n%s", got, transcript(a))
		}
	})
}

// TestAuthHostileScram has the servers of the lab that cheat.
func TestAuthHostileScram(t *testing.T) {
	t.Parallel()
	for option, want := range map[string]string{
		"scram-bad-signature":         "! auth: the server's signature is wrong",
		"scram-iterations=4294967295": "! auth: 4294967295 iterations are asked for; more than 1000000 are not done",
	} {
		synctest.Test(t, func(t *testing.T) {
			a, _ := play(t, "* serve go-smtp catch-all auth=SCRAM-SHA-256 "+option, simnet.Link{}, probe.Options{Auth: alice()})
			if got := authLines(a); !strings.Contains(got, want) || !strings.Contains(got, "C: *\nS: 501 ") {
				t.Errorf("%s:\n%s", option, got)
			}
		})
	}
}

// TestSecretsEchoed has a server that says the secrets back wherever it can, in
// every form: no event may have one.
func TestSecretsEchoed(t *testing.T) {
	t.Parallel()
	const user = "token-0123-abcd"
	var echoes []string
	for _, w := range []string{password, user} {
		for pad := range 4 {
			for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding} {
				echoes = append(echoes, enc.EncodeToString([]byte(strings.Repeat("<", pad)+w+">>")))
			}
		}
		echoes = append(echoes, w, strings.ToUpper(w), hex.EncodeToString([]byte(w)), strings.ToUpper(hex.EncodeToString([]byte(w))),
			url.QueryEscape(w), "x"+w+"y", "%73%65"+w)
	}
	plain := base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
	echoes = append(echoes, plain, hex.EncodeToString([]byte(plain)), base64.StdEncoding.EncodeToString([]byte(plain)))
	reply := func(code int) string {
		var b strings.Builder
		for i, e := range echoes {
			fmt.Fprintf(&b, "S: %d%s%s\n", code, map[bool]string{true: " ", false: "-"}[i == len(echoes)-1], e)
		}
		return b.String()
	}
	half := len(password) / 2
	script := strings.Replace(prelude, "S: 220 mx.example.test ESMTP\n", "S: 220 "+password+" here\n", 1) + "S: 250-X-" + user + " " + password + "\nS: 250 AUTH PLAIN LOGIN\n" +
		"C: AUTH PLAIN *\n" + reply(235) + "C: MAIL *\nS: 250-" + password[:half] + "\nS: 250 " + password[half:] + "\nC: RCPT *\n" + reply(550) +
		"C: QUIT\nS: 221 bye\n* raw \"" + password + "\""
	synctest.Test(t, func(t *testing.T) {
		o := probe.Options{Auth: alice()}
		o.Auth.User, o.Auth.MaskUser = user, true
		var live []probe.Event
		o.Observe = func(e probe.Event) { live = append(live, e) }
		a, _ := play(t, script, simnet.Link{}, o)
		if !strings.Contains(transcript(a), "RCPT TO") {
			t.Fatal(transcript(a))
		}
		all := transcript(a) + authLines(a) + fmt.Sprintf("%+v", live)
		for _, e := range a.Events {
			if e.Failure != nil {
				all += string(e.Failure.Raw) + hex.EncodeToString(e.Failure.Raw)
			}
		}
		for _, form := range slices.Concat(echoes, forms(password, user)) {
			if strings.Contains(strings.ToLower(all), strings.ToLower(form)) {
				t.Errorf("%q is shown", form)
			}
		}
		if strings.Contains(all, password[half:]) {
			t.Error("a secret over two lines is shown")
		}
		if t.Failed() {
			t.Log(transcript(a))
		}
	})
}

// TestSecretsShort masks a short secret where it is a word, and leaves the rest readable.
func TestSecretsShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := probe.Options{Auth: alice(), StopAfter: smtp.StageAuth}
		o.Auth.Password = sasl.NewSecret("a1")
		script := prelude + "S: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 535-5.7.8 a1 is wrong, alpha1 too: YTE= 6131\nS: 535 5.7.8 {{\x00alice\x00a1}}\nC: QUIT"
		a, _ := play(t, base64s(script), simnet.Link{}, o)
		want := "C: AUTH PLAIN *** (user alice)\nS: 535-5.7.8 *** is wrong, alpha1 too: *** ***\nS: 535 5.7.8 ***\n"
		if got := authLines(a); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

// TestSecretsNotPrinted prints options with secrets in them in every way.
func TestSecretsNotPrinted(t *testing.T) {
	t.Parallel()
	o := probe.Options{Auth: alice()}
	all := fmt.Sprintf("%v %+v %#v %+v", o, *o.Auth, *o.Auth, struct{ hidden probe.Auth }{*o.Auth})
	for _, form := range forms(password, "lab-token") {
		if strings.Contains(all, form) {
			t.Errorf("%q is in %s", form, all)
		}
	}
}

// TestAuthGate: of two sessions with the same wrong password only one tries it,
// and the other waits for its turn; with the right one both do.
func TestAuthGate(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]int{
		"S: 535 5.7.8 no": 1, "S: 550 5.7.1 no": 1, "S: 235 ok": 2, "S: 454 4.7.0 later": 2, "S: 534 5.7.9 too weak": 2,
	} {
		synctest.Test(t, func(t *testing.T) {
			gate := probe.NewGate()
			heard := make(chan string, 2)
			for range 2 {
				go func() {
					o := probe.Options{Auth: alice(), StopAfter: smtp.StageAuth}
					o.Auth.Gate = gate
					a, _ := play(t, prelude+"S: 250 AUTH PLAIN\nC: AUTH PLAIN *\n* sleep 5s\n"+reply+"\nC: QUIT", simnet.Link{}, o)
					heard <- authLines(a)
				}()
			}
			all := <-heard + <-heard
			if got := strings.Count(all, "C: AUTH PLAIN"); got != want {
				t.Errorf("%s: %d attempts\n%s", reply, got, all)
			}
			if want == 1 && !strings.Contains(all, "! auth-policy: the credentials were refused in another session; they are not tried again") {
				t.Error(all)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // we are told to stop while one waits
		gate := probe.NewGate()
		ctx, cancel := context.WithCancel(t.Context())
		heard := make(chan string, 2)
		for range 2 {
			go func() {
				o := probe.Options{Auth: alice()}
				o.Auth.Gate = gate
				a, _ := playUntil(ctx, t, prelude+"S: 250 AUTH PLAIN\nC: AUTH PLAIN *\n* stall", simnet.Link{}, o)
				heard <- authLines(a)
			}()
		}
		synctest.Wait()
		cancel()
		if all := <-heard + <-heard; strings.Count(all, "! interrupted: ") != 2 || strings.Count(all, "C: AUTH") != 1 {
			t.Error(all)
		}
	})
}
