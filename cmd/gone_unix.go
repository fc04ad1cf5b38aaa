//go:build !windows

package cmd

import (
	"errors"
	"syscall"
)

// isGone reports whether a write failed because nobody reads any more.
func isGone(err error) bool { return errors.Is(err, syscall.EPIPE) }
