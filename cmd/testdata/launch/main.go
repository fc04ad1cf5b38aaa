//go:build unix

// Launch runs a command and writes its exit code and the most memory it had,
// in KB, to file descriptor 3. The kernel counts in the memory of the process that starts
// another, and that of a test is large; this one is small.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	c := exec.Command(os.Args[1], os.Args[2:]...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); c.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	used, _ := c.ProcessState.SysUsage().(*syscall.Rusage)
	fmt.Fprintln(os.NewFile(3, "pipe"), c.ProcessState.ExitCode(), used.Maxrss)
}
