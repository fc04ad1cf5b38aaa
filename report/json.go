package report

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode/utf8"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// writeJSON writes a value as JSON: indented, or in one line. This is the only
// place where JSON is written. Keys keep the order of their struct, and every
// character that is not visible is escaped: encoding/json leaves DEL, C1,
// bidirectional and format characters as they are.
func writeJSON(w io.Writer, v any, indented bool) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if indented {
		enc.SetIndent("", "  ")
	}
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escapeJSON(b.Bytes()))
	return err
}

// escapeJSON escapes what may not be shown as it is. Outside strings JSON has
// nothing of that kind. U+FFFD is escaped as encoding/json does where it stands for
// a byte that is not UTF-8, so that what was read back is written the same.
func escapeJSON(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		if c := b[i]; c < 0x7f {
			out = append(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if smtp.Graphic(r) && r != utf8.RuneError {
			out = append(out, b[i:i+n]...)
		} else {
			out = appendEscape(out, r)
		}
		i += n
	}
	return out
}

// appendEscape writes \uXXXX, twice for a character beyond U+FFFF (RFC 8259, section 7).
func appendEscape(b []byte, r rune) []byte {
	if r > 0xffff {
		r -= 0x10000
		b = appendEscape(b, 0xd800+r>>10)
		r = 0xdc00 + r&0x3ff
	}
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
