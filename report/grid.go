package report

import (
	"bytes"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// cell is one cell of a table: lines of printable text, and their colour.
type cell struct {
	text  string
	shade shade
}

// grid is a table with light borders. Its columns are as wide as their cells,
// but no cell is wider than its column's limit, if it has one.
type grid struct {
	head   []string
	right  []bool // columns that are aligned at the right
	limits []int  // 0: none
	rows   [][]cell
	under  [][]cell // of each row the parts of its second cell, each in its colour; see narrow
}

// overhead is how many columns borders and padding take.
func (g *grid) overhead() int { return 3*len(g.head) - 1 }

// natural is how wide each column would like to be.
func (g *grid) natural() []int {
	widths := make([]int, len(g.head))
	for i, h := range g.head {
		widths[i] = widthOf(h)
	}
	for _, row := range g.rows {
		for i, c := range row {
			for line := range strings.SplitSeq(c.text, "\n") {
				widths[i] = max(widths[i], widthOf(line))
			}
		}
	}
	return widths
}

// width is how wide the table would like to be.
func (g *grid) width() int {
	total := g.overhead()
	for _, w := range g.natural() {
		total += w
	}
	return total
}

// leastWidth is how narrow a column is made at most.
const leastWidth = 6

// squeeze limits columns, the widest first, until the table fits. Words are cut
// only where it does not fit otherwise.
func (g *grid) squeeze(width int) {
	widths := g.natural()
	g.limits = make([]int, len(widths))
	total := g.width()
	for _, least := range [][]int{g.words(), make([]int, len(widths))} {
		for ; total > width; total-- {
			widest := -1
			for i, w := range widths {
				if w > max(least[i], leastWidth) && (widest < 0 || w > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				break
			}
			widths[widest]--
			g.limits[widest] = widths[widest]
		}
	}
}

// words are the widths of the longest words of the columns.
func (g *grid) words() []int {
	out := make([]int, len(g.head))
	for i, h := range g.head {
		out[i] = widthOf(h)
	}
	for _, row := range g.rows {
		for i := range row {
			for word := range strings.FieldsSeq(row[i].text) {
				out[i] = max(out[i], widthOf(word))
			}
		}
	}
	return out
}

// narrow is the table as it is where that fits without cutting a word, else with
// all cells of a row but the first under each other in one.
func (g *grid) narrow(width int) *grid {
	total, natural := g.overhead(), g.natural()
	for i, w := range g.words() {
		total += min(natural[i], max(w, leastWidth))
	}
	if total <= width {
		return g
	}
	out := &grid{head: []string{g.head[0], ""}, right: []bool{len(g.right) > 0 && g.right[0], false}}
	for _, row := range g.rows {
		var under []cell
		var lines []string
		for i, c := range row[1:] {
			name := g.head[i+1]
			if i+2 == len(row) { // the last needs none: a reason, a time
				name = ""
			}
			if c.text != "" {
				c.text = joined(": ", name, strings.ReplaceAll(c.text, "\n", " "))
				under, lines = append(under, c), append(lines, c.text)
			}
		}
		out.under = append(out.under, under)
		out.rows = append(out.rows, []cell{row[0], {strings.Join(lines, "\n"), nil}})
	}
	return out
}

// lines draws the table.
func (g *grid) lines(t *theme) ([]string, error) {
	var out bytes.Buffer
	table := tablewriter.NewTable(&out, g.options()...)
	head := make([]any, len(g.head))
	for i, h := range g.head {
		head[i] = h
	}
	table.Header(head...)
	for r, row := range g.rows {
		cells := make([]any, len(row))
		for i := range row {
			cells[i] = g.cell(row[i], i)
		}
		if g.under != nil {
			var parts []string
			for _, c := range g.under[r] {
				parts = append(parts, g.cell(c, 1))
			}
			cells[1] = strings.Join(parts, "\n")
		}
		if err := table.Append(cells...); err != nil {
			return nil, err
		}
	}
	if err := table.Render(); err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	if len(lines) > 1 {
		lines[0] = paint(t.mark, lines[0])
	}
	return lines, nil
}

// cellLines is how many lines a cell has at most.
const cellLines = 12

// cell breaks the lines of a cell that are too long, and colours each line for itself.
func (g *grid) cell(c cell, column int) string {
	lines := strings.Split(c.text, "\n")
	if column < len(g.limits) && g.limits[column] > 0 {
		var broken []string
		for _, line := range lines {
			broken = append(broken, wrap(line, g.limits[column])...)
		}
		lines = broken
	}
	if len(lines) > cellLines {
		lines = append(lines[:cellLines-1:cellLines-1], "...")
	}
	for i := range lines {
		lines[i] = paint(c.shade, lines[i])
	}
	return strings.Join(lines, "\n")
}

func (g *grid) options() []tablewriter.Option {
	align := make([]tw.Align, len(g.head))
	for i := range align {
		align[i] = tw.AlignLeft
		if i < len(g.right) && g.right[i] {
			align[i] = tw.AlignRight
		}
	}
	return []tablewriter.Option{
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.Border{Left: tw.Off, Right: tw.Off, Top: tw.Off, Bottom: tw.Off},
			Symbols: tw.NewSymbols(tw.StyleLight),
			Settings: tw.Settings{
				Separators: tw.Separators{BetweenColumns: tw.On, BetweenRows: tw.Off, ShowHeader: tw.On},
				Lines:      tw.Lines{ShowHeaderLine: tw.On},
			},
		})),
		tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithTrimSpace(tw.Off),
	}
}
