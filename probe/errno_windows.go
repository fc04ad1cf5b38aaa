package probe

import (
	"errors"

	"golang.org/x/sys/windows"
)

// Windows has its own numbers for these, and package syscall's names do not
// stand for them.

func isReset(err error) bool {
	return errors.Is(err, windows.WSAECONNRESET) || errors.Is(err, windows.WSAECONNABORTED)
}

func isRefused(err error) bool { return errors.Is(err, windows.WSAECONNREFUSED) }

func isUnreachable(err error) bool {
	return errors.Is(err, windows.WSAEHOSTUNREACH) || errors.Is(err, windows.WSAENETUNREACH) ||
		errors.Is(err, windows.WSAENETDOWN) || errors.Is(err, windows.WSAEHOSTDOWN)
}

func isProhibited(err error) bool { return errors.Is(err, windows.WSAEACCES) }

func isTimeout(err error) bool { return errors.Is(err, windows.WSAETIMEDOUT) }
