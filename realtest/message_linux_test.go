package realtest

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// python is Debian's, which has the modules of Debian's packages.
const python = "/usr/bin/python3"

// tail is the message in a Maildir that has the Message-ID, with its lines
// ended as on the wire and without the fields that servers put before it: from
// its Date, the first of ours.
func (s *submission) tail(t *testing.T, mailbox, user, messageID string) (message []byte) {
	t.Helper()
	eventually(t, "message in the Maildir", func() bool {
		for _, text := range maildir(t, mailbox, user) {
			if strings.Contains(text, messageID) {
				before, _, _ := strings.Cut(text, "\nMessage-ID: "+messageID)
				message = []byte(strings.ReplaceAll(text[strings.LastIndex(before, "\nDate: ")+1:], "\n", "\r\n"))
				return true
			}
		}
		return false
	})
	return message
}

// parsed is a message as Python's email package reads it.
type parsed struct {
	Subject string
	Tags    []string
	Parts   []parsedPart
}

type parsedPart struct {
	Type, Charset, Name, Disposition string
	Content                          []byte
}

const parse = `
import sys, json, base64, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = [p for p in m.walk() if not p.is_multipart()]
print(json.dumps({
  "subject": str(m["subject"]), "tags": [str(v) for v in m.get_all("X-PM-Tag", [])],
  "parts": [{"type": p.get_content_type(), "charset": p.get_content_charset() or "", "name": p.get_filename() or "",
    "disposition": p.get_content_disposition() or "", "content": base64.b64encode(p.get_payload(decode=True)).decode()} for p in parts]}))
`

func readByPython(t *testing.T, message []byte) parsed {
	t.Helper()
	cmd := exec.Command(python, "-c", parse)
	cmd.Stdin = bytes.NewReader(message)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complaint.String())
	}
	var got parsed
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// richMessage are flags for a message with all that a message may have, and
// what Python is to read of it. The text has a dot at the beginning of a line,
// letters of several scripts, and a line that is too long for SMTP.
func richMessage(t *testing.T) (args []string, want parsed) {
	t.Helper()
	dir := t.TempDir()
	long := strings.Repeat("wörd ", 300)
	body := "hello,\n.a dot\nüber αβγ 世界\n" + long + "\nFrom here\n"
	html := `<p>καλημέρα <b>κόσμε</b></p>` + "\n"
	every := make([]byte, 1024)
	for i := range every {
		every[i] = byte(i)
	}
	picture, table := filepath.Join(dir, "picture.png"), filepath.Join(dir, "Übersicht für 世界.csv")
	for path, content := range map[string][]byte{picture: every, table: []byte("a;ü\r\n.\r\n")} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	args = []string{"--subject", "Grüße, 世界 " + strings.Repeat("x ", 60), "--body", body, "--html", html, "--inline", picture, "--attach", table,
		"--header", "X-PM-Tag: first", "--header", "X-PM-Tag: second"}
	want = parsed{
		Subject: "Grüße, 世界 " + strings.TrimSpace(strings.Repeat("x ", 60)),
		Tags:    []string{"first", "second"},
		Parts: []parsedPart{
			{"text/plain", "utf-8", "", "", []byte(strings.ReplaceAll(body, "\n", "\r\n"))},
			{"text/html", "utf-8", "", "", []byte(strings.ReplaceAll(html, "\n", "\r\n"))},
			{"image/png", "", "picture.png", "inline", every},
			{"text/csv", "utf-8", "Übersicht für 世界.csv", "attachment", []byte("a;ü\r\n.\r\n")},
		},
	}
	return args, want
}

// TestMessageArrives sends a rich message, encoded in several ways, by DATA and by
// BDAT, and has Python read what lies in the Maildir; what lies there is what
// smtpcheck says that it sent, byte for byte.
func TestMessageArrives(t *testing.T) {
	s := needSubmission(t, "exim4", python)
	exim, err := s.exim()
	if err != nil {
		t.Fatal(err)
	}
	message, want := richMessage(t)
	for _, test := range []struct{ name, server, mailbox string }{{"Postfix", postfixDovecot, s.postfix.Mailbox}, {"Exim", eximSubmission, exim.Mailbox}} {
		for _, way := range [][]string{{"--encoding", "auto"}, {"--encoding", "quoted-printable"}, {"--encoding", "base64"}, {"--encoding", "auto", "--bdat=1000"}} {
			t.Run(test.name+" "+strings.Join(way, " "), func(t *testing.T) {
				args := append(append([]string{"--server", test.server, "--data", "--from", "bob@example.test", "alice@example.test"}, message...), way...)
				got, run := s.probe(t, args...)
				if got.ExitCode != 0 || got.Message.Sent != "yes" {
					t.Fatalf("exit %d, message %+v", got.ExitCode, got.Message)
				}
				if test.server == eximSubmission {
					if err := exim.Deliver(); err != nil {
						t.Fatal(err)
					}
				}
				there := s.tail(t, test.mailbox, "alice", got.Message.MessageID)
				compareParsed(t, readByPython(t, there), want)
				if sum := sha256.Sum256(there); !strings.Contains(run.stdout, hex.EncodeToString(sum[:])) {
					t.Errorf("another message than the one that was sent:\n%s", there)
				}
			})
		}
	}
}

// TestMessagePrinted sends what --print has printed, and finds it as it was.
func TestMessagePrinted(t *testing.T) {
	s := needSubmission(t, python)
	message, want := richMessage(t)
	run := s.smtpcheck(t, append([]string{"probe", "--server", postfixDovecot, "--print", "--from", "bob@example.test", "alice@example.test"}, message...)...)
	if run.exit != 0 {
		t.Fatalf("exit %d: %s", run.exit, run.stderr)
	}
	compareParsed(t, readByPython(t, []byte(run.stdout)), want)
	file := filepath.Join(t.TempDir(), "printed.eml")
	if err := os.WriteFile(file, []byte(run.stdout), 0o644); err != nil {
		t.Fatal(err)
	}
	got, _ := s.probe(t, "--server", postfixDovecot, "--data", "--message", file, "--from", "bob@example.test", "alice@example.test")
	if got.ExitCode != 0 || got.Message.MessageID == "" {
		t.Fatalf("exit %d, message %+v", got.ExitCode, got.Message)
	}
	printed := bytes.ReplaceAll(bytes.ReplaceAll([]byte(run.stdout), []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	if there := s.tail(t, s.postfix.Mailbox, "alice", got.Message.MessageID); !bytes.Equal(there, printed) {
		t.Errorf("in the Maildir:\n%q\nprinted:\n%q", there, printed)
	}
}

func compareParsed(t *testing.T, got, want parsed) {
	t.Helper()
	if got.Subject != want.Subject || !slices.Equal(got.Tags, want.Tags) || len(got.Parts) != len(want.Parts) {
		t.Errorf("\n got %q, tags %q, %d parts\nwant %q, tags %q, %d parts", got.Subject, got.Tags, len(got.Parts), want.Subject, want.Tags, len(want.Parts))
		return
	}
	for i := range want.Parts {
		if !reflect.DeepEqual(got.Parts[i], want.Parts[i]) {
			t.Errorf("part %d\n got %q\nwant %q", i, got.Parts[i], want.Parts[i])
		}
	}
}

const verify = `
import sys, dkim
print(dkim.DKIM(sys.stdin.buffer.read()).verify(dnsfunc=lambda name, timeout=5: sys.argv[2].encode() if name == sys.argv[1].encode() else None))
`

// TestMessageSigned has python3-dkim verify the signature of a message that
// went through Postfix, and refuse that of one that was changed.
func TestMessageSigned(t *testing.T) {
	s := needSubmission(t, python)
	if err := exec.Command(python, "-c", "import dkim, nacl").Run(); err != nil {
		need(t, "python3-dkim is not installed")
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaPublic, err := x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	message, _ := richMessage(t)
	for name, key := range map[string]struct {
		private crypto.PrivateKey
		record  string
	}{
		"rsa":     {rsaKey, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(rsaPublic)},
		"ed25519": {private, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)},
	} {
		t.Run(name, func(t *testing.T) {
			der, err := x509.MarshalPKCS8PrivateKey(key.private)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "key.pem")
			if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
				t.Fatal(err)
			}
			got, _ := s.probe(t, append([]string{"--server", postfixDovecot, "--data", "--from", "bob@example.test", "alice@example.test",
				"--dkim-key", file, "--dkim-selector", "sel", "--dkim-domain", "example.test"}, message...)...)
			if got.ExitCode != 0 {
				t.Fatalf("exit %d, message %+v", got.ExitCode, got.Message)
			}
			there := s.whole(t, got.Message.MessageID)
			changed := bytes.Replace(there, []byte("\r\nTo: <alice@"), []byte("\r\nTo: <mallory@"), 1)
			if bytes.Equal(there, changed) {
				t.Fatal("nothing to change")
			}
			for text, want := range map[*[]byte]string{&there: "True", &changed: "False"} {
				cmd := exec.Command(python, "-c", verify, "sel._domainkey.example.test.", key.record)
				cmd.Stdin = bytes.NewReader(*text)
				out, err := cmd.CombinedOutput()
				if got := strings.TrimSpace(string(out)); err != nil || got != want {
					t.Errorf("%v, %s, want %s\n%s", err, got, want, *text)
				}
			}
		})
	}
}

// whole is a message in alice's Maildir, with the fields of servers.
func (s *submission) whole(t *testing.T, messageID string) []byte {
	t.Helper()
	s.tail(t, s.postfix.Mailbox, "alice", messageID)
	messages := maildir(t, s.postfix.Mailbox, "alice")
	i := slices.IndexFunc(messages, func(text string) bool { return strings.Contains(text, messageID) })
	return []byte(strings.ReplaceAll(messages[i], "\n", "\r\n"))
}
