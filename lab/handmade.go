package lab

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// handmade is TLS 1.3 whose records, from server to client, are made here and
// not by crypto/tls, which would make good ones: for "* key-update" and
// "* record". Keys come from crypto/tls's key log (RFC 8446, section 7.3).
type handmade struct {
	*tls.Conn // reads
	wire      *wire

	hash     func() hash.Hash
	keyBytes int
	secret   []byte
	aead     cipher.AEAD
	iv       []byte
	sequence uint64
}

// Content types and a message of TLS 1.3.
const (
	recordHandshake   = 22
	recordApplication = 23
	keyUpdateMessage  = "\x18\x00\x00\x01\x00" // update_not_requested (RFC 8446, section 4.6.3)
)

// takeOver puts conn in place of the wire, its records made by hand.
func (s *session) takeOver(conn *tls.Conn, keyLog string) error {
	h, err := newHandmade(conn, s.wire, keyLog)
	if err != nil {
		s.server.recordError(fmt.Errorf("%s: %w", s.server.dialogue.Name, err))
		return err
	}
	s.upgrade(h)
	return nil
}

// newHandmade finds the keys of conn in the key log of its handshake.
func newHandmade(conn *tls.Conn, w *wire, keyLog string) (*handmade, error) {
	h := &handmade{Conn: conn, wire: w}
	switch suite := conn.ConnectionState().CipherSuite; suite {
	case tls.TLS_AES_128_GCM_SHA256:
		h.hash, h.keyBytes = sha256.New, 16
	case tls.TLS_AES_256_GCM_SHA384:
		h.hash, h.keyBytes = sha512.New384, 32
	default:
		return nil, fmt.Errorf("no records by hand with %s", tls.CipherSuiteName(suite))
	}
	for _, line := range strings.Split(keyLog, "\n") {
		words := strings.Fields(line)
		if len(words) == 3 && words[0] == "SERVER_TRAFFIC_SECRET_0" {
			secret, err := hex.DecodeString(words[2])
			if err != nil {
				return nil, err
			}
			err = h.use(secret)
			return h, err
		}
	}
	return nil, errors.New("no traffic secret in the key log")
}

// use derives key and nonce from a traffic secret.
func (h *handmade) use(secret []byte) error {
	key, err := h.expand(secret, "key", h.keyBytes)
	if err != nil {
		return err
	}
	if h.iv, err = h.expand(secret, "iv", 12); err != nil {
		return err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	h.aead, err = cipher.NewGCM(block)
	h.secret, h.sequence = secret, 0
	return err
}

// expand is HKDF-Expand-Label with an empty context (RFC 8446, section 7.1).
func (h *handmade) expand(secret []byte, label string, length int) ([]byte, error) {
	info := []byte{byte(length >> 8), byte(length), byte(len("tls13 ") + len(label))}
	info = append(info, "tls13 "+label+"\x00"...)
	return hkdf.Expand(h.hash, secret, string(info), length)
}

// seal appends one record with data to out (RFC 8446, section 5.2).
func (h *handmade) seal(out []byte, contentType byte, data []byte) []byte {
	inner := append(bytes.Clone(data), contentType)
	head := []byte{recordApplication, 3, 3, 0, 0}
	binary.BigEndian.PutUint16(head[3:], uint16(len(inner)+h.aead.Overhead()))
	nonce := bytes.Clone(h.iv)
	for i := range 8 {
		nonce[4+i] ^= byte(h.sequence >> (56 - 8*i))
	}
	h.sequence++
	return h.aead.Seal(append(out, head...), nonce, inner, head)
}

// Write sends p in records of the usual size.
func (h *handmade) Write(p []byte) (int, error) {
	var out []byte
	for chunk := p; len(chunk) > 0; {
		n := min(len(chunk), 1<<14)
		out = h.seal(out, recordApplication, chunk[:n])
		chunk = chunk[n:]
	}
	if _, err := h.wire.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// keyUpdate is "* key-update": so many changes of key.
type keyUpdate int

func parseKeyUpdate(rest string) (action, error) {
	n, err := parseCount(rest)
	return keyUpdate(n), err
}

func (a keyUpdate) do(s *session) error {
	return s.handmade(int(a), func(h *handmade, out []byte) ([]byte, error) {
		out = h.seal(out, recordHandshake, []byte(keyUpdateMessage))
		next, err := h.expand(h.secret, "traffic upd", h.hash().Size())
		if err != nil {
			return out, err
		}
		return out, h.use(next)
	})
}

// record is "* record": TLS records of any size, full of "x".
type oddRecord struct{ size, times int }

func parseRecord(rest string) (action, error) {
	r := oddRecord{times: 1}
	size, times, found := strings.Cut(rest, " times ")
	n, err := fmt.Sscanf(size, "%d", &r.size)
	if n != 1 || err != nil || r.size < 0 || r.size > 1<<16-100 || fmt.Sprint(r.size) != size {
		return nil, fmt.Errorf("not a size: %s", smtp.Printable(shorten(size)))
	}
	if found {
		r.times, err = parseCount(times)
	}
	return r, err
}

func (a oddRecord) do(s *session) error {
	data := bytes.Repeat([]byte("x"), a.size)
	return s.handmade(a.times, func(h *handmade, out []byte) ([]byte, error) {
		return h.seal(out, recordApplication, data), nil
	})
}

// handmade writes the records that next appends, so many times.
func (s *session) handmade(times int, next func(*handmade, []byte) ([]byte, error)) error {
	if err := s.flush(); err != nil {
		return err
	}
	h, ok := s.conn.(*handmade)
	if !ok {
		err := errors.New("key-update and record want \"* tls handmade\" before them")
		s.server.recordError(fmt.Errorf("%s: %w", s.server.dialogue.Name, err))
		return err
	}
	out := bufio.NewWriterSize(h.wire, 16<<10)
	for range times {
		record, err := next(h, nil)
		if err != nil {
			return err
		}
		if _, err := out.Write(record); err != nil {
			return err
		}
	}
	return out.Flush()
}
