package lab

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/xdg-go/scram"
)

// scramHashes are the SCRAM mechanisms (RFC 5802, RFC 7677).
func scramHashes() map[string]scram.HashGeneratorFcn {
	return map[string]scram.HashGeneratorFcn{"SCRAM-SHA-1": scram.SHA1, "SCRAM-SHA-256": scram.SHA256}
}

// scramServer is one SCRAM exchange. With channel binding (-PLUS) both sides
// prove that they are the ends of the same TLS connection.
type scramServer struct {
	auth  *auth
	hash  scram.HashGeneratorFcn
	tls   *tls.ConnectionState
	plus  bool
	talk  *scram.ServerConversation
	valid bool
}

func newSCRAM(a *auth, hash scram.HashGeneratorFcn, state *tls.ConnectionState, plus bool) sasl.Server {
	return &scramServer{auth: a, hash: hash, tls: state, plus: plus}
}

// Next takes the client's messages: the first, the final one, and the empty one
// that says that it has seen ours.
func (s *scramServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case s.valid:
		return nil, true, s.auth.mayBe(s.talk.AuthzID())
	case response == nil:
		return nil, false, nil
	case s.talk == nil:
		if s.talk, err = s.begin(string(response)); err != nil {
			return nil, true, errMalformed
		}
	}
	text, err := s.talk.Step(string(response))
	if err != nil {
		return nil, true, errCredentials
	}
	s.valid = s.talk.Valid()
	return []byte(s.lie(text)), false, nil
}

// begin starts the conversation that fits the client's first message.
func (s *scramServer) begin(first string) (*scram.ServerConversation, error) {
	binding, bound := strings.CutPrefix(first, "p=")
	if bound != s.plus {
		return nil, errors.New("channel binding and the mechanism do not fit")
	}
	kind, _, _ := strings.Cut(binding, ",")
	if !bound {
		kind = string(scram.ChannelBindingTLSExporter) // that we could, for those who say that we cannot
	}
	server, err := s.hash.NewServer(s.credentials)
	if err != nil {
		return nil, err
	}
	if s.tls == nil || !s.offersPlus() {
		return server.NewConversation(), nil
	}
	return server.NewConversationWithChannelBinding(s.binding(scram.ChannelBindingType(kind))), nil
}

func (s *scramServer) offersPlus() bool {
	for _, name := range s.auth.mechanisms {
		if strings.HasPrefix(name, "SCRAM-") && strings.HasSuffix(name, "-PLUS") {
			return true
		}
	}
	return false
}

// binding is what both ends of the connection know; nothing for a type that
// this connection does not have.
func (s *scramServer) binding(kind scram.ChannelBindingType) (b scram.ChannelBinding) {
	switch kind {
	case scram.ChannelBindingTLSExporter:
		b, _ = scram.NewTLSExporterBinding(s.tls)
	case scram.ChannelBindingTLSUnique:
		b = scram.NewTLSUniqueBinding(s.tls.TLSUnique)
	}
	return b
}

const (
	scramSalt       = "lab.test's salt"
	scramIterations = 4096
)

// credentials are what a server stores of its user.
func (s *scramServer) credentials(user string) (none scram.StoredCredentials, err error) {
	if user != s.auth.user {
		return none, errCredentials
	}
	client, err := s.hash.NewClient(user, s.auth.password, "")
	if err != nil {
		return none, err
	}
	return client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: scramSalt, Iters: scramIterations})
}

// lie is what becomes of the server's messages where its options want that.
func (s *scramServer) lie(text string) string {
	switch {
	case s.auth.iterations != "" && strings.HasPrefix(text, "r="):
		before, _, _ := strings.Cut(text, ",i=")
		return before + ",i=" + s.auth.iterations
	case s.auth.badSignature && strings.HasPrefix(text, "v="):
		sum := sha256.Sum256([]byte(text))
		return "v=" + base64.StdEncoding.EncodeToString(sum[:s.hash().Size()])
	}
	return text
}
