package cmd

import (
	"errors"

	"golang.org/x/sys/windows"
)

// isGone reports whether a write failed because nobody reads any more.
func isGone(err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}
