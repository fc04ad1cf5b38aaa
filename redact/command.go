package redact

import "strings"

// findCommand finds the names in a command that their place makes names, whatever they look like.
func (m *Mapper) findCommand(s string) (out []span) {
	verb, argument, ok := strings.Cut(s, " ")
	if !ok || len(verb) > 8 {
		return nil
	}
	at := len(verb) + 1
	switch strings.ToUpper(verb) {
	case "EHLO", "HELO", "LHLO", "ETRN", "ATRN":
		if !strings.ContainsAny(argument, ".@[ ") && argument != "" {
			out = append(out, span{at, len(s), m.label(argument)})
		}
	case "VRFY", "EXPN":
		if !strings.ContainsAny(argument, "@<") && argument != "" {
			out = append(out, span{at, len(s), m.local(argument)})
		}
	case "MAIL", "RCPT", "XCLIENT", "XFORWARD":
		for at < len(s) {
			word, _, _ := strings.Cut(s[at:], " ")
			if x, ok := m.parameter(word); ok {
				out = append(out, span{at, at + len(word), x})
			}
			at += len(word) + 1
		}
	}
	return out
}

// parameter returns what is written for a parameter whose value is an identifier or a name.
func (m *Mapper) parameter(word string) (string, bool) {
	key, value, ok := strings.Cut(word, "=")
	if !ok || value == "" || strings.HasPrefix(value, "[") {
		return "", false
	}
	switch strings.ToUpper(key) {
	case "ENVID":
		return key + "=" + m.pseudo(kindEnvelope, fold(value), value), true
	case "LOGIN", "IDENT":
		if strings.Contains(value, "@") || strings.Contains(value, "+40") {
			return "", false
		}
		return key + "=" + m.pseudo(kindUser, fold(value), value), true
	case "NAME", "HELO":
		if hasDot(value) {
			return "", false
		}
		return key + "=" + m.label(value), true
	}
	return "", false
}
