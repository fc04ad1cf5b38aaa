//go:build unix

package cmd_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestREADME keeps the output that README shows real: each line must come out
// of the command, but for times, lengths of bars and what "..." leaves out.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	program := build(t, "./smtpcheck")
	blocks := strings.Split(string(readme), "```\n$ go run ./cmd/smtpcheck ")
	for _, block := range blocks[1:] {
		block, _, _ = strings.Cut(block, "```")
		name, _, _ := strings.Cut(block, "\n")
		t.Run(name, func(t *testing.T) {
			t.Parallel() // some connections are a second apart
			shows(t, program, block)
		})
	}
	if len(blocks) < 6 {
		t.Error("README shows less than it did")
	}
}

// shows runs the command of a block and looks for the lines that follow it.
func shows(t *testing.T, program, block string) {
	t.Helper()
	command, shown, _ := strings.Cut(block, "\n")
	out, err := exec.Command(program, strings.Fields(command)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	have := strings.Split(general(strings.ReplaceAll(string(out), "\r\n", "\n")), "\n")
	at := 0
	for _, line := range strings.Split(strings.TrimSuffix(general(shown), "\n"), "\n") {
		if line == "..." {
			continue
		}
		for at < len(have) && have[at] != line {
			at++
		}
		if at == len(have) {
			t.Fatalf("not in the output, or not in this order: %s\n%s", line, out)
		}
		at++
	}
}

var times = regexp.MustCompile(`until \d\d:\d\d:\d\d|\d+(-\d\d-\d\d)?( \d\d:\d\d:\d\d\.\d{3})|\d{4}-\d\d-\d\d [+-]\d\d:\d\d| *\d+\.\d m?s`)

var fill = regexp.MustCompile(`(─+|┼─+$| +)`)

// general replaces what differs from run to run: times, and the widths of
// columns that hold them.
func general(s string) string {
	return fill.ReplaceAllStringFunc(times.ReplaceAllString(s, "~"), func(run string) string {
		return string([]rune(run)[:1])
	})
}
