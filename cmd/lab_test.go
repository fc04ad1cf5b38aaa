//go:build unix

package cmd_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/lab"
)

// TestLabCommands runs every command that the lab's index says to try, in a
// shell, and wants the exit code that it promises.
func TestLabCommands(t *testing.T) {
	t.Parallel()
	w, err := lab.Open(lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	domains, err := w.Domains()
	if err != nil {
		t.Fatal(err)
	}
	bin := build(t, "./smtpcheck")
	for _, d := range domains {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			for _, try := range d.Try {
				runInShell(t, bin, try)
			}
		})
	}
}

func runInShell(t *testing.T, bin string, try lab.Try) {
	if first, _, _ := strings.Cut(try.Command, " "); first != "smtpcheck" {
		if _, err := exec.LookPath(first); err != nil {
			t.Log(err)
			return
		}
	}
	var out bytes.Buffer
	c := exec.Command("sh", "-c", try.Command)
	c.Dir = t.TempDir()
	c.Env = []string{"PATH=" + filepath.Dir(bin) + ":" + os.Getenv("PATH"), "HOME=" + c.Dir}
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if got := c.ProcessState.ExitCode(); got != try.Exit {
		t.Errorf("%s\nexits %d, want %d\n%s", try.Command, got, try.Exit, out.String())
	}
	if strings.Contains(out.String(), "panic:") {
		t.Errorf("%s\n%s", try.Command, out.String())
	}
}
