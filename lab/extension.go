package lab

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// The directives for what SMTP extensions say beside lines of text.
type (
	readChunk   struct{}
	prdr        string // ",bob,": whom the message is refused for
	proxyHeader struct{}
	remember    struct{}
	echo        string
)

// do reads the chunk behind the BDAT command that came last (RFC 3030).
func (readChunk) do(s *session) error {
	if err := s.flush(); err != nil {
		return err
	}
	if s.chunks == nil {
		s.chunks = &message{}
	}
	m := s.chunks
	piece := io.LimitReader(s.in, int64(chunkSize(s.heard)))
	kept, err := io.ReadAll(io.LimitReader(piece, int64(maxMessage-len(m.text))))
	m.text = append(m.text, kept...)
	if err != nil {
		return err
	}
	discard(piece)
	if words := strings.Fields(strings.ToUpper(s.heard)); words[len(words)-1] == "LAST" {
		s.server.recordMessage(m, true)
		s.chunks = nil
	}
	return nil
}

// do answers a message as Exim does with PRDR: for each recipient, if the client
// asked for that and there are several, and at last for all.
func (a prdr) do(s *session) error {
	refused := 0
	var out strings.Builder
	out.WriteString("353 PRDR content analysis beginning\r\n")
	for _, to := range s.recipients {
		local, _ := split(to)
		code, verdict := "250", "acceptance"
		if strings.Contains(string(a), ","+local+",") {
			code, verdict = "550", "refusal"
			refused++
		}
		fmt.Fprintf(&out, "%s PRDR R=<%s> %s\r\n", code, smtp.Printable(to), verdict)
	}
	_, parameters, _ := strings.Cut(strings.ToUpper(s.mail), "> ")
	if len(s.recipients) < 2 || !slices.Contains(strings.Fields(parameters), "PRDR") {
		out.Reset()
	}
	last := "250 OK id=1wAbCd-000001-2x\r\n"
	if refused > 0 && refused == len(s.recipients) {
		last = "550 Administrative prohibition\r\n"
	}
	return s.send(out.String() + last)
}

func parsePRDR(rest string) (action, error) {
	return prdr("," + strings.ToLower(rest) + ","), nil
}

// proxyPatience is how long a server waits for the header that must come at once.
const proxyPatience = 5 * time.Second

// proxySignature begins a header of version 2 of the PROXY protocol.
const proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

// do reads a PROXY protocol header, version 1 or 2. It counts as a line of the
// client, as version 1 writes it; a client line that follows may be about it.
// Without a header the connection ends.
func (proxyHeader) do(s *session) error {
	_ = s.wire.SetReadDeadline(time.Now().Add(proxyPatience))
	line, err := readProxy(s)
	_ = s.wire.SetReadDeadline(time.Time{})
	if err != nil {
		if !errors.Is(err, errNoProxy) {
			s.server.recordError(fmt.Errorf("%s: %w", s.server.dialogue.Name, err))
		}
		return closing{}.do(s)
	}
	if s.pos+1 < len(s.script.lines) && s.script.lines[s.pos+1].Kind == ClientLine {
		s.pushBack(line + "\r\n")
		return nil
	}
	s.server.recordLine(line)
	return nil
}

// pushBack puts text before what the client said.
func (s *session) pushBack(text string) {
	ahead, _ := s.in.Peek(s.in.Buffered())
	s.in = bufio.NewReaderSize(io.MultiReader(strings.NewReader(text+string(ahead)), s.conn), 2*maxLine)
}

var errNoProxy = errors.New("the client sent no PROXY protocol header")

func readProxy(s *session) (string, error) {
	head, err := s.in.Peek(len("PROXY "))
	if err != nil {
		return "", errNoProxy
	}
	if string(head) == "PROXY " {
		line, err := s.readLine()
		words := strings.Split(line, " ")
		if err != nil || len(line) > 105 || len(words) < 2 || words[1] != "UNKNOWN" && !proxyLine(words) {
			return "", fmt.Errorf("not a PROXY protocol header: %q", smtp.Printable(shorten(line)))
		}
		return line, nil
	}
	header := make([]byte, 16)
	if _, err := io.ReadFull(s.in, header); err != nil || string(header[:12]) != proxySignature {
		return "", errNoProxy
	}
	body := make([]byte, int(header[14])<<8|int(header[15]))
	if _, err := io.ReadFull(s.in, body); err != nil {
		return "", fmt.Errorf("a cut PROXY protocol header: %w", err)
	}
	return proxyBinary(header[12], header[13], body)
}

// proxyLine checks "PROXY TCP4 SOURCE DESTINATION PORT PORT".
func proxyLine(words []string) bool {
	if len(words) != 6 {
		return false
	}
	source, err1 := netip.ParseAddrPort(joinPort(words[2], words[4]))
	destination, err2 := netip.ParseAddrPort(joinPort(words[3], words[5]))
	family := map[bool]string{true: "TCP4", false: "TCP6"}[source.Addr().Is4()]
	return err1 == nil && err2 == nil && words[1] == family && source.Addr().Is4() == destination.Addr().Is4()
}

func joinPort(addr, port string) string {
	if strings.Contains(addr, ":") {
		addr = "[" + addr + "]"
	}
	return addr + ":" + port
}

// proxyBinary reads what stands behind the signature of version 2. The
// addresses may be followed by more, which is not looked at.
func proxyBinary(command, family byte, body []byte) (string, error) {
	size := map[byte]int{0x11: 4, 0x21: 16}[family]
	switch {
	case command == 0x20 || command == 0x21 && family == 0: // LOCAL, or nothing known
		return "PROXY UNKNOWN", nil
	case command != 0x21 || size == 0 || len(body) < 2*size+4:
		return "", fmt.Errorf("not a PROXY protocol header: %x %x and %d bytes", command, family, len(body))
	}
	source, _ := netip.AddrFromSlice(body[:size])
	destination, _ := netip.AddrFromSlice(body[size : 2*size])
	ports := body[2*size:]
	return fmt.Sprintf("PROXY TCP%d %s %s %d %d", map[int]int{4: 4, 16: 6}[size], source, destination,
		int(ports[0])<<8|int(ports[1]), int(ports[2])<<8|int(ports[3])), nil
}

// do takes the secret out of what the client said last in an AUTH exchange.
func (remember) do(s *session) error {
	words := strings.Fields(s.heard)
	if len(words) == 0 {
		return nil
	}
	s.secret = words[len(words)-1]
	if decoded, err := base64.StdEncoding.DecodeString(s.secret); err == nil {
		s.secret = string(decoded)
	}
	s.secret = s.secret[strings.LastIndexByte(s.secret, 0)+1:]
	if _, token, ok := strings.Cut(s.secret, "Bearer "); ok {
		s.secret, _, _ = strings.Cut(token, "\x01")
	}
	return nil
}

// do says something with the secret in it.
func (a echo) do(s *session) error {
	text := strings.NewReplacer(
		"{line}", s.heard,
		"{plain}", s.secret,
		"{base64}", base64.StdEncoding.EncodeToString([]byte(s.secret)),
		"{hex}", hex.EncodeToString([]byte(s.secret)),
		"{HEX}", strings.ToUpper(hex.EncodeToString([]byte(s.secret))),
	).Replace(string(a))
	return s.send(text)
}

func parseEcho(rest string) (action, error) {
	text, err := parseRaw(rest)
	if err != nil {
		return nil, err
	}
	bytes, _ := text.(raw)
	return echo(bytes), nil
}
