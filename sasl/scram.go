package sasl

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xdg-go/scram"
)

const (
	// maxIterations bounds the work that a server can have us do.
	maxIterations = 1_000_000
	// fewIterations is less than a server should ask for (RFC 7677, section 4).
	fewIterations = 4096
)

// scramExchange is SCRAM (RFC 5802), with channel binding where its name ends in -PLUS.
type scramExchange struct {
	talk  *scram.ClientConversation
	first Step
	step  int
	// refused is the server's error, in its last message.
	refused  string
	verified bool
}

func newScram(mechanism string, c Credentials, offered []string) (Exchange, error) {
	name, plus := strings.CutSuffix(mechanism, "-PLUS")
	hash, ok := map[string]scram.HashGeneratorFcn{
		ScramSHA1: scram.SHA1, ScramSHA256: scram.SHA256, ScramSHA512: scram.SHA512,
	}[name]
	if !ok {
		return nil, fmt.Errorf("%s is not a mechanism that this program has", mechanism)
	}
	client, err := hash.NewClient(c.User, c.Password.Reveal(), c.Identity)
	if err != nil {
		// RFC 4013 knows no character that is younger than Unicode 3.2, and many servers do without it.
		client, _ = hash.NewClientUnprepped(c.User, c.Password.Reveal(), c.Identity)
	}
	client = client.WithMinIterations(1) // few are noted, and told to the user
	if c.nonce != "" {
		client = client.WithNonceGenerator(func() string { return c.nonce })
	}
	x := new(scramExchange)
	switch {
	case plus:
		x.talk = client.NewConversationWithChannelBinding(scram.ChannelBinding{Type: scram.ChannelBindingType(c.Binding.Type), Data: c.Binding.Data})
	case c.Binding.Type != "" && !slices.ContainsFunc(offered, isPlus):
		x.talk = client.NewConversationAdvertisingChannelBinding() // so that a server that did offer it notices
	default:
		x.talk = client.NewConversation()
	}
	message, err := x.talk.Step("")
	if err != nil {
		return nil, err
	}
	x.first = Step{Response: []byte(message), Shown: "user " + c.user() + c.identity()}
	if plus {
		x.first.Shown += ", bound to TLS by " + c.Binding.Type
	}
	return x, nil
}

func isPlus(mechanism string) bool {
	return strings.HasPrefix(mechanism, "SCRAM-") && strings.HasSuffix(mechanism, "-PLUS")
}

// Start is of [Exchange].
func (x *scramExchange) Start() (Step, bool) { return x.first, true }

// Next is of [Exchange].
func (x *scramExchange) Next(challenge []byte) (Step, error) {
	if err := tooLong(challenge); err != nil {
		return Step{Said: say(challenge)}, err
	}
	x.step++
	switch {
	case strings.HasPrefix(string(challenge), "e=") && x.refused == "" && !x.verified:
		x.refused = scramError(string(challenge[2:]))
		return Step{Said: x.refused, Shown: "the error was read"}, nil
	case x.step == 1:
		return x.prove(challenge)
	case x.step == 2 && x.refused == "":
		return x.verify(challenge)
	}
	return Step{Said: say(challenge)}, errTooMany
}

// prove answers the server's salt and iteration count.
func (x *scramExchange) prove(challenge []byte) (Step, error) {
	s := Step{Said: say(challenge)}
	salt, iterations, err := scramFirst(string(challenge))
	if err != nil {
		return s, err
	}
	s.Said = fmt.Sprintf("salt of %d octets, %d iterations", salt, iterations)
	switch {
	case iterations > maxIterations:
		return s, fmt.Errorf("%d iterations are asked for; more than %d are not done", iterations, maxIterations)
	case iterations < 1:
		return s, errors.New("an iteration count that is none")
	case iterations < fewIterations:
		s.Said += fmt.Sprintf(", fewer than the %d of RFC 7677", fewIterations)
	}
	answer, err := x.talk.Step(string(challenge))
	if err != nil {
		return s, err
	}
	_, proof, _ := strings.Cut(answer, ",p=")
	s.Response, s.Shown, s.Secrets = []byte(answer), "proof", []string{proof}
	return s, nil
}

// scramFirst takes what matters from the server's first message: the octets of
// the salt, and the iterations.
func scramFirst(message string) (salt, iterations int, err error) {
	fields := strings.Split(message, ",")
	if len(fields) < 3 || !strings.HasPrefix(fields[0], "r=") || !strings.HasPrefix(fields[1], "s=") || !strings.HasPrefix(fields[2], "i=") {
		return 0, 0, errors.New("a challenge that is not of SCRAM")
	}
	octets, err := base64.StdEncoding.DecodeString(fields[1][2:])
	if err != nil || len(octets) == 0 {
		return 0, 0, errors.New("a salt that is not base64")
	}
	count := fields[2][2:]
	if iterations, err = strconv.Atoi(count); err != nil || count[0] < '0' || count[0] > '9' {
		return 0, 0, errors.New("an iteration count that is none")
	}
	return len(octets), iterations, nil
}

// verify checks that the server knows the password too. Its signature is not
// shown: with the messages before it the password could be searched for.
func (x *scramExchange) verify(challenge []byte) (Step, error) {
	if _, err := x.talk.Step(string(challenge)); err != nil {
		if strings.HasPrefix(string(challenge), "v=") {
			return Step{Said: "signature"}, errors.New("the server's signature is wrong: it does not know the password, or somebody is between")
		}
		return Step{Said: say(challenge)}, errors.New("a challenge that is not of SCRAM")
	}
	x.verified = true
	return Step{Said: "signature, verified", Shown: "the signature is right"}, nil
}

// scramError puts the server's error in words (RFC 5802, section 7).
func scramError(value string) string {
	value, _, _ = strings.Cut(value, ",")
	words := "error: " + say([]byte(value))
	switch value {
	case "server-does-support-channel-binding":
		words += "; somebody took the -PLUS mechanisms out of the list that we saw"
	case "channel-bindings-dont-match":
		words += "; the server's TLS session is not ours: somebody is between, or TLS ends before the server"
	}
	return words
}

// Done is of [Exchange].
func (x *scramExchange) Done() error {
	switch {
	case x.refused != "":
		return errors.New("the server reports success after an " + x.refused)
	case !x.verified:
		return errors.New("the server reports success without showing that it knows the password (its signature is missing)")
	}
	return nil
}

// Signature reports whether a challenge holds a value that the server made from
// the password, so that it must not be shown: the last of SCRAM, and of DIGEST-MD5.
func Signature(challenge []byte) bool {
	s := strings.ToLower(strings.TrimSpace(string(challenge)))
	return strings.HasPrefix(s, "v=") || strings.Contains(s, "rspauth")
}
