//go:build unix && !aix

package cmd

import "golang.org/x/sys/unix"

// keepFromCore sees to it that no core file is written from now on: it would have
// the secrets in it.
func keepFromCore() { _ = unix.Setrlimit(unix.RLIMIT_CORE, new(unix.Rlimit)) }
