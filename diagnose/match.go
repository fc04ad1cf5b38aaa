package diagnose

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// maxText bounds the text that is matched. Of a longer one the beginning and the
// end are used: some servers say what matters in the last line.
const maxText = 4 << 10

// subject is a reply made ready to be matched.
type subject struct {
	code, class int
	enhanced    smtp.EnhancedCode // with the class of the reply code
	stage       smtp.Stage
	text        string // lower case, lines and blanks joined
	pairs       pairs  // of the text
}

func newSubject(stage smtp.Stage, r smtp.Reply, text string) *subject {
	s := &subject{code: r.Code, class: r.Class(), enhanced: r.Enhanced, stage: stage, text: text, pairs: pairsOf(text)}
	if s.enhanced.IsZero() {
		s.enhanced = markedCode(text)
	}
	if s.class == 0 {
		s.class = s.enhanced.Class
	} else if !s.enhanced.IsZero() {
		s.enhanced.Class = s.class // RFC 5321, section 4.2.1: the first digit of the reply code tells
	}
	return s
}

// find returns the first row that matches.
func (s *subject) find() *Row {
	for _, rows := range catalogue {
		for i := range rows {
			if s.matches(&rows[i]) {
				return &rows[i]
			}
		}
	}
	return &lastRow
}

// matches reports whether every condition of a row holds.
func (s *subject) matches(r *Row) bool {
	switch {
	case !s.hasCode(r.Codes),
		r.Enhanced != "" && !s.hasEnhanced(r.Enhanced),
		r.Stages != nil && s.stage != "" && !holds(r.Stages, s.stage),
		r.Side == SideRecipient && s.beforeRecipient(),
		r.Side == "" && s.beforeRecipient() && sideOf(r.Reason) == SideRecipient:
		return false
	case r.Words == nil:
		return true
	}
	for _, w := range r.Words {
		if s.pairs.mayHave(w) && hasWords(s.text, w) {
			return true
		}
	}
	return false
}

// beforeRecipient reports that the server had not heard of the recipient yet
// (RFC 5321, section 3.3), so that nothing it said is about the mailbox.
func (s *subject) beforeRecipient() bool {
	return s.stage != "" && s.stage != smtp.StageConnect && s.stage.Before(smtp.StageRcpt)
}

func holds(stages []smtp.Stage, s smtp.Stage) bool {
	for _, x := range stages {
		if x == s {
			return true
		}
	}
	return false
}

// hasCode reports whether the reply code is one of codes; see [Row.Codes].
func (s *subject) hasCode(codes string) bool {
	if codes == "" {
		return s.class == 4 || s.class == 5 || s.class == 0
	}
	for codes != "" {
		var c string
		c, codes, _ = strings.Cut(codes, " ")
		if len(c) == 1 && s.class == int(c[0]-'0') {
			return true
		}
		if len(c) == 3 && s.code == int(c[0]-'0')*100+int(c[1]-'0')*10+int(c[2]-'0') {
			return true
		}
	}
	return false
}

// hasEnhanced reports whether the enhanced code is one of patterns; see [Row.Enhanced].
func (s *subject) hasEnhanced(patterns string) bool {
	if s.enhanced.IsZero() {
		return false
	}
	for patterns != "" {
		var p string
		p, patterns, _ = strings.Cut(patterns, " ")
		class, p, _ := strings.Cut(p, ".")
		sub, detail, _ := strings.Cut(p, ".")
		if numberIs(class, s.enhanced.Class) && numberIs(sub, s.enhanced.Subject) && numberIs(detail, s.enhanced.Detail) {
			return true
		}
	}
	return false
}

func numberIs(pattern string, n int) bool {
	if pattern == "*" {
		return true
	}
	v := 0
	for i := range len(pattern) {
		v = v*10 + int(pattern[i]-'0')
	}
	return v == n
}

// hasWords reports whether text has the words of a pattern; see [Row.Words].
func hasWords(text, pattern string) bool {
	if p, ok := strings.CutPrefix(pattern, "^"); ok {
		first, rest, more := strings.Cut(p, "*")
		if !more {
			if whole, ok := strings.CutSuffix(first, "$"); ok {
				return text == whole
			}
		}
		tail, ok := strings.CutPrefix(text, first)
		return ok && hasWords(tail, rest)
	}
	for pattern != "" {
		var part string
		part, pattern, _ = strings.Cut(pattern, "*")
		if pattern == "" {
			if end, ok := strings.CutSuffix(part, "$"); ok {
				return strings.HasSuffix(text, end)
			}
		}
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}

// pairs is the set of pairs of neighbouring bytes in a text, folded together: a
// quick way to know that most words are not in it.
type pairs [32]uint64

func pairsOf(text string) (p pairs) {
	for i := 1; i < len(text); i++ {
		n := pair(text[i-1], text[i])
		p[n/64] |= 1 << (n % 64)
	}
	return p
}

func pair(a, b byte) uint { return (uint(a)*37 + uint(b)) % 2048 }

// mayHave reports whether the text can have the words of a pattern, by the
// pairs at its front and its end.
func (p *pairs) mayHave(pattern string) bool {
	front := strings.TrimPrefix(pattern, "^")
	end := strings.TrimSuffix(front, "$")
	return len(end) < 2 || p.has(end[0], end[1]) && p.has(end[len(end)-2], end[len(end)-1])
}

func (p *pairs) has(a, b byte) bool {
	if a == '*' || b == '*' {
		return true
	}
	n := pair(a, b)
	return p[n/64]&(1<<(n%64)) != 0
}

// joined is the text of a reply as it is matched: without its codes, its lines
// joined by blanks, in lower case, runs of blanks as one.
func joined(r smtp.Reply) string {
	var b strings.Builder
	size := 0
	for _, line := range r.Lines {
		size += len(line) + 1
	}
	b.Grow(min(size, maxText+1))
	front := maxText
	if size > maxText {
		front = maxText * 3 / 4
	}
	for i, line := range r.Lines {
		if !appendWords(&b, smtp.LineText(line), front) {
			appendTail(&b, r.Lines[i:])
			break
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

// appendWords adds text in lower case with a blank behind it, up to limit bytes
// in all; it returns false when that was not enough.
func appendWords(b *strings.Builder, text string, limit int) bool {
	blank := true
	for i := range len(text) {
		c := text[i]
		switch {
		case b.Len() >= limit:
			return false
		case c <= ' ' || c == 0x7f:
			if !blank && b.Len() > 0 {
				b.WriteByte(' ')
			}
			blank = true
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		b.WriteByte(c)
		blank = false
	}
	if !blank {
		b.WriteByte(' ')
	}
	return true
}

// lowerASCII lowers the ASCII letters of a text and leaves its length alone,
// which strings.ToLower does not.
func lowerASCII(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + ('a' - 'A')
		}
	}
	return string(b)
}

// appendTail adds the end of the last of these lines.
func appendTail(b *strings.Builder, lines []string) {
	last := smtp.LineText(lines[len(lines)-1])
	if room := maxText / 4; len(last) > room {
		last = last[len(last)-room:]
	}
	b.WriteByte(' ')
	appendWords(b, last, maxText)
}

// markedCode finds an enhanced status code that is marked by "#" in the text,
// as qmail ("... (#5.1.1)") and Cisco ("#5.7.1 Your access ...") write it.
func markedCode(text string) smtp.EnhancedCode {
	for {
		i := strings.IndexByte(text, '#')
		if i < 0 {
			return smtp.EnhancedCode{}
		}
		text = text[i+1:]
		end := 0
		for end < len(text) && end < 9 && (text[end] == '.' || (text[end] >= '0' && text[end] <= '9')) {
			end++
		}
		if code, _, ok := smtp.ParseEnhanced(text[:end]); ok {
			return code
		}
	}
}
