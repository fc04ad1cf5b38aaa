package message_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/message"
	"github.com/smtpcheck/smtpcheck/smtp"
)

func mailbox(t testing.TB, s string) smtp.Mailbox {
	t.Helper()
	m, err := smtp.ParseMailbox(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// text reads a message file as it would be sent.
func text(t *testing.T, f *message.Given) (string, error) {
	t.Helper()
	return read(compose(t, &message.Draft{Message: f}, message.Offer{}))
}

// read reads a message from its beginning.
func read(m *message.Message) (string, error) {
	r, err := m.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return string(b), err
}

// letter makes a draft out to alice@x.test.
func letter(t testing.TB, d *message.Draft) *message.Letter {
	t.Helper()
	if d.From.Local == "" {
		d.From = mailbox(t, "me@example.org")
	}
	l, err := d.Letter(message.Copy{
		ID: "01JDFAKE", Number: 3, To: mailbox(t, "alice@x.test"), Time: time.Date(2026, 11, 22, 11, 39, 49, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// compose composes a draft for a server.
func compose(t testing.TB, d *message.Draft, offer message.Offer) *message.Message {
	t.Helper()
	m, err := letter(t, d).Compose(offer)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func messageFile(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "m.eml")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func openFile(t *testing.T, name string) *message.Given {
	t.Helper()
	f, err := message.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestGivenFile(t *testing.T) {
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
			got, err := text(t, f)
			if err != nil || got != c.want {
				t.Errorf("%s: %v: %.60q, want %.60q", c.name, err, got, c.want)
			}
		}
		m := f
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
		m := openFile(t, name)
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
		r, err := compose(t, &message.Draft{Message: openFile(t, name)}, message.Offer{}).Open()
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
		if got, err := text(t, f); err != nil || got != "A: b\r\n\r\nc\r\n" {
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

// TestBinaryMessage: what BDAT sends as BINARYMIME is sent byte for byte.
func TestBinaryMessage(t *testing.T) {
	t.Parallel()
	content := "Subject: x\r\n\r\nbare\nLF, bare\rCR, NUL\x00 and \xff"
	name := messageFile(t, content)
	f, err := message.OpenBinary(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	got, err := text(t, f)
	if err != nil || got != content || f.Size != int64(len(content)) || f.Converted {
		t.Errorf("%v, %d octets, converted %v: %q", err, f.Size, f.Converted, got)
	}
	if _, err := message.Open(name); !errors.Is(err, message.ErrBareCR) {
		t.Errorf("as text: %v", err)
	}
}
