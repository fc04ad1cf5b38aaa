package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// section is one table.
type section struct {
	title string
	peer  string // whom the ratios are to
	rows  []row
}

type row struct {
	name, value, ratio, more string
	goal                     string
	kept                     bool
}

func newSection(title string) section {
	return section{title: title, peer: "swaks"}
}

// add adds a row for each contestant. Ratios are to the first of them, round
// by round; what is told is their median, and their extremes.
func (s *section) add(all []contestant, times [][]float64, unit string) {
	for i, c := range all {
		r := row{name: c.name, value: fmt.Sprintf("%.1f %s", median(times[i]), unit), goal: c.goal, kept: true}
		if i > 0 {
			ratios := make([]float64, len(times[i]))
			for round := range ratios {
				ratios[round] = times[i][round] / times[0][round]
			}
			middle := median(ratios)
			r.ratio = fmt.Sprintf("%.2f (%.2f to %.2f)", middle, slices.Min(ratios), slices.Max(ratios))
			r.kept = c.most == 0 || middle <= c.most
		}
		s.rows = append(s.rows, r)
	}
}

func (s *section) missed() []string {
	var names []string
	for _, r := range s.rows {
		if r.goal != "" && !r.kept {
			names = append(names, fmt.Sprintf("%s, %s: %s", s.title, r.name, r.goal))
		}
	}
	return names
}

func (s *section) write(w io.Writer) {
	fmt.Fprintf(w, "**%s**\n\n| program | median | ratio to %s (least to most) | goal |\n|---|---|---|---|\n", s.title, s.peer)
	for _, r := range s.rows {
		value := r.value
		if r.more != "" {
			value += ", " + r.more
		}
		goal := r.goal
		if goal != "" {
			goal += map[bool]string{true: ": kept", false: ": **missed**"}[r.kept]
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", r.name, value, cmp.Or(r.ratio, "-"), goal)
	}
	fmt.Fprintln(w)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

const (
	begin = "<!-- bench: begin, written by make bench -->\n"
	end   = "<!-- bench: end -->\n"
)

// replaceTable puts the text between the marks in the file, or with the marks
// at its end when there are none.
func replaceTable(path, text string) error {
	old, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		old = []byte("# Performance\n\n")
	} else if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(old), begin)
	_, after, closed := strings.Cut(rest, end)
	if found != closed {
		return fmt.Errorf("%s: one of the two marks is missing", path)
	}
	return os.WriteFile(path, []byte(before+begin+text+end+after), 0o644)
}
