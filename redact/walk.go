package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Learn takes note of the originals in a document, which is anything that can be
// JSON. All documents of a run are learnt before the first is rewritten: then no pseudonym is
// an original of another.
func (m *Mapper) Learn(doc any) error {
	b, err := marshal(doc)
	if err != nil {
		return err
	}
	_, err = m.walk(b)
	return err
}

// Any returns a document of the same type without originals. Where nothing was learnt, the
// document is learnt first.
func Any(m *Mapper, doc any) (any, error) {
	b, err := marshal(doc)
	if err != nil {
		return nil, err
	}
	if m.learning && len(m.order) == 0 {
		if _, err := m.walk(b); err != nil {
			return nil, err
		}
	}
	m.settle()
	if b, err = m.walk(b); err != nil {
		return nil, err
	}
	t := reflect.TypeOf(doc)
	if t.Kind() == reflect.Pointer {
		out := reflect.New(t.Elem())
		return out.Interface(), json.Unmarshal(b, out.Interface())
	}
	out := reflect.New(t)
	err = json.Unmarshal(b, out.Interface())
	return out.Elem().Interface(), err
}

// Document is [Any] for who knows the type.
func Document[T any](m *Mapper, doc T) (T, error) {
	out, err := Any(m, doc)
	t, _ := out.(T)
	return t, err
}

func marshal(doc any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(doc)
	return b.Bytes(), err
}

// decodedPerOctet bounds what is decoded of a document.
const decodedPerOctet = 40

// walk rewrites the strings of a document, one after another.
func (m *Mapper) walk(doc []byte) ([]byte, error) {
	var head struct {
		Redacted Mode `json:"redacted"`
	}
	_ = json.Unmarshal(doc, &head) // a document may be of any form
	m.redacted = head.Redacted == Names || head.Redacted == Strict
	m.budget = decodedPerOctet*len(doc) + 1<<16
	mark := m.mode
	if head.Redacted == Strict {
		mark = Strict
	}
	w := &walker{m: m, dec: json.NewDecoder(bytes.NewReader(doc)), mark: mark}
	w.dec.UseNumber()
	if err := w.value("", ""); err != nil {
		return nil, fmt.Errorf("not a document that can be redacted: %w", err)
	}
	return w.out.Bytes(), nil
}

// walker copies JSON and rewrites what is in strings.
type walker struct {
	m    *Mapper
	dec  *json.Decoder
	out  bytes.Buffer
	mark Mode
	deep int
}

// value copies one value, which stands under a key of an object that itself
// stands under the key parent.
func (w *walker) value(parent, key string) error {
	t, err := w.dec.Token()
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return w.array(parent, key)
		}
		return w.object(key)
	case string:
		return w.put(w.m.field(parent, key, t))
	default:
		return w.put(t)
	}
}

func (w *walker) put(v any) error {
	b, err := json.Marshal(v)
	w.out.Write(b)
	return err
}

func (w *walker) array(parent, key string) error {
	w.out.WriteByte('[')
	for n := 0; w.dec.More(); n++ {
		if n > 0 {
			w.out.WriteByte(',')
		}
		if err := w.value(parent, key); err != nil {
			return err
		}
	}
	w.out.WriteByte(']')
	_, err := w.dec.Token()
	return err
}

// object copies an object. A document, and a report inside of one, says that it is redacted.
func (w *walker) object(parent string) error {
	w.out.WriteByte('{')
	w.deep++
	n := 0
	if w.deep == 1 || parent == "deliveries" {
		n++
		w.out.WriteString(`"redacted":`)
		if err := w.put(w.mark); err != nil {
			return err
		}
	}
	for w.dec.More() {
		t, err := w.dec.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		if key == "redacted" && (w.deep == 1 || parent == "deliveries") {
			var was any
			if err := w.dec.Decode(&was); err != nil {
				return err
			}
			continue
		}
		if n++; n > 1 {
			w.out.WriteByte(',')
		}
		written := key
		if parent == "capabilities" || parent == "capabilities_plain" {
			written, key = w.m.text(key), "*"
		} else {
			w.m.vocab.learn(key)
		}
		if err := w.put(written); err != nil {
			return err
		}
		w.out.WriteByte(':')
		if err := w.value(parent, key); err != nil {
			return err
		}
	}
	w.deep--
	w.out.WriteByte('}')
	_, err := w.dec.Token()
	return err
}

// field returns what is written for a string that stands under a key.
func (m *Mapper) field(parent, key, s string) string {
	if s == "" {
		return s
	}
	switch classOf(parent, key) {
	case keep:
		m.vocab.learn(s)
		return s
	case name:
		return m.owned(func() string { return m.place(s) })
	case user:
		return m.owned(func() string { return m.login(s) })
	case words:
		return m.pseudo(kindWords, fold(s), s)
	case subject:
		return m.owned(func() string { return m.subject(s) })
	case messageID:
		return m.owned(func() string { return m.messageID(s) })
	case raw:
		return m.raw(s)
	case double:
		if m.learning {
			m.owned(func() string { return m.place(s) })
			return s
		}
		return ""
	case queueID, fingerprint:
		return m.identifier(classOf(parent, key), s)
	}
	return m.sure(s, m.line(s))
}

// sure is the second look at a text: where an original is left in it, what is encoded is
// taken as it stands, and where that does not help nothing of the text stays.
func (m *Mapper) sure(was, out string) string {
	if m.learning || len(m.leaks([]byte(out), true)) == 0 {
		return out
	}
	if out = m.plain(was); len(m.leaks([]byte(out), true)) == 0 {
		return out
	}
	return leftOut
}

// leftOut stands for a text from which not all could be taken.
const leftOut = "... (left out)"

// owned rewrites a field of names: what is there is somebody's own.
func (m *Mapper) owned(f func() string) string {
	m.owning = true
	defer func() { m.owning = false }()
	return f()
}

// line returns what is written for a line of a transcript, or for any text. The
// reply code in front stays.
func (m *Mapper) line(s string) string {
	if c := replyCode(s); c > 0 {
		return s[:c] + m.line(s[c:])
	}
	if !strings.Contains(s, "\n") {
		return m.strict(m.text(txt(s)))
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if lines[i] = ""; l != "" {
			lines[i] = m.line(l)
		}
	}
	return strings.Join(lines, "\n")
}

// txt leaves out of a TXT record what is no protocol's: it is there to prove that
// somebody owns the domain.
func txt(s string) string {
	head, data, ok := strings.Cut(s, " IN TXT ")
	if !ok || strings.HasPrefix(strings.Trim(data, `"`), "v=") {
		return s
	}
	return head + ` IN TXT "..."`
}

// raw rewrites bytes. What is not UTF-8 may be Latin-1.
func (m *Mapper) raw(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return m.line(s)
	}
	out := m.line(string(b))
	if !utf8.ValidString(out) {
		out = toLatin1(m.line(fromLatin1(out)))
	}
	return base64.StdEncoding.EncodeToString([]byte(out))
}

func fromLatin1(s string) string {
	r := make([]rune, len(s))
	for i := range len(s) {
		r[i] = rune(s[i])
	}
	return string(r)
}

func toLatin1(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}
