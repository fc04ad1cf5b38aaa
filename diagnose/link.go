package diagnose

import (
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// maxLink bounds a link that a reply gives.
const maxLink = 200

// links are where to read on: the page that the reply itself names, which fits
// it best, and then the row's.
func (r *Row) links(reply smtp.Reply) []string {
	var out []string
	if own := linkIn(reply); own != "" {
		out = append(out, own)
	}
	if r.Link != "" && !slices.Contains(out, r.Link) {
		out = append(out, r.Link)
	}
	return out
}

// linkIn is the first web address in a reply, "" for none.
func linkIn(reply smtp.Reply) string {
	for _, line := range reply.Lines {
		for rest := line; ; {
			i := strings.Index(rest, "://")
			if i < 0 {
				break
			}
			for _, scheme := range [...]string{"https", "http"} {
				if from := i - len(scheme); from >= 0 && strings.EqualFold(rest[from:i], scheme) {
					if link := linkAt(rest[from:], len(scheme)+len("://")); link != "" {
						return link
					}
					break
				}
			}
			rest = rest[i+len("://"):]
		}
	}
	return ""
}

// linkAt is the web address at the front of a text, whose host begins at host;
// "" where it is none, or too long to be shown.
func linkAt(text string, host int) string {
	end := host
	for end < len(text) && urlByte(text[end]) {
		end++
	}
	link := strings.TrimRight(text[:end], ".,:;!?'")
	if len(link) <= host || len(link) > maxLink || !alphanumeric(text[host]|0x20) {
		return ""
	}
	return link
}

// urlByte reports whether c may stand in a web address (RFC 3986, appendix A) that
// a reply repeats; brackets and the like are taken for its surroundings.
func urlByte(c byte) bool {
	return alphanumeric(c|0x20) || strings.IndexByte("-._~:/?#@!$&'*+,;=%", c) >= 0
}
