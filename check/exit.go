package check

import (
	"slices"

	"github.com/smtpcheck/smtpcheck/diagnose"
)

// Exit codes, after sysexits.h.
const (
	ExitOK          = 0
	ExitNotMet      = 1  // what was expected is not so
	ExitUsage       = 64 // bad flag, bad address
	ExitData        = 65 // input that is not what it should be
	ExitNoInput     = 66 // input file missing
	ExitNoUser      = 67 // rejected by the mailbox
	ExitNoHost      = 68 // no mail service, by DNS
	ExitUnavailable = 69 // unreachable
	ExitInternal    = 70 // a fault of this program
	ExitCantCreate  = 73 // output cannot be created
	ExitIO          = 74 // output cannot be written
	ExitTempFail    = 75 // deferred
	ExitProtocol    = 76 // undetermined
	ExitNoPerm      = 77 // rejected for another reason
	ExitConfig      = 78
	ExitInterrupted = 130
	ExitTerminated  = 143
)

// exitCode is the exit code of a verdict. byDNS tells that no session decided it.
func exitCode(v diagnose.Verdict, r diagnose.Reason, byDNS bool) int {
	switch v {
	case diagnose.Accepted:
		return ExitOK
	case diagnose.Deferred:
		return ExitTempFail
	case diagnose.Unreachable:
		return ExitUnavailable
	case diagnose.Undetermined:
		if r == diagnose.Interrupted {
			return ExitInterrupted
		}
		return ExitProtocol
	}
	switch r {
	case diagnose.NoSuchUser, diagnose.Moved, diagnose.MailboxDisabled, diagnose.MailboxFull:
		return ExitNoUser
	case diagnose.NoMailService, diagnose.BadDomain:
		if byDNS {
			return ExitNoHost
		}
	}
	return ExitNoPerm
}

// ExitCode is the exit code of several reports together: that of an
// interruption, or else the first of 70, 69, 68, 67, 77, 76, 75, 1 and 0 that any of them has.
func ExitCode(codes ...int) int {
	for _, code := range []int{ExitTerminated, ExitInterrupted, ExitInternal, ExitUnavailable, ExitNoHost, ExitNoUser, ExitNoPerm, ExitProtocol, ExitTempFail, ExitNotMet} {
		if slices.Contains(codes, code) {
			return code
		}
	}
	return ExitOK
}
