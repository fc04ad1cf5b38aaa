package message_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/message"
	"github.com/smtpcheck/smtpcheck/smtp"
)

func mailbox(t *testing.T, s string) smtp.Mailbox {
	t.Helper()
	m, err := smtp.ParseMailbox(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// text reads a message from its beginning.
func text(t *testing.T, m *message.Message) (string, error) {
	t.Helper()
	r, err := m.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return string(b), err
}

func messageFile(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "m.eml")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func openFile(t *testing.T, name string) *message.File {
	t.Helper()
	f, err := message.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestMessageFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, content, want string
		eightBit, utf8      bool
	}{
		{"CRLF", "A: b\r\n\r\n.c\r\n", "A: b\r\n\r\n.c\r\n", false, false},
		{"LF", "A: b\n\nc\n", "A: b\r\n\r\nc\r\n", false, false},
		{"both", "A: b\r\n\nc", "A: b\r\n\r\nc", false, false},
		{"8 bit in the body", "A: b\n\nü\n", "A: b\r\n\r\nü\r\n", true, false},
		{"8 bit in the header", "A: ü\r\n\r\nc\r\n", "A: ü\r\n\r\nc\r\n", true, true},
		{"8 bit in a header without a body", "A: ü", "A: ü", true, true},
		{"large", strings.Repeat("0123456789\n", 40_000), strings.Repeat("0123456789\r\n", 40_000), false, false},
	} {
		f := openFile(t, messageFile(t, c.content))
		for range 2 { // a recipient each
			got, err := text(t, f.Message)
			if err != nil || got != c.want {
				t.Errorf("%s: %v: %.60q, want %.60q", c.name, err, got, c.want)
			}
		}
		m := f.Message
		if m.Size != int64(len(c.want)) || m.EightBit != c.eightBit || m.UTF8 != c.utf8 || f.Converted != (c.want != c.content) {
			t.Errorf("%s: %+v, converted %v", c.name, m, f.Converted)
		}
	}
}

func TestMessageFileThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"a\rb\n", "a\r", "\r\r\n"} {
		if _, err := message.Open(messageFile(t, content)); !errors.Is(err, message.ErrBareCR) {
			t.Errorf("%q: %v", content, err)
		}
	}
	if _, err := message.Open(messageFile(t, "")); err == nil || err.Error() != "it is empty" {
		t.Errorf("empty: %v", err)
	}
	if _, err := message.Open(t.TempDir()); !errors.As(err, new(*os.PathError)) {
		t.Errorf("a folder: %v", err)
	}
}

// TestMessageFileIsSentAsItWasRead: what is sent is what was looked at, or nothing.
func TestMessageFileIsSentAsItWasRead(t *testing.T) {
	t.Parallel()
	old := time.Now().Add(-time.Hour)
	change := func(t *testing.T, f func(name string) error) (string, error) {
		name := messageFile(t, "A: b\r\n\r\nfirst\r\n")
		if err := os.Chtimes(name, old, old); err != nil {
			t.Fatal(err)
		}
		m := openFile(t, name).Message
		if err := f(name); err != nil {
			t.Fatal(err)
		}
		return text(t, m)
	}
	t.Run("written to", func(t *testing.T) {
		_, err := change(t, func(name string) error { return os.WriteFile(name, []byte("A: b\r\n\r\nother\r\n"), 0o600) })
		if !errors.Is(err, message.ErrChanged) {
			t.Error(err)
		}
	})
	t.Run("cut", func(t *testing.T) {
		_, err := change(t, func(name string) error { return os.Truncate(name, 3) })
		if !errors.Is(err, message.ErrChanged) {
			t.Error(err)
		}
	})
	t.Run("replaced", func(t *testing.T) {
		if runtime.GOOS == "windows" {
			t.Skip("an open file is not replaced there")
		}
		got, err := change(t, os.Remove)
		if err != nil || got != "A: b\r\n\r\nfirst\r\n" {
			t.Errorf("%v: %q", err, got)
		}
	})
	t.Run("while it is sent", func(t *testing.T) {
		name := messageFile(t, strings.Repeat("0123456789\r\n", 10_000))
		if err := os.Chtimes(name, old, old); err != nil {
			t.Fatal(err)
		}
		r, err := openFile(t, name).Message.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := io.ReadFull(r, make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(name, 200); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); !errors.Is(err, message.ErrChanged) {
			t.Error(err)
		}
	})
}

func TestMessageFromAPipe(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a pipe has no name there")
	}
	pipe := func(write func(io.Writer)) string {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close() })
		go func() { write(w); _ = w.Close() }()
		return fmt.Sprintf("/dev/fd/%d", r.Fd())
	}
	f := openFile(t, pipe(func(w io.Writer) { _, _ = io.WriteString(w, "A: b\n\nc\n") }))
	for range 2 {
		if got, err := text(t, f.Message); err != nil || got != "A: b\r\n\r\nc\r\n" {
			t.Errorf("%v: %q", err, got)
		}
	}
	line := bytes.Repeat([]byte("x"), 1<<20)
	_, err := message.Open(pipe(func(w io.Writer) {
		for range 70 {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	}))
	if err == nil || !strings.Contains(err.Error(), "64 MiB") {
		t.Errorf("too large: %v", err)
	}
}

// compose makes a message and returns its fields by name, all of it, and its Message-ID.
func compose(t *testing.T, x message.Draft) (fields mail.Header, all, id string) {
	t.Helper()
	if x.From.Local == "" {
		x.From = mailbox(t, "me@example.org")
	}
	m, id := x.Compose(message.Copy{ID: "01J", To: mailbox(t, "alice@x.test"), Time: time.Date(2026, 11, 22, 11, 39, 49, 0, time.UTC)})
	all, err := text(t, m)
	if err != nil || int64(len(all)) != m.Size {
		t.Errorf("%v; size %d, want %d", err, m.Size, len(all))
	}
	for _, line := range strings.Split(all, "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("not a line of a message: %.80q…", line)
		}
	}
	parsed, err := mail.ReadMessage(strings.NewReader(all))
	if err != nil {
		t.Fatalf("%v\n%s", err, all)
	}
	return parsed.Header, all, id
}

func TestComposeTakesTheUsersHeaders(t *testing.T) {
	t.Parallel()
	h, all, id := compose(t, message.Draft{
		Subject: "dropped",
		Headers: []string{
			"from: Me <other@example.org>", "TO: list@x.test", "Date: Sun, 01 Nov 2026 00:00:00 +0000", "Message-Id:  <mine@example.org> ",
			"subject: Grüße", "MIME-version: 1.0", "Content-TYPE: text/html", "Content-Transfer-Encoding: 7bit", "X-Tag: ä", "X-Tag: b",
		},
	})
	for name, want := range map[string][]string{
		"From": {"Me <other@example.org>"}, "To": {"list@x.test"}, "Date": {"Sun, 01 Nov 2026 00:00:00 +0000"}, "Message-Id": {"<mine@example.org>"},
		"Subject": {"Grüße"}, "Mime-Version": {"1.0"}, "Content-Type": {"text/html"}, "Content-Transfer-Encoding": {"7bit"},
		"Auto-Submitted": {"auto-generated"}, "X-Tag": {"ä", "b"},
	} {
		var got []string
		for _, value := range h[name] {
			plain, err := new(mime.WordDecoder).DecodeHeader(value)
			if err != nil {
				t.Error(err)
			}
			got = append(got, plain)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q\n%s", name, got, want, all)
		}
	}
	if id != "<mine@example.org>" {
		t.Errorf("the Message-ID reported is %q", id)
	}
	if !smtp.IsASCII(all) {
		t.Errorf("the message is not ASCII:\n%s", all)
	}
}

func TestComposeSubject(t *testing.T) {
	t.Parallel()
	for _, want := range []string{
		"short", "Grüße", "two  blanks", strings.Repeat("many words ", 300) + "end", strings.Repeat("x", 3000),
		strings.Repeat("ü", 1500), strings.Repeat("viele schöne Wörter ", 200) + "Ende", "a" + strings.Repeat(" ", 2000) + "b",
	} {
		h, all, _ := compose(t, message.Draft{Subject: want})
		got, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
		if err != nil || got != want {
			t.Errorf("%v: %.80q, want %.80q\n%s", err, got, want, all)
		}
	}
}

func TestValidHeader(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"X-Tag: a", "X-Tag:", "X-Tag: ü", "subject: ü", "From: Me <me@x.test>", "X-Tag: " + strings.Repeat("x", 991)} {
		if err := message.ValidHeader(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		"X-Tag":                           "no colon",
		"X: a\r\nBcc: b":                  "CR, LF or NUL",
		"X Tag: a":                        "not a header name",
		"Ü: a":                            "not a header name",
		": a":                             "not a header name",
		"X: " + strings.Repeat("x", 1000): "more than 998 octets",
		"From: Jürgen <me@x.test>":        "not ASCII",
		"Received: ü":                     "not ASCII",
		"X: a\xff":                        "not valid UTF-8",
		"auto-submitted: no":              "Auto-Submitted",
	} {
		if err := message.ValidHeader(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", bad, err, want)
		}
	}
	if err := message.ValidHeader("Auto-Submitted : no"); err == nil {
		t.Error("a blank before the colon hides a name")
	}
}

func TestValidBody(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{"": nil, "a\nb": nil, "a\r\nb\r\n": nil, "a\rb": message.ErrBareCR, "a\r": message.ErrBareCR, "a\r\r\n": message.ErrBareCR} {
		if err := message.ValidBody(body); !errors.Is(err, want) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestComposeSendsAFile(t *testing.T) {
	t.Parallel()
	f := openFile(t, messageFile(t, "A: b\n\nc\n"))
	x := message.Draft{Message: f.Message}
	m, id := x.Compose(message.Copy{To: mailbox(t, "alice@x.test")})
	if got, err := text(t, m); err != nil || got != "A: b\r\n\r\nc\r\n" || id != "" {
		t.Errorf("%v: %q %q", err, got, id)
	}
}
