package redact_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"html"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// seek looks for originals in an output: it undoes every encoding it knows and
// searches for names as they are, anywhere. It shares nothing with the package. It returns what it finds.
func (w *world) seek(output string) (found []string) {
	var views []string
	seen := make(map[string]bool)
	look := func(s string) {
		if s = strings.ToLower(s); !seen[s] {
			seen[s] = true
			views = append(views, s)
		}
	}
	plain := html.UnescapeString(undo(output, `\\u([0-9a-fA-F]{4})`, 16))
	for _, s := range []string{output, plain} {
		look(s)
		look(strings.ReplaceAll(s, `\`, ""))
		for _, re := range []string{`%([0-9a-fA-F]{2})`, `\+([0-9A-F]{2})`, `=([0-9a-fA-F]{2})`, `\\x([0-9a-fA-F]{2})`} {
			once := undo(s, re, 16)
			look(once)
			look(undo(once, re, 16))
		}
		look(undo(s, `\\([0-9]{3})`, 10))
		for _, x := range decoded(s) {
			look(x)
			for _, y := range decoded(x) {
				look(y)
			}
		}
	}
	needles := append(append([]string{}, w.locals...), w.words...)
	for i := range w.domains {
		label, _, _ := strings.Cut(w.domains[i], ".")
		unicode, _, _ := strings.Cut(w.unicodes[i], ".")
		needles = append(needles, label, unicode)
	}
	for _, h := range w.hosts {
		labels := strings.Split(strings.TrimSuffix(h, "."+w.domainOf(h)), ".")
		needles = append(needles, labels...)
	}
	other, _, _ := strings.Cut(w.other, ".")
	needles = append(needles, other)
	for _, l := range w.locals {
		needles = append(needles, strings.FieldsFunc(l, func(r rune) bool { return r == '.' || r == '_' })...)
	}
	for _, n := range needles {
		n = strings.ToLower(n)
		for _, v := range views {
			if i := strings.Index(v, n); i >= 0 {
				found = append(found, fmt.Sprintf("%q in %q", n, v[max(0, i-50):min(len(v), i+50)]))
				break
			}
		}
	}
	return append(found, w.seekIPs(views)...)
}

func (w *world) domainOf(host string) string {
	for _, d := range w.domains {
		if strings.HasSuffix(host, "."+d) {
			return d
		}
	}
	return ""
}

func undo(s, re string, base int) string {
	return regexp.MustCompile(re).ReplaceAllStringFunc(s, func(x string) string {
		digits := x[len(x)-2:]
		if base == 10 {
			digits = x[len(x)-3:]
		} else if strings.HasPrefix(x, `\u`) {
			n, _ := strconv.ParseUint(x[2:], 16, 32)
			return string(rune(n))
		}
		n, err := strconv.ParseUint(digits, base, 8)
		if err != nil {
			return x
		}
		return string([]byte{byte(n)})
	})
}

// decoded is what runs of base64 and of hexadecimal digits say, from wherever they are read.
func decoded(s string) (out []string) {
	for _, run := range regexp.MustCompile(`[A-Za-z0-9+/]{8,}`).FindAllString(s, -1) {
		for i := range 4 {
			b, _ := base64.RawStdEncoding.DecodeString(cut4(run[min(i, len(run)):]))
			out = append(out, strings.ReplaceAll(string(b), "\x00", ""))
		}
	}
	for _, run := range regexp.MustCompile(`[A-Za-z0-9_-]{8,}`).FindAllString(s, -1) {
		for i := range 4 {
			b, _ := base64.RawURLEncoding.DecodeString(cut4(run[min(i, len(run)):]))
			out = append(out, strings.ReplaceAll(string(b), "\x00", ""))
		}
	}
	for _, run := range regexp.MustCompile(`[0-9a-fA-F]{8,}`).FindAllString(s, -1) {
		for i := range 2 {
			run := run[i:]
			b, _ := hex.DecodeString(run[:len(run)/2*2])
			out = append(out, string(b))
		}
	}
	return []string{strings.Join(out, "\n")}
}

func cut4(s string) string {
	if len(s)%4 == 1 {
		return s[:len(s)-1]
	}
	return s
}

var (
	dotted = regexp.MustCompile(`\d+(?:[.\-_]\d+){3,}`)
	colons = regexp.MustCompile(`[0-9a-f]*(?:[:\-][0-9a-f]*){2,}(?:\d+\.\d+\.\d+\.\d+)?`)
	long   = regexp.MustCompile(`[0-9a-f]{8,}`)
	dots   = regexp.MustCompile(`[0-9a-f](?:\.[0-9a-f]){31}`)
)

// seekIPs reads everything that may be an address and compares addresses, not texts.
func (w *world) seekIPs(views []string) (found []string) {
	is := make(map[netip.Addr]bool)
	for _, a := range w.addrs {
		is[a] = true
		if a.Is4() {
			b := a.As4()
			is[netip.AddrFrom4([4]byte{b[3], b[2], b[1], b[0]})] = true
		}
	}
	view := ""
	say := func(a netip.Addr, where string) {
		if is[a.Unmap()] {
			i := strings.Index(view, where)
			found = append(found, fmt.Sprintf("%v in %q", a, view[max(0, i-50):min(len(view), i+60)]))
		}
	}
	for _, v := range []string{unique(views)} {
		view = v
		for _, x := range dotted.FindAllString(v, -1) {
			parts := regexp.MustCompile(`[.\-_]`).Split(x, -1)
			for i := range len(parts) - 3 {
				var b [4]byte
				ok := true
				for k := range 4 {
					n, err := strconv.ParseUint(parts[i+k], 10, 8)
					b[k], ok = byte(n), ok && err == nil
				}
				if ok {
					say(netip.AddrFrom4(b), x)
				}
			}
		}
		for _, x := range colons.FindAllString(v, -1) {
			x := strings.ReplaceAll(x, "-", ":")
			for _, y := range []string{x, strings.TrimRight(x, ":"), strings.TrimLeft(x, ":")} {
				if a, err := netip.ParseAddr(y); err == nil {
					say(a, x)
				}
			}
		}
		for _, x := range dots.FindAllString(v, -1) {
			say(ofHex(strings.ReplaceAll(x, ".", "")), x)
			say(ofHex(backwards(strings.ReplaceAll(x, ".", ""))), x)
		}
		for _, x := range long.FindAllString(v, -1) {
			if len(x) == 32 {
				say(ofHex(x), x)
			}
			if b, err := hex.DecodeString(x); err == nil && len(b) == 4 {
				say(netip.AddrFrom4([4]byte(b)), x)
			}
			if n, err := strconv.ParseUint(x, 10, 32); err == nil {
				say(netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(n)))), x)
			}
			if len(x) == 12 {
				if a, err := netip.ParseAddr(fmt.Sprintf("%s.%s.%s.%s", zeroes(x[:3]), zeroes(x[3:6]), zeroes(x[6:9]), zeroes(x[9:]))); err == nil {
					say(a, x)
				}
			}
		}
	}
	return found
}

func zeroes(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return "0"
}

func backwards(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

func ofHex(s string) netip.Addr {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 16 {
		return netip.Addr{}
	}
	return netip.AddrFrom16([16]byte(b))
}

// unique is every word of some texts once.
func unique(texts []string) string {
	var b strings.Builder
	seen := make(map[string]bool)
	for _, t := range texts {
		for _, word := range strings.Fields(t) {
			if !seen[word] {
				seen[word] = true
				b.WriteString(word + "\n")
			}
		}
	}
	return b.String()
}
