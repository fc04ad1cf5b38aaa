package report

import (
	"io"
	"strings"

	"github.com/smtpcheck/smtpcheck/diagnose"
)

// entryWidth is how wide the list of what can be explained is where there is no
// terminal, which may be wider.
const entryWidth = 80

// writeEntries tells what can be explained, a line each: the name, then its
// reason or severity, then its title or an example, as much of it as there is
// room for. Each kind has its own columns.
func writeEntries(w io.Writer, entries []diagnose.Entry, o Options) error {
	t := newTheme(o.Color)
	width := max(entryWidth, o.Width)
	var b strings.Builder
	for i := 0; i < len(entries); {
		end := i
		for end < len(entries) && entries[end].Kind == entries[i].Kind {
			end++
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		writeColumns(&b, t, entries[i:end], width)
		i = end
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeColumns tells the entries of one kind.
func writeColumns(b *strings.Builder, t *theme, entries []diagnose.Entry, width int) {
	names, seconds := 0, 0
	for i := range entries {
		_, second, _ := entryCells(&entries[i])
		names, seconds = max(names, widthOf(clean(entries[i].Name))), max(seconds, widthOf(second))
	}
	for i := range entries {
		name, second, third := entryCells(&entries[i])
		line := pad(name, names) + "  " + pad(second, seconds) + "  "
		line += cut(third, max(width-widthOf(line), 12))
		b.WriteString(paint(t.mark, pad(name, names)) + strings.TrimRight(line[len(pad(name, names)):], " ") + "\n")
	}
}

// entryCells are the three columns of an entry.
func entryCells(e *diagnose.Entry) (name, second, third string) {
	name, second, third = clean(e.Name), clean(string(e.Reason)), oneLine(e.Title)
	switch e.Kind {
	case diagnose.KindRule:
		second = clean(string(e.Severity))
	case diagnose.KindReason:
		second = clean(string(e.Side))
	case diagnose.KindReply:
		third = oneLine(e.Example)
	case diagnose.KindCode:
		third = oneLine(e.Explain)
	}
	return name, second, third
}
