package diagnose

import (
	"strings"
	"unicode/utf8"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// maxText bounds the text that is matched. Of a longer one the beginning and the
// end are used: some servers say what matters in the last line.
const maxText = 1536

// subject is a reply made ready to be matched.
type subject struct {
	code, class int
	enhanced    smtp.EnhancedCode // with the class of the reply code
	stage       smtp.Stage
	text        string // lower case, lines and blanks joined, without the addresses that it repeats
	full        string // with them
	echoes      bool   // there are such
	pairs       pairs  // of the text
}

func newSubject(stage smtp.Stage, r smtp.Reply, text string) *subject {
	plain := withoutAddresses(text)
	s := &subject{code: r.Code, class: r.Class(), enhanced: r.Enhanced, stage: stage, text: plain, full: text, echoes: plain != text, pairs: pairsOf(plain)}
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

// fits reports whether every condition of a row holds, but for its words.
func (s *subject) fits(r *Row) bool {
	switch {
	case r.Enhanced != "" && s.enhanced.IsZero(),
		!s.hasCode(r.Codes),
		r.Enhanced != "" && !s.hasEnhanced(r.Enhanced),
		r.Stages != nil && s.stage != "" && !holds(r.Stages, s.stage),
		r.Side == SideRecipient && s.beforeRecipient(),
		r.Side == "" && s.beforeRecipient() && sideOf(r.Reason) == SideRecipient:
		return false
	case r.Reason == NoSuchUser:
		return s.blamesUser(r)
	}
	return true
}

// blamesUser reports whether a row for an unknown user may be right: not where the
// text is about the sender, nor, for codes and the weakest words, about us.
func (s *subject) blamesUser(r *Row) bool {
	return !s.speaksOfSender() && (r.Words != nil && r.Confidence != Guess || !s.speaksOfUs())
}

// inOneClause reports whether a clause of the text has words of both lists of a row.
func (s *subject) inOneClause(r *Row) bool {
	for text := s.text; text != ""; {
		end := clauseEnd(text)
		if clause := text[:end]; anyWords(clause, r.Words) && anyWords(clause, r.With) {
			return true
		}
		text = text[end:]
	}
	return false
}

// clauseEnd is where the first clause of a text ends: behind a full stop or the
// like that a blank follows.
func clauseEnd(text string) int {
	for i := 1; i < len(text); i++ {
		if text[i] == ' ' {
			switch text[i-1] {
			case '.', ';', '!', '?':
				return i + 1
			}
		}
	}
	return len(text)
}

func anyWords(text string, patterns []string) bool {
	for _, w := range patterns {
		if hasWords(text, w) {
			return true
		}
	}
	return false
}

// has reports whether the text has the words of a pattern. A pattern with an
// address in it is of somebody to write to, and is looked for with the addresses.
func (s *subject) has(pattern string) bool {
	return s.pairs.mayHave(pattern) && hasWords(s.text, pattern) ||
		s.echoes && strings.IndexByte(pattern, '@') >= 0 && hasWords(s.full, pattern)
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
	low, high, ranged := strings.Cut(pattern, "-")
	if ranged {
		return decimal(low) <= n && n <= decimal(high)
	}
	return decimal(low) == n
}

func decimal(digits string) (n int) {
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

// hasWords reports whether text has the words of a pattern; see [Row.Words].
func hasWords(text, pattern string) bool {
	rest, bound := strings.CutPrefix(pattern, "^")
	single := onlyLetters(rest)
	for first, at := true, 0; ; first = false {
		part, tail, more := strings.Cut(rest, "*")
		rest = tail
		end := false
		if !more {
			part, end = strings.CutSuffix(part, "$")
		}
		switch {
		case first && bound:
			if !strings.HasPrefix(text, part) || !more && !end && !endsWord(text, len(part)) {
				return false
			}
			at = len(part)
		case end:
			i := len(text) - len(part)
			return i >= at && text[i:] == part && (!first || startsWord(text, i))
		default:
			i := indexPart(text, at, part, first, !more, single)
			if i < 0 {
				return false
			}
			at = i + len(part)
		}
		if !more {
			return !end || at == len(text)
		}
	}
}

// indexPart is where a part of a pattern stands in text[from:]; front and end
// say at which side it must be a whole word, single that it must not be a label
// of a host name either.
func indexPart(text string, from int, part string, front, end, single bool) int {
	for from <= len(text) {
		i := strings.Index(text[from:], part)
		if i < 0 {
			return -1
		}
		i += from
		if (!front || startsWord(text, i)) && (!end || endsWord(text, i+len(part))) && (!single || !inHostName(text, i)) {
			return i
		}
		from = i + 1
	}
	return -1
}

func alphanumeric(c byte) bool { return letter(c) || digit(c) }

func onlyLetters(s string) bool {
	for i := range len(s) {
		if !letter(s[i]) {
			return false
		}
	}
	return true
}

// startsWord reports whether no word goes on at text[i] that began before.
func startsWord(text string, i int) bool {
	return i == 0 || i == len(text) || !alphanumeric(text[i]) || !alphanumeric(text[i-1])
}

// endsWord reports whether a word ends before text[i], but for an ending of
// inflection: "rate limit" is in "rate limited", "rbl" is not in "rblx".
func endsWord(text string, i int) bool {
	if i == 0 || !alphanumeric(text[i-1]) {
		return true
	}
	end := i
	for end < len(text) && alphanumeric(text[end]) {
		end++
	}
	switch text[i:end] {
	case "", "s", "es", "d", "ed", "ing", "er", "ers", "ly":
		return true
	}
	return false
}

// inHostName reports whether text[i] is in a word that is written as a host name is.
func inHostName(text string, i int) bool {
	start, end := i, i
	for start > 0 && hostByte(text[start-1]) {
		start--
	}
	for end < len(text) && hostByte(text[end]) {
		end++
	}
	return isHostName(strings.TrimRight(text[start:end], ".-"))
}

func hostByte(c byte) bool { return alphanumeric(c) || c == '.' || c == '-' }

// isHostName reports whether s has the form of a host name of two labels or more.
func isHostName(s string) bool {
	dots := 0
	for i := range len(s) {
		switch {
		case !hostByte(s[i]):
			return false
		case s[i] == '.':
			if i == 0 || s[i-1] == '.' {
				return false
			}
			dots++
		}
	}
	return dots > 0
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
	end := pattern
	for end != "" && binds(end[0]) {
		end = end[1:]
	}
	for end != "" && binds(end[len(end)-1]) {
		end = end[:len(end)-1]
	}
	return len(end) < 2 || p.has(end[0], end[1]) && p.has(end[len(end)-2], end[len(end)-1])
}

func binds(c byte) bool { return c == '^' || c == '*' || c == '$' }

func (p *pairs) has(a, b byte) bool {
	if a == '*' || b == '*' {
		return true
	}
	n := pair(a, b)
	return p[n/64]&(1<<(n%64)) != 0
}

// joined is the text of a reply as it is matched: without its codes, its lines
// joined by blanks, in lower case, without accents, runs of blanks as one.
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
	for i := 0; i < len(text); i++ {
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
		case c >= utf8.RuneSelf:
			i += appendFolded(b, text[i:]) - 1
			blank = false
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
