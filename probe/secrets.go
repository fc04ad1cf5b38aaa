package probe

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/sasl"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// secrets are words that no event may have. A server that was told one may say
// it back, as it is or encoded, in a later session even in its greeting: so all
// that comes from it is looked through.
type secrets struct{ needles []needle }

// needle is one form of a secret.
type needle struct {
	text string
	fold bool // in any case
	// run are characters that, beside the needle, belong to it, and are masked too;
	// with alone it counts only where there are none.
	run   string
	alone bool
}

const (
	// leastSecret is the length from which a secret is found inside of a word. What
	// is shorter is found as a word only, or everything would be masked.
	leastSecret  = 4
	alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	base64Chars  = alphanumeric + "+/-_="
	hexChars     = "0123456789abcdefABCDEF"
)

// secretsOf are those of the options; nil where there are none.
func secretsOf(o *Options) *secrets {
	s := new(secrets)
	for _, w := range o.Secrets {
		s.add(w.Reveal())
	}
	if a := o.Auth; a != nil {
		for _, w := range a.Secrets() {
			s.add(w.Reveal())
		}
		if !a.Password.Empty() { // as a short one stands in the message of PLAIN
			s.add(a.Identity + "\x00" + a.User + "\x00" + a.Password.Reveal())
		}
	}
	if s.needles == nil && o.Auth == nil {
		return nil
	}
	return s
}

// add adds secrets, each in all its forms.
func (s *secrets) add(words ...string) {
	for _, w := range words {
		if w == "" {
			continue
		}
		short := len(w) < leastSecret
		for _, form := range []string{w, url.QueryEscape(w), url.PathEscape(w), percent(w), html.EscapeString(w)} {
			n := needle{text: form, fold: len(form) >= 6}
			if short {
				n.run, n.alone = alphanumeric, true
			}
			s.put(n)
		}
		s.put(needle{text: hex.EncodeToString([]byte(w)), fold: true, run: hexChars, alone: short})
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			s.addBase64(w, enc)
		}
	}
}

// addBase64 adds what of a secret is the same wherever it stands in a text that is
// encoded: it may begin at each of three places in a group of letters.
func (s *secrets) addBase64(w string, enc *base64.Encoding) {
	for shift := range 3 {
		all := enc.EncodeToString([]byte(strings.Repeat("\x00", shift) + w))
		from, to := (shift*8+5)/6, (shift+len(w))*8/6
		if to-from >= 5 {
			s.put(needle{text: all[from:to], run: base64Chars})
		}
	}
	s.put(needle{text: enc.EncodeToString([]byte(w)), run: base64Chars, alone: true})
}

// put adds a needle that is not there yet.
func (s *secrets) put(n needle) {
	if n.fold {
		n.text = lower(n.text)
	}
	if !slices.Contains(s.needles, n) {
		s.needles = append(s.needles, n)
	}
}

func percent(w string) string {
	h := hex.EncodeToString([]byte(w))
	var b strings.Builder
	for i := 0; i < len(h); i += 2 {
		b.WriteString("%" + h[i:i+2])
	}
	return b.String()
}

// lower is strings.ToLower for ASCII: no octet moves.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// span is a part of a text that must be masked.
type span struct{ from, to int }

// find returns where in a text secrets are, in order and apart.
func (s *secrets) find(text string) []span {
	var found []span
	folded := ""
	for _, n := range s.needles {
		in := text
		if n.fold {
			folded = cmp.Or(folded, lower(text))
			in = folded
		}
		for at := 0; ; {
			i := strings.Index(in[at:], n.text)
			if i < 0 {
				break
			}
			x, ok := n.stretch(text, span{at + i, at + i + len(n.text)})
			if at = x.to; ok {
				found = append(found, x)
			}
		}
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out []span
	for _, x := range found {
		if k := len(out) - 1; k >= 0 && x.from <= out[k].to {
			out[k].to = max(out[k].to, x.to)
			continue
		}
		out = append(out, x)
	}
	return out
}

// stretch takes in what is beside the needle; ok is false where it does not count.
func (n *needle) stretch(text string, x span) (_ span, ok bool) {
	if n.run == "" {
		return x, true
	}
	y := x
	for y.from > 0 && strings.IndexByte(n.run, text[y.from-1]) >= 0 {
		y.from--
	}
	for y.to < len(text) && strings.IndexByte(n.run, text[y.to]) >= 0 {
		y.to++
	}
	if n.alone {
		return y, strings.Trim(text[y.from:x.from]+text[x.to:y.to], "=") == ""
	}
	return y, true
}

// text masks a text.
func (s *secrets) text(t string) string {
	return blot(t, s.find(t), 0)
}

// blot masks what of the spans is in a text that begins at an offset.
func blot(t string, spans []span, offset int) string {
	var b strings.Builder
	done := 0
	for _, x := range spans {
		from, to := max(x.from-offset, 0), min(x.to-offset, len(t))
		if from >= len(t) || to <= 0 {
			continue
		}
		b.WriteString(t[done:from] + "***")
		done = to
	}
	if done == 0 && b.Len() == 0 {
		return t
	}
	return b.String() + t[done:]
}

// reply masks the lines of a reply. The codes stay: a secret that goes on in the
// next line is one all the same.
func (s *secrets) reply(r *smtp.Reply) {
	texts, codes := make([]string, len(r.Lines)), make([]string, len(r.Lines))
	for i, line := range r.Lines {
		codes[i], texts[i] = splitCode(line)
		texts[i] = s.text(texts[i])
	}
	spans := s.find(strings.Join(texts, ""))
	offset := 0
	lines := make([]string, len(r.Lines))
	for i, t := range texts {
		lines[i] = codes[i] + blot(t, spans, offset)
		offset += len(t)
	}
	r.Lines = lines
}

// splitCode takes the reply code and what is behind it off a line.
func splitCode(line string) (code, text string) {
	n := 0
	for n < len(line) && n < 3 && line[n] >= '0' && line[n] <= '9' {
		n++
	}
	if n < 3 {
		return "", line
	}
	if len(line) > 3 && (line[3] == ' ' || line[3] == '-') {
		n++
	}
	return line[:n], line[n:]
}

// event returns the event without secrets. What we said ourselves was masked when it was made.
func (s *secrets) event(e Event) Event {
	e.Text = s.text(e.Text)
	if e.Reply != nil {
		r := *e.Reply
		if e.Stage == smtp.StageAuth {
			maskSignature(&r)
		}
		s.reply(&r)
		e.Reply = &r
	}
	if e.Failure != nil {
		f := *e.Failure
		f.Detail = s.text(f.Detail)
		if f.Raw != nil {
			f.Raw = []byte(s.text(string(f.Raw)))
		}
		e.Failure = &f
	}
	if e.TLS != nil {
		e.TLS = s.tls(*e.TLS)
	}
	return e
}

// tls masks what a certificate says of itself.
func (s *secrets) tls(t TLS) *TLS {
	t.Problem = s.text(t.Problem)
	t.Chain = slices.Clone(t.Chain)
	for i := range t.Chain {
		c := &t.Chain[i]
		c.Subject, c.Issuer, c.Serial = s.text(c.Subject), s.text(c.Issuer), s.text(c.Serial)
		c.Names = slices.Clone(c.Names)
		for k := range c.Names {
			c.Names[k] = s.text(c.Names[k])
		}
	}
	return &t
}

// maskSignature masks what a server makes from the password: with what was said
// before it the password could be searched for.
func maskSignature(r *smtp.Reply) {
	for i, line := range r.Lines {
		code, text := splitCode(line)
		for _, word := range strings.Fields(text) {
			decoded, err := base64.StdEncoding.DecodeString(word)
			if err != nil || !sasl.Signature(decoded) {
				decoded = []byte(word)
			}
			if sasl.Signature(decoded) {
				lines := slices.Clone(r.Lines)
				lines[i] = code + strings.ReplaceAll(text, word, "***")
				r.Lines = lines
				break
			}
		}
	}
}
