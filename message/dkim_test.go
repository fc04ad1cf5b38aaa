package message_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/smtpcheck/smtpcheck/message"
)

func pemOf(t testing.TB, kind string, key any) []byte {
	t.Helper()
	var der []byte
	var err error
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if der = x509.MarshalPKCS1PrivateKey(k); kind == "PRIVATE KEY" {
			der, err = x509.MarshalPKCS8PrivateKey(k)
		}
	default:
		der, err = x509.MarshalPKCS8PrivateKey(k)
	}
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func rsaKey(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func signer(t testing.TB, key []byte) *message.Signer {
	t.Helper()
	s, err := message.NewSigner(key, "s1", "example.org")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// verify verifies a message with the record that the signer asks for.
func verify(t testing.TB, s *message.Signer, all string) []string {
	t.Helper()
	list, err := dkim.VerifyWithOptions(strings.NewReader(all), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		if name != s.RecordName() {
			return nil, errors.New("no such name: " + name)
		}
		return []string{s.Record()}, nil
	}})
	if err != nil || len(list) != 1 || list[0].Err != nil || list[0].Domain != "example.org" {
		t.Fatalf("%v %+v\n%s", err, list, all)
	}
	return list[0].HeaderKeys
}

func TestSigned(t *testing.T) {
	t.Parallel()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	weak := rsaKey(t, 1024)
	for name, key := range map[string][]byte{
		"RSA, PKCS 1": pemOf(t, "RSA PRIVATE KEY", weak), "RSA, PKCS 8": pemOf(t, "PRIVATE KEY", rsaKey(t, 2048)), "Ed25519": pemOf(t, "PRIVATE KEY", ed),
	} {
		s := signer(t, key)
		for _, d := range []*message.Draft{
			{Body: "Grüße \t \n\n.\n\n\n", Subject: "Grüße  " + strings.Repeat("lang ", 40)},
			{Body: "a", HTML: "<p>ü", Files: []*message.File{file(t, "ü.bin", every())}, Headers: []string{"Cc: b@x.test", "Cc: c@x.test", "X-Tag: a"}},
			{Body: "x", Encoding: message.Base64},
		} {
			d.Signer = s
			_, _, all := opened(t, d, message.Offer{EightBit: true})
			keys := strings.ToLower(strings.Join(verify(t, s, all), ":"))
			if !strings.HasPrefix(keys, "from:") || !strings.HasSuffix(keys, ":from") || strings.Contains(keys, "x-tag") || !strings.Contains(keys, ":subject:date:message-id:to:") {
				t.Errorf("%s: signed are %s", name, keys)
			}
			if strings.Contains(all, "ncoding: 8bit") {
				t.Errorf("%s: it may be changed on its way\n%s", name, all)
			}
			checkByHand(t, s, all)
		}
		given := openFile(t, messageFile(t, "Received: x\nFrom: Me <me@example.org>\nSubject: a\n  b\n\nx \ny\n\n"))
		m := compose(t, &message.Draft{Message: given, Signer: s}, message.Offer{})
		all, err := read(m)
		if err != nil || int64(len(all)) != m.Size || !strings.HasSuffix(all, "\r\nReceived: x\r\nFrom: Me <me@example.org>\r\nSubject: a\r\n  b\r\n\r\nx \r\ny\r\n\r\n") {
			t.Errorf("%s: %v, size %d\n%s", name, err, m.Size, all)
		}
		verify(t, s, all)
	}
	given := openFile(t, messageFile(t, "Subject: a\n\nb\n"))
	if _, err := letter(t, &message.Draft{Message: given, Signer: signer(t, pemOf(t, "PRIVATE KEY", ed))}).Compose(message.Offer{}); err == nil || !strings.Contains(err.Error(), "no From") {
		t.Error(err)
	}
}

// checkByHand checks an RSA signature and the hash of the body without any
// library for DKIM: relaxed/relaxed as RFC 6376, section 3.4, has it.
func checkByHand(t *testing.T, s *message.Signer, all string) {
	t.Helper()
	head, body, _ := strings.Cut(all, "\r\n\r\n")
	blanks := regexp.MustCompile(`[ \t]+`)
	var lines []string
	for _, line := range strings.Split(body, "\r\n") {
		lines = append(lines, strings.TrimRight(blanks.ReplaceAllString(line, " "), " "))
	}
	body = strings.TrimRight(strings.Join(lines, "\r\n"), "\r\n")
	if body != "" {
		body += "\r\n"
	}
	var fields [][2]string
	for _, f := range strings.Split(regexp.MustCompile(`\r\n([ \t])`).ReplaceAllString(head, "$1"), "\r\n") {
		name, value, _ := strings.Cut(f, ":")
		fields = append(fields, [2]string{strings.ToLower(name), strings.TrimSpace(blanks.ReplaceAllString(value, " "))})
	}
	tags := make(map[string]string)
	for _, tag := range strings.Split(fields[0][1], ";") {
		name, value, _ := strings.Cut(tag, "=")
		tags[strings.TrimSpace(name)] = strings.ReplaceAll(strings.TrimSpace(value), " ", "")
	}
	if sum := sha256.Sum256([]byte(body)); tags["bh"] != base64.StdEncoding.EncodeToString(sum[:]) {
		t.Errorf("bh=%s is not the body's", tags["bh"])
	}
	var signed strings.Builder
	used := make(map[int]bool)
	for _, name := range strings.Split(tags["h"], ":") {
		for i := len(fields) - 1; i > 0; i-- {
			if !used[i] && fields[i][0] == strings.ToLower(name) {
				used[i] = true
				signed.WriteString(fields[i][0] + ":" + fields[i][1] + "\r\n")
				break
			}
		}
	}
	signed.WriteString("dkim-signature:" + regexp.MustCompile(`; b=.*$`).ReplaceAllString(fields[0][1], "; b="))
	sum := sha256.Sum256([]byte(signed.String()))
	sig, err := base64.StdEncoding.DecodeString(tags["b"])
	if err != nil {
		t.Fatal(err)
	}
	_, record, _ := strings.Cut(s.Record(), "p=")
	der, err := base64.StdEncoding.DecodeString(record)
	if err != nil {
		t.Fatal(err)
	}
	if s.Algorithm == "ed25519-sha256" {
		if !ed25519.Verify(der, sum[:], sig) {
			t.Error("the signature is not right")
		}
		return
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		t.Fatal(err)
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok || rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], sig) != nil {
		t.Error("the signature is not right")
	}
}

func TestKeysThatCannotSign(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := pemOf(t, "PRIVATE KEY", rsaKey(t, 1024))
	encrypted := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}, Bytes: []byte("x")})
	for _, c := range []struct{ key, selector, domain, want string }{
		{"", "s1", "x.test", "not PEM"},
		{"nonsense", "s1", "x.test", "not PEM"},
		{string(pemOf(t, "RSA PRIVATE KEY", rsaKey(t, 512))), "s1", "x.test", "512 bits must not sign"},
		{string(pemOf(t, "PRIVATE KEY", ec)), "s1", "x.test", "neither an RSA nor an Ed25519"},
		{string(encrypted), "s1", "x.test", "encrypted"},
		{"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "s1", "x.test", "encrypted"},
		{"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "s1", "x.test", "a public key, not a private key"},
		{"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "s1", "x.test", "broken"},
		{"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "s1", "x.test", "no key for DKIM"},
		{string(good), "s 1", "x.test", "not a selector"},
		{string(good), "", "x.test", "not a selector"},
		{string(good), "s1", "[192.0.2.1]", "not a domain"},
		{string(good), "s1", "x..test", "not a domain"},
	} {
		s, err := message.NewSigner([]byte(c.key), c.selector, c.domain)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q %q %q: %+v %v, want %q", c.key, c.selector, c.domain, s, err, c.want)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n\r") {
			t.Errorf("%q is not one line", err)
		}
	}
	if s, err := message.NewSigner(bytes.Join([][]byte{[]byte("# a comment\n"), good}, nil), "2026.mail", "bücher.example"); err != nil || s.RecordName() != "2026.mail._domainkey.xn--bcher-kva.example" || s.Bits != 1024 {
		t.Errorf("%+v %v", s, err)
	}
}
