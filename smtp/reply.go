package smtp

import (
	"strings"
)

// Defect is one way in which a reply departs from RFC 5321, section 4.2. A
// client may forgive; a diagnostic must testify.
type Defect string

// Defects that leave the meaning of a reply intact.
const (
	DefectBareLF        Defect = "bare LF"            // a line ended in LF without CR
	DefectBareCR        Defect = "bare CR"            // a CR inside a line
	DefectNUL           Defect = "NUL"                // a NUL byte inside a line
	DefectControl       Defect = "control characters" // ESC and the like
	Defect8Bit          Defect = "8-bit text"         // bytes over 127, UTF-8
	DefectNotUTF8       Defect = "text is not UTF-8"  // bytes over 127 that are not UTF-8
	DefectLongLine      Defect = "overlong line"      // over the limit of bytes; the rest was dropped
	DefectEnhanced      Defect = "bad enhanced code"  // something like an enhanced code that is none
	DefectClassMismatch Defect = "class mismatch"     // the enhanced code's class is not the reply code's
)

// Defects after which a reply must not be judged: its code cannot be trusted.
const (
	DefectBadCode    Defect = "bad reply code"       // not three digits from 200 to 599
	DefectMixedCodes Defect = "mixed reply codes"    // lines of one reply with different codes (RFC 5321, section 4.2.1)
	DefectEmptyLine  Defect = "empty line"           // a line with nothing in it
	DefectIncomplete Defect = "incomplete reply"     // the connection ended inside the reply
	DefectTooLong    Defect = "reply over the limit" // over MaxReply bytes or MaxReplyLines lines
)

// Unusable reports whether a reply with this defect must not be judged.
func (d Defect) Unusable() bool {
	switch d {
	case DefectBadCode, DefectMixedCodes, DefectEmptyLine, DefectIncomplete, DefectTooLong:
		return true
	}
	return false
}

// Reply is one reply of a server (RFC 5321, section 4.2). A malformed reply is
// still a Reply, with Defects.
type Reply struct {
	// Code is the reply code, 200 to 599, or 0 where none could be read.
	Code int
	// Enhanced is the enhanced status code of the last line that has one
	// (RFC 2034), or zero.
	Enhanced EnhancedCode
	// Lines are exactly what arrived, less the line ends; an overlong line is cut.
	Lines []string
	// Ends are the line ends as they came, one for each line: "\r\n", "\n", or
	// "" where the connection ended first. nil means that each was "\r\n".
	Ends []string
	// Defects are what is wrong with the reply, each named once.
	Defects []Defect
}

// Class is the first digit of the reply code: 2, 3, 4 or 5, or 0 for none.
func (r Reply) Class() int { return r.Code / 100 }

// Usable reports whether the reply is well-formed enough to be judged.
func (r Reply) Usable() bool {
	if r.Code == 0 {
		return false
	}
	for _, d := range r.Defects {
		if d.Unusable() {
			return false
		}
	}
	return true
}

// Has reports whether the reply has the defect d.
func (r Reply) Has(d Defect) bool {
	for _, x := range r.Defects {
		if x == d {
			return true
		}
	}
	return false
}

// Text is the text of the reply without its codes, lines joined by "\n".
func (r Reply) Text() string {
	texts := make([]string, len(r.Lines))
	for i, line := range r.Lines {
		texts[i] = LineText(line)
	}
	return strings.Join(texts, "\n")
}

// Raw returns the bytes of the reply as they came (as kept, where a line was cut).
func (r Reply) Raw() []byte {
	var b []byte
	for i, line := range r.Lines {
		b = append(b, line...)
		if r.Ends == nil {
			b = append(b, "\r\n"...)
		} else {
			b = append(b, r.Ends[i]...)
		}
	}
	return b
}

// LineText returns the text of one reply line without its reply code and
// enhanced status code.
func LineText(line string) string {
	_, _, text, ok := splitLine(line)
	if !ok {
		return line
	}
	if _, rest, ok := ParseEnhanced(text); ok {
		return rest
	}
	return text
}

// splitLine takes a reply line apart (RFC 5321, section 4.2: three digits, then
// a blank or a hyphen and text, or nothing).
func splitLine(line string) (code int, more bool, text string, ok bool) {
	if len(line) < 3 {
		return 0, false, "", false
	}
	for i := range 3 {
		if line[i] < '0' || line[i] > '9' {
			return 0, false, "", false
		}
		code = code*10 + int(line[i]-'0')
	}
	if code < 200 || code > 599 {
		return 0, false, "", false
	}
	switch {
	case len(line) == 3:
		return code, false, "", true
	case line[3] == '-':
		return code, true, line[4:], true
	case line[3] == ' ':
		return code, false, line[4:], true
	}
	return 0, false, "", false
}
