package cmd

import (
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// followUp hints at what is likely meant when a port was silent or wants authentication.
func (a *app) followUp(reports []*check.Report, opts *check.Options) {
	for _, r := range reports {
		for i := range r.Sessions {
			s := &r.Sessions[i]
			if a.socketHint(s) {
				return
			}
			switch {
			case s.Stage == smtp.StageGreeting && s.Reason == "timeout" && opts.Port != 465 && (opts.Port != 25 || opts.Server != "") && opts.Probe.TLS != probe.Implicit:
				a.hint("%s said nothing: a port that waits for TLS does that; --tls implicit?", s.Address)
				return
			case s.Reply != nil && s.Reply.Code == 530 && (opts.Port == 587 || opts.Port == 2525) && s.Reason == "auth_required":
				a.hint("port %d is for submission and wants authentication: smtpcheck relay %s", opts.Port, s.Host)
				return
			}
		}
	}
	a.selfHint(reports)
}

// selfHint points at the command that examines this machine, where a probe says
// that the fault is here.
func (a *app) selfHint(reports []*check.Report) {
	for _, r := range reports {
		if !isUs(r) {
			continue
		}
		command := "smtpcheck self"
		if r.Lab {
			command += " --lab"
		}
		if r.Sender != "" {
			command += " --from " + quote(r.Sender)
		}
		a.hint("is it us? %s examines port 25, our address, its name and blocklists", command)
		return
	}
}

// isUs reports whether a probe was refused for our address or name, or found port 25 blocked here.
func isUs(r *check.Report) bool {
	switch r.Reason {
	case diagnose.IPReputation, diagnose.RDNS, diagnose.HELO:
		return r.Side == diagnose.SideUs
	}
	return slices.ContainsFunc(r.Findings, func(f check.Finding) bool { return f.Rule == "us/port-25" })
}

// socketHint hints at what is wrong with a unix socket.
func (a *app) socketHint(s *check.Session) bool {
	if s.Stage != smtp.StageConnect || !strings.HasPrefix(s.Address, "unix:") {
		return false
	}
	switch {
	case strings.Contains(s.Sentence, "ermission denied"):
		a.hint("this user may not open the socket: try as root, or as a user of the mail system's group")
	case strings.Contains(s.Sentence, "o such file"):
		a.hint("is the server running, and is this where its socket is? Below a chroot it is elsewhere")
	case strings.Contains(s.Sentence, "efused"):
		a.hint("the socket is there and nobody listens: the server is not running")
	default:
		return false
	}
	return true
}
