package probe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// PassOn tells the server about a client for which this connection is to stand:
// XCLIENT, after which the session begins anew (Postfix, XCLIENT_README), and
// XFORWARD, which is only logged (XFORWARD_README). Both are for servers that
// trust us with it. Without them the session would be another than was asked
// for, so that it ends where they are not to be had.
func PassOn(s *Session) bool {
	s.stage = smtp.StageXClient
	if list := s.opts.XClient; len(list) > 0 {
		if !s.passOn("XCLIENT", list, smtp.XCLIENT) || !Hello(s) {
			return false
		}
	}
	if list := s.opts.XForward; len(list) > 0 {
		return s.passOn("XFORWARD", list, smtp.XFORWARD)
	}
	return true
}

// passOn sends attributes that the server takes.
func (s *Session) passOn(keyword string, list []smtp.Attribute, command func([]smtp.Attribute) (smtp.Command, error)) bool {
	s.stage = smtp.StageXClient
	params, ok := s.caps.Get(keyword)
	if !ok {
		s.notOffered(keyword + " is not offered")
		return false
	}
	for _, a := range list {
		if !slices.Contains(strings.Fields(strings.ToUpper(params)), a.Name) {
			s.notOffered(keyword + " is offered without the attribute " + a.Name)
			return false
		}
	}
	c, err := command(list)
	if err != nil {
		s.fault(err.Error())
		return false
	}
	r, ok := s.ask(c)
	if !ok && !s.over {
		s.notOffered(fmt.Sprintf("%s was refused with %d", keyword, r.Code))
	}
	return ok
}

// Queries asks what was asked for by itself. The answers say nothing about a recipient.
func Queries(s *Session) bool {
	for _, c := range s.opts.Queries {
		s.extension = c.Verb
		s.ask(c)
		s.extension = ""
		if s.over {
			return false
		}
	}
	return true
}
