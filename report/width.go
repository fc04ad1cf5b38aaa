package report

import (
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// widthOf is how many columns printable text takes on a terminal, colours not counted.
func widthOf(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] == '\x1b' {
			return twwidth.WidthWithOptions(s, twwidth.Options{})
		}
	}
	return len(s)
}

// pad fills s up to width columns.
func pad(s string, width int) string { return s + blanks(width-widthOf(s)) }

// padLeft is pad with s at the right.
func padLeft(s string, width int) string { return blanks(width-widthOf(s)) + s }

func blanks(n int) string { return strings.Repeat(" ", max(n, 0)) }

// wrap breaks text without colours into lines of at most width columns, at
// blanks where it can and anywhere where it must.
func wrap(s string, width int) []string {
	if widthOf(s) <= width {
		return []string{s}
	}
	var lines []string
	line := ""
	for _, word := range strings.Split(s, " ") {
		switch {
		case line == "":
			line = word
		case widthOf(line)+1+widthOf(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
		for widthOf(line) > width {
			head, tail := split(line, width)
			lines = append(lines, head)
			line = tail
		}
	}
	return append(lines, line)
}

// split cuts s at width columns, or behind its first character.
func split(s string, width int) (head, tail string) {
	taken := 0
	for i, r := range s {
		w := widthOf(string(r))
		if taken+w > width && i > 0 {
			return s[:i], s[i:]
		}
		taken += w
	}
	return s, ""
}

// cut shortens s to width columns and marks that it did.
func cut(s string, width int) string {
	if widthOf(s) <= width {
		return s
	}
	head, _ := split(s, max(width-1, 1))
	return head + "…"
}
