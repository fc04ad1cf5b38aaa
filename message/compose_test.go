package message_test

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smtpcheck/smtpcheck/message"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// section is a part of a message as a reader sees it: the standard library's
// parser, which is not what wrote it.
type section struct {
	Type     string
	Params   map[string]string
	Name     string // of a file
	Shown    bool   // inline
	ID       string
	Encoding string
	Content  string // decoded
	Parts    []section
}

type header interface{ Get(string) string }

func parse(t testing.TB, h header, body io.Reader) section {
	t.Helper()
	var s section
	var err error
	if s.Type, s.Params, err = mime.ParseMediaType(h.Get("Content-Type")); err != nil {
		t.Fatalf("%v: %q", err, h.Get("Content-Type"))
	}
	if d := h.Get("Content-Disposition"); d != "" {
		kind, params, err := mime.ParseMediaType(d)
		if err != nil {
			t.Fatalf("%v: %q", err, d)
		}
		s.Name, s.Shown = params["filename"], kind == "inline"
	}
	s.ID, s.Encoding = h.Get("Content-Id"), h.Get("Content-Transfer-Encoding")
	if strings.HasPrefix(s.Type, "multipart/") {
		for r := multipart.NewReader(body, s.Params["boundary"]); ; {
			p, err := r.NextRawPart()
			if errors.Is(err, io.EOF) {
				return s
			}
			if err != nil {
				t.Fatal(err)
			}
			s.Parts = append(s.Parts, parse(t, p.Header, p))
		}
	}
	switch s.Encoding {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	s.Content = string(b)
	return s
}

// opened composes a draft and reads it: header, parts and text. It checks what
// holds for every message.
func opened(t testing.TB, d *message.Draft, offer message.Offer) (mail.Header, section, string) {
	t.Helper()
	m := compose(t, d, offer)
	all, err := read(m)
	if err != nil {
		t.Fatal(err)
	}
	again, err := read(m)
	if err != nil || all != again {
		t.Errorf("read twice it is not the same: %v", err)
	}
	checkText(t, m, all)
	parsed, err := mail.ReadMessage(strings.NewReader(all))
	if err != nil {
		t.Fatalf("%v\n%s", err, all)
	}
	if _, ok := parsed.Header["Content-Type"]; !ok {
		return parsed.Header, section{}, all
	}
	return parsed.Header, parse(t, parsed.Header, parsed.Body), all
}

func checkText(t testing.TB, m *message.Message, all string) {
	t.Helper()
	if int64(len(all)) != m.Size {
		t.Errorf("size %d, want %d", m.Size, len(all))
	}
	head, _, _ := strings.Cut(all, "\r\n\r\n")
	if m.EightBit != !smtp.IsASCII(all) || m.UTF8 != !smtp.IsASCII(head) {
		t.Errorf("8 bit %v, UTF-8 %v", m.EightBit, m.UTF8)
	}
	if !strings.HasSuffix(all, "\r\n") {
		t.Errorf("it does not end with CRLF: %q", all[max(0, len(all)-20):])
	}
	for _, line := range strings.Split(all, "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") {
			t.Fatalf("not a line of a message: %.80q…", line)
		}
	}
}

func file(t testing.TB, name string, content []byte) *message.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Skip(err)
	}
	f, err := message.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func every() []byte {
	b := make([]byte, 0, 64<<10)
	for i := range 256 * 256 {
		b = append(b, byte(i), byte(i>>8)) //nolint:gosec // the low bits are meant
	}
	return b[:64<<10]
}

func TestComposeParts(t *testing.T) {
	t.Parallel()
	picture := file(t, "logo.png", []byte("\x89PNG\r\n\x1a\n..."))
	picture.Inline = true
	letter := file(t, "Brief für Ü.pdf", every())
	inner := file(t, "old.eml", []byte("Subject: x\r\n\r\n.\r\n"))
	broken := file(t, "latin1.eml", []byte("Subject: x\r\n\r\n\xfc\r\n"))
	_, s, all := opened(t, &message.Draft{
		Body: "plain", HTML: `<b>Grüße</b><img src="cid:logo.png"> cid:logo.png2`, Files: []*message.File{letter, picture, inner, broken},
	}, message.Offer{EightBit: true})
	if s.Type != "multipart/mixed" || len(s.Parts) != 4 {
		t.Fatalf("%+v\n%s", s, all)
	}
	alternative := s.Parts[0]
	if alternative.Type != "multipart/alternative" || len(alternative.Parts) != 2 || alternative.Parts[0].Content != "plain\r\n" || alternative.Parts[0].Encoding != "7bit" {
		t.Errorf("%+v", alternative)
	}
	related := alternative.Parts[1]
	if related.Type != "multipart/related" || related.Params["type"] != "text/html" || len(related.Parts) != 2 {
		t.Fatalf("%+v", related)
	}
	html, shown := related.Parts[0], related.Parts[1]
	id := strings.Trim(shown.ID, "<>")
	if html.Encoding != "8bit" || html.Content != `<b>Grüße</b><img src="cid:`+id+`"> cid:logo.png2`+"\r\n" || !strings.Contains(id, "@") {
		t.Errorf("%+v, %s", html, id)
	}
	if !shown.Shown || shown.Name != "logo.png" || shown.Type != "image/png" {
		t.Errorf("%+v", shown)
	}
	if p := s.Parts[1]; p.Name != "Brief für Ü.pdf" || p.Type != "application/pdf" || p.Shown || p.Content != string(every()) {
		t.Errorf("%s %s %v", p.Name, p.Type, p.Shown)
	}
	if p := s.Parts[2]; p.Type != "message/rfc822" || p.Encoding != "7bit" || p.Content != "Subject: x\r\n\r\n.\r\n" {
		t.Errorf("%+v", p)
	}
	if p := s.Parts[3]; p.Type != "application/octet-stream" || p.Content != "Subject: x\r\n\r\n\xfc\r\n" {
		t.Errorf("a message that must not be encoded: %+v", p)
	}
}

func TestComposeOnlyHTML(t *testing.T) {
	t.Parallel()
	_, s, _ := opened(t, &message.Draft{HTML: "<p>x"}, message.Offer{})
	if s.Type != "text/html" || s.Content != "<p>x\r\n" {
		t.Errorf("%+v", s)
	}
}

// TestEncoding: what an encoding is asked or chosen for comes out as it went in.
func TestEncoding(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 5000)
	eight := message.Offer{EightBit: true}
	for _, c := range []struct {
		name, body string
		encoding   message.Encoding
		offer      message.Offer
		want       string
	}{
		{"ASCII", "a\n.b\n", "", eight, "7bit"},
		{"a long line", long, "", eight, "quoted-printable"},
		{"998", long[:998], "", eight, "7bit"},
		{"999", long[:999], "", eight, "quoted-printable"},
		{"8 bit", "Grüße", "", eight, "8bit"},
		{"8 bit, not offered", "viele Grüße und vieles andere mehr", "", message.Offer{}, "quoted-printable"},
		{"mostly 8 bit, not offered", "Привет", "", message.Offer{}, "base64"},
		{"8 bit and a long line", "Grüße " + long, "", eight, "quoted-printable"},
		{"NUL", "a\x00b and the rest of it", "", eight, "quoted-printable"},
		{"asked for", "a \nb\t\n=\n", message.QuotedPrintable, eight, "quoted-printable"},
		{"asked for", "a", message.Base64, eight, "base64"},
		{"asked for", "ü", message.EightBit, message.Offer{}, "8bit"},
	} {
		_, s, all := opened(t, &message.Draft{Body: c.body, Encoding: c.encoding}, c.offer)
		want := strings.ReplaceAll(strings.TrimSuffix(c.body, "\n")+"\n", "\n", "\r\n")
		if s.Encoding != c.want || s.Content != want {
			t.Errorf("%s: %s, want %s: %.200q\n%s", c.name, s.Encoding, c.want, s.Content, all)
		}
	}
	for body, encoding := range map[string]message.Encoding{"ü": message.SevenBit, long: message.EightBit, "a\x00": message.SevenBit} {
		d := message.Draft{From: mailbox(t, "me@example.org"), Body: body, Encoding: encoding}
		if _, err := d.Letter(message.Copy{To: mailbox(t, "alice@x.test")}); err == nil || !strings.Contains(err.Error(), "cannot hold") {
			t.Errorf("%.20q as %s: %v", body, encoding, err)
		}
	}
}

func TestEveryTextComesThrough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		body := strings.ReplaceAll(rapid.String().Draw(r, "body"), "\r", "")
		d := &message.Draft{Body: body, HTML: rapid.SampledFrom([]string{"", "<p>"}).Draw(r, "html")}
		d.Encoding = rapid.SampledFrom([]message.Encoding{"", message.QuotedPrintable, message.Base64}).Draw(r, "encoding")
		if body == "" || d.Check() != nil {
			return
		}
		_, s, all := opened(t, d, message.Offer{EightBit: rapid.Bool().Draw(r, "8bit")})
		if s.Parts != nil {
			s = s.Parts[0]
		}
		want := strings.ReplaceAll(strings.TrimSuffix(body, "\n")+"\n", "\n", "\r\n")
		if s.Content != want {
			r.Errorf("%q, want %q\n%s", s.Content, want, all)
		}
	})
}

func TestComposeOwnContentType(t *testing.T) {
	t.Parallel()
	_, s, all := opened(t, &message.Draft{Body: "Gr\xfc\xdfe", Headers: []string{"Content-Type: text/plain; charset=iso-8859-1"}}, message.Offer{EightBit: true})
	if s.Params["charset"] != "iso-8859-1" || s.Content != "Gr\xfc\xdfe\r\n" || s.Encoding != "8bit" {
		t.Errorf("%+v\n%s", s, all)
	}
	_, s, _ = opened(t, &message.Draft{Body: "Gr\xfc\xdfe", Headers: []string{"Content-Type: text/plain; charset=iso-8859-1"}}, message.Offer{})
	if s.Content != "Gr\xfc\xdfe\r\n" || s.Encoding == "8bit" {
		t.Errorf("%+v", s)
	}
	_, s, all = opened(t, &message.Draft{Body: "R3LDvMOfZQ==", Headers: []string{"Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64"}}, message.Offer{})
	if s.Content != "Grüße" || strings.Count(all, "Content-T") != 2 {
		t.Errorf("%+v\n%s", s, all)
	}
	for _, d := range []message.Draft{
		{Body: "a", HTML: "b", Headers: []string{"Content-Type: text/plain"}},
		{Body: "a", Encoding: message.Base64, Headers: []string{"Content-Transfer-Encoding: 7bit"}},
		{Body: "\xff"},
		{HTML: "\xff"},
	} {
		if d.Check() == nil {
			t.Errorf("%+v: no error", d)
		}
	}
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("names are not free there")
	}
	for name, want := range map[string]string{
		"plain.txt": "plain.txt", `quo"te.txt`: `quo"te.txt`, `back\slash`: "back_slash", "new\nline\r\nBcc: x": "new_line__Bcc: x",
		"Ärger.txt": "Ärger.txt", "日本語のファイル名.pdf": "日本語のファイル名.pdf", "\xff\xfe.bin": "_.bin", "\u202egnp.exe": "_gnp.exe",
		"a;b=c.txt": "a;b=c.txt", "100%.txt": "100%.txt", "apostrophe's *.txt": "apostrophe's *.txt", "smile \U0001f600.png": "smile \U0001f600.png",
		strings.Repeat("long ", 40) + ".txt": strings.Repeat("long ", 40) + ".txt", strings.Repeat("ü", 120): strings.Repeat("ü", 120), "\x1b[2J": "_[2J",
	} {
		_, s, all := opened(t, &message.Draft{Files: []*message.File{file(t, name, []byte("x"))}}, message.Offer{})
		if len(s.Parts) != 2 || s.Parts[1].Name != want || s.Parts[1].Content != "x" {
			t.Errorf("%q: %+v, want %q\n%s", name, s.Parts, want, all)
		}
		if !smtp.IsASCII(all) {
			t.Errorf("%q: not ASCII", name)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"a.PDF", "", "application/pdf"}, {"a", "%PDF-1.7", "application/pdf"}, {"a", "text", "text/plain"}, {"a", "Grü", "text/plain"},
		{"a", strings.Repeat("ü", 400), "text/plain"}, {"a", "\xff\xfe", "application/octet-stream"}, {"a", "a\x00", "application/octet-stream"},
		{"a.unheard-of", "\x1f\x8b\x08", "application/gzip"}, {"empty", "", "text/plain"}, {"a.docx", "PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	} {
		_, s, _ := opened(t, &message.Draft{Files: []*message.File{file(t, c[0], []byte(c[1]))}}, message.Offer{})
		if s.Parts[1].Type != c[2] {
			t.Errorf("%s %.10q: %s, want %s", c[0], c[1], s.Parts[1].Type, c[2])
		}
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	_, s, _ := opened(t, &message.Draft{Sample: message.EICAR}, message.Offer{})
	virus := s.Parts[1]
	if sum := md5.Sum([]byte(strings.TrimSpace(virus.Content))); hex.EncodeToString(sum[:]) != "44d88612fea8a8f36de82e1278abb02f" || virus.Name != "eicar.com" { //nolint:gosec // its name
		t.Errorf("%+v", virus)
	}
	for _, d := range []message.Draft{{Sample: message.GTUBE}, {Sample: message.GTUBE, Body: "mine"}, {Sample: message.GTUBE, HTML: "<p>"}} {
		_, s, _ := opened(t, &d, message.Offer{})
		if s.Parts != nil {
			s = s.Parts[0]
		}
		lines := strings.Split(s.Content, "\r\n")
		line := lines[len(lines)-2]
		if len(line) != 68 || !strings.HasPrefix(line, "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-") || !strings.HasSuffix(line, "-UBE-TEST-EMAIL*C.34X") {
			t.Errorf("%q", s.Content)
		}
	}
}

// TestNoSampleInSource: this program and its source are no virus.
func TestNoSampleInSource(t *testing.T) {
	t.Parallel()
	names, _ := filepath.Glob("*.go")
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil || bytes.Contains(b, []byte("EICAR-"+"STANDARD")) || bytes.Contains(b, []byte("GTUBE-"+"STANDARD")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	h, s, _ := opened(t, &message.Draft{
		Subject: "{{n}} {{ id }} {{time}}", Body: `{{sender}} {{recipient}} \{{id}} {{ color: red }} {{}} {{`, HTML: "<p>{{recipient}}",
		Headers: []string{"X-Id: {{id}}", "Reply-To: {{sender}}"},
	}, message.Offer{})
	if got := h.Get("Subject"); got != "3 01JDFAKE 2026-11-22T11:39:49Z" {
		t.Error(got)
	}
	if got := s.Parts[0].Content; got != "me@example.org alice@x.test {{id}} {{ color: red }} {{}} {{\r\n" {
		t.Error(got)
	}
	if h.Get("X-Id") != "01JDFAKE" || h.Get("Reply-To") != "me@example.org" || s.Parts[1].Content != "<p>alice@x.test\r\n" {
		t.Error(h, s.Parts[1].Content)
	}
	for _, d := range []message.Draft{{Subject: "{{nobody}}"}, {Body: "{{ID}}"}, {HTML: "{{ user }}"}} {
		var e *message.TokenError
		if !errors.As(d.Check(), &e) {
			t.Errorf("%+v: %v", d, d.Check())
		}
	}
	if err := message.ValidHeader("X: {{who}}"); !errors.As(err, new(*message.TokenError)) {
		t.Error(err)
	}
	// HTML is not made by an address.
	d := &message.Draft{From: mailbox(t, "me@example.org"), HTML: "<p>{{recipient}}"}
	l, err := d.Letter(message.Copy{To: mailbox(t, `"<script>"@x.test`)})
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.Compose(message.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	if all, _ := read(m); strings.Contains(all, "<p>\"<script>") {
		t.Error(all)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	h, _, all := opened(t, &message.Draft{
		Subject: "dropped",
		Headers: []string{
			"from: Jürgen <jürgen@bücher.example>", "TO: list@x.test", "Date: Sun, 01 Nov 2026 00:00:00 +0000", "Message-Id:  <mine@example.org> ",
			"subject: Grüße", "MIME-version: 1.0", "X-Tag: ä", "X-PM-KeepID: true", "X-Tag: b", "cc: \"A, B\" <a@x.test>, Ünal <u@müller.example>",
		},
	}, message.Offer{UTF8: true, EightBit: true})
	order := []string{"from:", "TO:", "Date:", "Message-Id:", "subject:", "MIME-version:", "X-Tag:", "X-PM-KeepID:", "X-Tag:", "cc:"}
	at := 0
	for _, name := range order {
		i := strings.Index(all[at:], "\r\n"+name)
		if i < 0 {
			t.Fatalf("no %s after %d\n%s", name, at, all)
		}
		at += i + 2
	}
	list, err := h.AddressList("Cc")
	if want := []*mail.Address{{Name: "A, B", Address: "a@x.test"}, {Name: "Ünal", Address: "u@xn--mller-kva.example"}}; err != nil || !reflect.DeepEqual(list, want) {
		t.Errorf("%v %v", list, err)
	}
	var tags []string
	for _, v := range h["X-Tag"] {
		plain, _ := new(mime.WordDecoder).DecodeHeader(v)
		tags = append(tags, plain)
	}
	if !slices.Equal(tags, []string{"ä", "b"}) || !strings.Contains(all, "X-PM-KeepID: true\r\n") || strings.Count(strings.ToLower(all), "\nsubject:") != 1 {
		t.Errorf("%q\n%s", tags, all)
	}
	if !strings.Contains(all, "jürgen@xn--bcher-kva.example") || !letter(t, &message.Draft{Headers: []string{"From: jürgen@x.test"}}).NeedsUTF8 {
		t.Errorf("an address that needs SMTPUTF8:\n%s", all)
	}
	if letter(t, &message.Draft{Headers: []string{"From: Jürgen <j@bücher.example>"}}).NeedsUTF8 {
		t.Error("a name and a domain need no SMTPUTF8")
	}
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	for _, want := range []string{
		"short", "Grüße", "two  blanks", strings.Repeat("many words ", 300) + "end", strings.Repeat("x", 3000),
		strings.Repeat("ü", 1500), strings.Repeat("viele schöne Wörter ", 200) + "Ende", "a" + strings.Repeat(" ", 2000) + "b",
	} {
		h, _, all := opened(t, &message.Draft{Subject: want}, message.Offer{})
		got, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
		if err != nil || got != want {
			t.Errorf("%v: %.80q, want %.80q\n%s", err, got, want, all)
		}
	}
}

func TestValidHeader(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"X-Tag: a", "X-Tag:", "X-Tag: ü", "subject: ü", "From: Me <me@x.test>", "X-Tag: " + strings.Repeat("x", 3000), "From: Jürgen <me@x.test>",
		"References: " + strings.Repeat("<a@b> ", 300),
	} {
		if err := message.ValidHeader(good); err != nil {
			t.Errorf("%.60q: %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		"X-Tag":                              "no colon",
		"X: a\r\nBcc: b":                     "CR, LF or NUL",
		"X Tag: a":                           "not a header name",
		"Ü: a":                               "not a header name",
		": a":                                "not a header name",
		"X-A: " + strings.Repeat("x", 40000): "more than 32 KiB",
		"To: " + strings.Repeat("x", 1000):   "more than 998 octets",
		"From: Jürgen":                       "not a list of addresses",
		"From: a@ü-.b":                       "domain that is none",
		"Received: ü":                        "not ASCII",
		"X: a\xff":                           "not valid UTF-8",
		"auto-submitted: no":                 "Auto-Submitted",
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

// TestAttachmentThatChanges: what is sent is what was looked at, or nothing.
func TestAttachmentThatChanges(t *testing.T) {
	t.Parallel()
	f := file(t, "a.bin", every())
	m := compose(t, &message.Draft{Files: []*message.File{f}}, message.Offer{})
	dir := t.TempDir()
	path := filepath.Join(dir, "b.bin")
	if err := os.WriteFile(path, every(), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := message.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close() //nolint:errcheck // it was only read
	l := letter(t, &message.Draft{Files: []*message.File{g}})
	changing, err := l.Compose(message.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	if _, err := read(changing); !errors.Is(err, message.ErrChanged) {
		t.Error(err)
	}
	if _, err := l.Compose(message.Offer{}); !errors.Is(err, message.ErrChanged) {
		t.Error(err)
	}
	if _, err := read(m); err != nil {
		t.Error(err)
	}
}

func FuzzHeader(f *testing.F) {
	for _, s := range []string{"X: a", "Subject: Grüße {{id}}", "From: Jürgen <j@x.test>", "To: a@b, \"c\" <d@e>", "X-A: \r\n b"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, line, subject string) {
		d := &message.Draft{From: mailbox(t, "me@example.org"), Headers: []string{line}}
		if smtp.Safe(subject) {
			d.Subject = strings.ToValidUTF8(subject, "?")
		}
		if message.ValidHeader(line) != nil || d.Check() != nil {
			return
		}
		l, err := d.Letter(message.Copy{ID: "01", To: mailbox(t, "a@x.test")})
		if err != nil {
			return
		}
		m, err := l.Compose(message.Offer{})
		if err != nil {
			t.Fatal(err)
		}
		all, err := read(m)
		if err != nil {
			t.Fatal(err)
		}
		head, _, ok := strings.Cut(all, "\r\n\r\n")
		if !ok || int64(len(all)) != m.Size {
			t.Fatalf("%q", all)
		}
		name, _, _ := strings.Cut(line, ":")
		count := 0
		for _, h := range strings.Split(head, "\r\n") {
			if len(h) > 998 || strings.ContainsAny(h, "\r\n\x00") {
				t.Fatalf("%q", h)
			}
			if h[0] != ' ' && h[0] != '\t' {
				count++
			}
			if got, _, ok := strings.Cut(h, ":"); h[0] != ' ' && h[0] != '\t' && (!ok || strings.ContainsAny(got, " \t")) {
				t.Fatalf("%q: %q is no header", name, h)
			}
		}
		if count < 9 || count > 10 {
			t.Fatalf("%d headers:\n%s", count, head)
		}
	})
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{"<img src=cid:a.png>", "{{id}} cid:b{{n}}.png", `cid:a.png"cid:cid:a.png`, "\\{{id}}", "cid:b%201.png'", "cid:a.pngcid:0"} {
		f.Add(s)
	}
	names := []string{"a.png", "b 1.png", "a.png.png"}
	var files []*message.File
	for _, name := range names {
		x := file(f, name, []byte("x"))
		x.Inline = true
		files = append(files, x)
	}
	f.Fuzz(func(t *testing.T, html string) {
		d := &message.Draft{HTML: html, Files: files}
		if html == "" || message.ValidBody(html) != nil || d.Check() != nil {
			return
		}
		_, s, _ := opened(t, d, message.Offer{EightBit: true})
		if len(s.Parts) != 4 {
			t.Fatalf("%+v", s)
		}
		for i, name := range names {
			id := strings.Trim(s.Parts[i+1].ID, "<>")
			if got, want := strings.Contains(s.Parts[0].Content, "cid:"+id), !slices.Contains(d.Unshown(), name); got != want {
				t.Fatalf("%s is shown: %v, want %v\n%s", name, got, want, s.Parts[0].Content)
			}
		}
	})
}

func BenchmarkAttachment(b *testing.B) {
	path := filepath.Join(b.TempDir(), "big.bin")
	if err := os.WriteFile(path, bytes.Repeat(every(), 320), 0o600); err != nil { // 20 MiB
		b.Fatal(err)
	}
	f, err := message.OpenFile(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	d := &message.Draft{Files: []*message.File{f}}
	b.ReportAllocs()
	b.SetBytes(20 << 20)
	for b.Loop() {
		r, err := compose(b, d, message.Offer{}).Open()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
		_ = r.Close()
	}
}

// TestAttachmentIsStreamed: a large file is never held in memory.
func TestAttachmentIsStreamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "big.bin")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 64<<20); err != nil {
		t.Fatal(err)
	}
	f, err := message.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	d := &message.Draft{Files: []*message.File{f}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := io.Copy(io.Discard, must(compose(t, d, message.Offer{}).Open())); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 2<<20 {
		t.Errorf("%d bytes for 64 MiB", n)
	}
}

func must(r io.ReadCloser, err error) io.Reader {
	if err != nil {
		panic(err)
	}
	return r
}

// TestEncodedWords: no line with an encoded word has more than 76 octets (RFC 2047, section 2).
func TestEncodedWords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 300)
	d := &message.Draft{
		From: mailbox(t, "me@example.org"), Subject: long, Body: "x",
		Headers: []string{"X-Long: " + strings.Repeat("a", 3000), "X-Mixed: plain words first and then more of them: " + long},
	}
	l, err := d.Letter(message.Copy{ID: "01", To: mailbox(t, "a@x.test")})
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.Compose(message.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := read(m)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(all, "\r\n") {
		if strings.Contains(line, "=?") && len(line) > 76 {
			t.Errorf("%d octets: %s", len(line), line)
		}
	}
	parsed, err := mail.ReadMessage(strings.NewReader(all))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil || got != long {
		t.Errorf("%q, %v", got, err)
	}
}

// TestContentTypeTemplate: words are filled in, in the header of the text too.
func TestContentTypeTemplate(t *testing.T) {
	t.Parallel()
	d := &message.Draft{From: mailbox(t, "me@example.org"), Body: "x", Headers: []string{"Content-Type: text/plain; charset=utf-8; x=\"{{recipient}}\""}}
	for to, want := range map[string]string{"a@x.test": `x="a@x.test"`, "jörg@x.test": ""} {
		l, err := d.Letter(message.Copy{ID: "01", To: mailbox(t, to)})
		if err != nil {
			if want != "" {
				t.Error(err)
			}
			continue
		}
		m, err := l.Compose(message.Offer{})
		if err != nil {
			t.Fatal(err)
		}
		if all, err := read(m); err != nil || want == "" || !strings.Contains(all, want) {
			t.Errorf("%s: %v\n%s", to, err, all)
		}
	}
}
