package smtp

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReply(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		want     Reply
		usable   bool
		rest     string
	}{
		{"one line", "250 2.1.5 Ok\r\n", Reply{Code: 250, Enhanced: EnhancedCode{2, 1, 5}, Lines: []string{"250 2.1.5 Ok"}}, true, ""},
		{"several lines", "250-a\r\n250-b\r\n250 c\r\nnext", Reply{Code: 250, Lines: []string{"250-a", "250-b", "250 c"}}, true, "next"},
		{"code only", "220\r\n", Reply{Code: 220, Lines: []string{"220"}}, true, ""},
		{"code and blank", "220 \r\n", Reply{Code: 220, Lines: []string{"220 "}}, true, ""},
		{"enhanced on each line", "550-5.7.26 a\r\n550 5.7.26 b\r\n", Reply{Code: 550, Enhanced: EnhancedCode{5, 7, 26}, Lines: []string{"550-5.7.26 a", "550 5.7.26 b"}}, true, ""},
		{"bare LF", "250-a\n250 b\r\n", Reply{Code: 250, Lines: []string{"250-a", "250 b"}, Ends: []string{"\n", "\r\n"}, Defects: []Defect{DefectBareLF}}, true, ""},
		{"bare CR", "250 a\rb\r\n", Reply{Code: 250, Lines: []string{"250 a\rb"}, Defects: []Defect{DefectBareCR}}, true, ""},
		{"NUL", "250 a\x00b\r\n", Reply{Code: 250, Lines: []string{"250 a\x00b"}, Defects: []Defect{DefectNUL}}, true, ""},
		{"escape", "250 \x1b[2J\r\n", Reply{Code: 250, Lines: []string{"250 \x1b[2J"}, Defects: []Defect{DefectControl}}, true, ""},
		{"UTF-8", "250 grüß\r\n", Reply{Code: 250, Lines: []string{"250 grüß"}, Defects: []Defect{Defect8Bit}}, true, ""},
		{"Latin-1", "250 gr\xfc\xdf\r\n", Reply{Code: 250, Lines: []string{"250 gr\xfc\xdf"}, Defects: []Defect{DefectNotUTF8}}, true, ""},
		{"class mismatch", "550 2.1.5 no\r\n", Reply{Code: 550, Enhanced: EnhancedCode{2, 1, 5}, Lines: []string{"550 2.1.5 no"}, Defects: []Defect{DefectClassMismatch}}, true, ""},
		{"malformed enhanced code", "550 5.1 no\r\n", Reply{Code: 550, Lines: []string{"550 5.1 no"}, Defects: []Defect{DefectEnhanced}}, true, ""},
		{"malformed enhanced code, long", "550 5.1.1234 no\r\n", Reply{Code: 550, Lines: []string{"550 5.1.1234 no"}, Defects: []Defect{DefectEnhanced}}, true, ""},
		{"an address is no enhanced code", "550 192.0.2.1 no\r\n", Reply{Code: 550, Lines: []string{"550 192.0.2.1 no"}}, true, ""},
		{"mixed codes", "550-no\r\n250 ok\r\n", Reply{Code: 550, Lines: []string{"550-no", "250 ok"}, Defects: []Defect{DefectMixedCodes}}, false, ""},
		{"2 digits", "25 ok\r\n", Reply{Lines: []string{"25 ok"}, Defects: []Defect{DefectBadCode}}, false, ""},
		{"4 digits", "2500 ok\r\n", Reply{Lines: []string{"2500 ok"}, Defects: []Defect{DefectBadCode}}, false, ""},
		{"letters", "2x0 ok\r\n", Reply{Lines: []string{"2x0 ok"}, Defects: []Defect{DefectBadCode}}, false, ""},
		{"000", "000 ok\r\n", Reply{Lines: []string{"000 ok"}, Defects: []Defect{DefectBadCode}}, false, ""},
		{"999", "999 ok\r\n", Reply{Lines: []string{"999 ok"}, Defects: []Defect{DefectBadCode}}, false, ""},
		{"tab for blank", "250\tok\r\n", Reply{Lines: []string{"250\tok"}, Defects: []Defect{DefectBadCode}}, false, ""},
		{"no code in the middle", "250-a\r\nno code\r\n250 c\r\n", Reply{Code: 250, Lines: []string{"250-a", "no code"}, Defects: []Defect{DefectBadCode}}, false, "250 c\r\n"},
		{"empty line", "\r\n220 a\r\n", Reply{Lines: []string{""}, Defects: []Defect{DefectEmptyLine}}, false, "220 a\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, slice := range []func(io.Reader) io.Reader{whole, iotest.OneByteReader, iotest.HalfReader} {
				r := NewReader(slice(strings.NewReader(tt.in)))
				got, _, err := r.Reply()
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(tt.want, got); d != "" {
					t.Errorf("-want +got:\n%s", d)
				}
				if got.Usable() != tt.usable {
					t.Errorf("Usable() = %v", got.Usable())
				}
				rest, _ := io.ReadAll(io.MultiReader(strings.NewReader(string(r.Buffered())), r.src))
				if string(rest) != tt.rest {
					t.Errorf("left unread %q, want %q", rest, tt.rest)
				}
				if raw := string(got.Raw()) + tt.rest; raw != tt.in {
					t.Errorf("Raw() = %q, want %q", raw, tt.in)
				}
			}
		})
	}
}

func whole(r io.Reader) io.Reader { return r }

func TestReplyIncomplete(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"25", "250", "250 o", "250 ok\r", "250-a\r\n", "250-a\r\n250 b"} {
		got, _, err := NewReader(strings.NewReader(in)).Reply()
		if !errors.Is(err, io.EOF) || !got.Has(DefectIncomplete) || got.Usable() {
			t.Errorf("%q: %+v, %v", in, got, err)
		}
		if string(got.Raw()) != in {
			t.Errorf("%q: Raw() = %q", in, got.Raw())
		}
	}
	got, _, err := NewReader(strings.NewReader("")).Reply()
	if !errors.Is(err, io.EOF) || got.Lines != nil {
		t.Errorf("nothing: %+v, %v", got, err)
	}
}

func TestReplyLimits(t *testing.T) {
	t.Parallel()
	t.Run("a line of 64 KiB is cut", func(t *testing.T) {
		t.Parallel()
		in := "250 " + strings.Repeat("x", 64<<10) + "\r\n250 next\r\n"
		r := NewReader(strings.NewReader(in))
		got, _, err := r.Reply()
		if err != nil || len(got.Lines[0]) != MaxLine || !got.Has(DefectLongLine) || !got.Usable() {
			t.Fatalf("%d bytes, %v, %v", len(got.Lines[0]), got.Defects, err)
		}
		if got, _, _ := r.Reply(); got.Code != 250 {
			t.Errorf("the reply behind it: %+v", got)
		}
	})
	t.Run("a line without end", func(t *testing.T) {
		t.Parallel()
		got, _, err := NewReader(endless("250 x", "x")).Reply()
		if !errors.Is(err, ErrReplyTooLong) || !got.Has(DefectTooLong) || got.Usable() || len(got.Lines[0]) > MaxLine {
			t.Errorf("%v, %v", got.Defects, err)
		}
	})
	t.Run("a reply without end", func(t *testing.T) {
		t.Parallel()
		got, _, err := NewReader(endless("", "220-x\r\n")).Reply()
		if !errors.Is(err, ErrReplyTooLong) || got.Usable() || len(got.Lines) != MaxReplyLines {
			t.Errorf("%d lines, %v, %v", len(got.Lines), got.Defects, err)
		}
	})
	t.Run("a session without end", func(t *testing.T) {
		t.Parallel()
		r := NewReader(endless("", "220 "+strings.Repeat("x", 1000)+"\r\n"))
		n := 0
		for {
			_, _, err := r.Reply()
			if errors.Is(err, ErrSessionTooLong) {
				break
			}
			if n++; err != nil || n > MaxSession/1000 {
				t.Fatalf("after %d replies: %v", n, err)
			}
		}
	})
}

func TestHopeless(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"22": false, "220 x": false, "SSH-2.0-": true, "\x15\x03\x01": true, "2x": true, "1": true, "9": true} {
		told := false
		r := NewReader(strings.NewReader(in))
		r.Hopeless = func() { told = true }
		_, _, _ = r.Reply()
		if told != want {
			t.Errorf("%q: told = %v", in, told)
		}
	}
}

func TestArrived(t *testing.T) {
	t.Parallel()
	at := time.Unix(1000, 0)
	r := NewReader(iotest.OneByteReader(strings.NewReader("250 ok\r\n")))
	r.Arrived = func() time.Time { at = at.Add(time.Second); return at }
	_, got, _ := r.Reply()
	if want := time.Unix(1008, 0); !got.Equal(want) {
		t.Errorf("the last of 8 bytes arrived at %v, want %v", got, want)
	}
}

// endless begins with head and then repeats part for ever.
func endless(head, part string) io.Reader {
	return io.MultiReader(strings.NewReader(head), &repeater{part: part})
}

type repeater struct {
	part string
	at   int
}

func (r *repeater) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.part[r.at%len(r.part)]
		r.at++
	}
	return len(p), nil
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{"250 ok\r\n", "250-a\r\n250 b\r\n", "550 5.1.1 x\n", "\r\n", "250-\x00\r\r\n250", "2500\r\n", "550-a\r\n250 b\r\n"} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, in []byte, slice uint8) {
		one, errOne := replies(NewReader(strings.NewReader(string(in))))
		cut, errCut := replies(NewReader(&slicer{string(in), int(slice)%7 + 1}))
		if d := cmp.Diff(one, cut); d != "" || errOne.Error() != errCut.Error() {
			t.Errorf("the slices matter: %s, %v, %v", d, errOne, errCut)
		}
		var raw []byte
		long := false
		for _, r := range one {
			raw = append(raw, r.Raw()...)
			long = long || r.Has(DefectLongLine) || r.Has(DefectTooLong)
			if r.Usable() && (r.Code < 200 || r.Code > 599) {
				t.Errorf("usable with code %d", r.Code)
			}
			for _, line := range r.Lines {
				if len(line) > MaxLine || strings.Contains(line, "\n") {
					t.Errorf("line %q", line)
				}
			}
		}
		if !long && string(raw) != string(in) {
			t.Errorf("what was read is %q", raw)
		}
	})
}

func replies(r *Reader) (out []Reply, err error) {
	for {
		reply, _, err := r.Reply()
		if len(reply.Lines) > 0 {
			out = append(out, reply)
		}
		if err != nil {
			return out, err
		}
	}
}

type slicer struct {
	s string
	n int
}

func (s *slicer) Read(p []byte) (int, error) {
	if s.s == "" {
		return 0, io.EOF
	}
	n := min(s.n, len(s.s), len(p))
	copy(p, s.s[:n])
	s.s = s.s[n:]
	return n, nil
}

func TestText(t *testing.T) {
	t.Parallel()
	r, _ := ParseReply("550-5.1.1 a b\r\n550-5.1.1\r\n550 c")
	if got, want := r.Text(), "a b\n\nc"; got != want {
		t.Errorf("Text() = %q, want %q", got, want)
	}
	if !slices.Equal(r.Lines, []string{"550-5.1.1 a b", "550-5.1.1", "550 c"}) {
		t.Errorf("%q", r.Lines)
	}
}

func BenchmarkReply(b *testing.B) {
	const ehlo = "250-mx1.example.test\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n250-ETRN\r\n250-STARTTLS\r\n" +
		"250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n"
	b.ReportAllocs()
	b.SetBytes(int64(len(ehlo)))
	for b.Loop() {
		if r, _, err := NewReader(strings.NewReader(ehlo)).Reply(); err != nil || r.Code != 250 {
			b.Fatal(err)
		}
	}
}
