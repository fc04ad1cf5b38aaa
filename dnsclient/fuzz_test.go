package dnsclient

import (
	"slices"
	"strings"
	"testing"
)

// FuzzAnswer takes arbitrary bytes for a message from a server: as it is, and
// as what follows the id of one whose question is ours.
func FuzzAnswer(f *testing.F) {
	f.Add("x.test", []byte("\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\xc0\x0c\x00\x0f\x00\x01\x00\x00\x0e\x10\x00\x09\x00\x0a\x02mx\xc0\x0e"))
	f.Add("x.test", []byte("\x81\x80\x00\x01\xff\xff\xff\xff\xff\xff"))
	f.Add("a.b.c", []byte("\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\xc0\x0c\x00\x05\x00\x01\x00\x00\x0e\x10\x00\x02\xc0\x0c"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		for i, typ := range []Type{"MX", "A", "AAAA", "TXT", "TLSA", "CNAME", "SVCB", "SOA", "NS", "MX"} {
			q, err := newQuestion(name, typ)
			if err != nil {
				return
			}
			q.noRecursion = i > 6
			m, err := q.message(true)
			if err != nil {
				t.Fatal(err)
			}
			m.answeredBy(data)
			if len(data) < headerSize-2 {
				return
			}
			question := m.wire[headerSize : headerSize+len(q.wire)+4]
			msg := append([]byte{m.wire[0], m.wire[1]}, data[:headerSize-2]...)
			msg = append(append(msg, question...), data[headerSize-2:]...)
			if !m.answeredBy(msg) {
				return
			}
			r, err := parseReply(msg, q)
			if err != nil {
				continue
			}
			checkReply(t, msg, r)
			a := new(Answer)
			a.Type = q.typ
			a.follow(q.name, r)
			if len(a.Chain) > MaxChain+1 || len(a.Records) > MaxRecords || a.Status == StatusOK && len(a.Records) == 0 {
				t.Fatalf("%d aliases, %d records, %s", len(a.Chain), len(a.Records), a.Status)
			}
		}
	})
}

// checkReply checks what must hold of everything that was accepted.
func checkReply(t *testing.T, msg []byte, r *reply) {
	// A record has at least 11 bytes on the wire.
	if r.total > len(msg)/11 || len(r.records) > r.total || len(r.records) > MaxRecords || len(r.answers) > MaxAnswers {
		t.Fatalf("%d records of %d, %d listed, from %d bytes", len(r.records), r.total, len(r.answers), len(msg))
	}
	if len(strings.Join(r.answers, "")) > maxAnswerBytes || r.ttl >= 1<<31 {
		t.Fatalf("%d bytes of answers, TTL %d", len(strings.Join(r.answers, "")), r.ttl)
	}
	if len(r.nameServers) > MaxReferral || len(r.glue) > MaxReferral || len(strings.Join(r.delegates, "")) > maxAnswerBytes {
		t.Fatalf("%d name servers, %d addresses of them", len(r.nameServers), len(r.glue))
	}
	for _, rec := range slices.Concat(r.records, r.nameServers, r.glue) {
		for _, s := range []string{rec.Name, rec.Host} {
			if len(s) > 4*maxName || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c > '~' }) {
				t.Fatalf("a name that is not in presentation form: %q", s)
			}
		}
		if rec.TTL >= 1<<31 || (rec.Type == "A" || rec.Type == "AAAA") && !rec.Addr.IsValid() {
			t.Fatalf("record %+v", rec)
		}
	}
}
