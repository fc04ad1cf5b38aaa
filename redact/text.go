package redact

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"
)

// span is a part of a text and what is written for it.
type span struct {
	from, to int
	with     string
}

// text returns a text without originals. What is encoded in it is decoded first.
func (m *Mapper) text(s string) string { return m.layers(s, maxLayers) }

// maxLayers is how many encodings are taken off one after another.
const maxLayers = 2

func (m *Mapper) layers(s string, layers int) string {
	if s == "" {
		return s
	}
	var claimed []span
	if layers > 0 {
		claimed = m.encoded(s, layers)
	}
	if len(claimed) == 0 {
		return m.plain(s)
	}
	var b strings.Builder
	done := 0
	for _, x := range claimed {
		b.WriteString(m.plain(s[done:x.from]) + x.with)
		done = x.to
	}
	return b.String() + m.plain(s[done:])
}

// plain rewrites a text in which nothing is encoded.
func (m *Mapper) plain(s string) string {
	spans := m.find(s)
	if len(spans) == 0 {
		return s
	}
	var b strings.Builder
	done := 0
	for _, x := range spans {
		b.WriteString(s[done:x.from] + x.with)
		done = x.to
	}
	return b.String() + s[done:]
}

// find finds everything in a text that is an original, or may be one. The spans
// are in order and apart; of those that meet, the finder that comes first counts.
func (m *Mapper) find(s string) []span {
	var taken []span
	finders := []func(string) []span{m.findURLs, m.findCommand, m.findAddresses, m.findPaths, m.findIPs, m.findNames, m.findNeedles}
	if m.inPage {
		finders = slices.Delete(finders, 3, 4)
	}
	for _, finder := range finders {
		found := finder(s)
		if len(found) == 0 {
			continue
		}
		taken = merge(taken, found)
	}
	return taken
}

// merge adds spans to those that are there, but where they meet one of them.
func merge(taken, found []span) []span {
	if len(taken) == 0 {
		return found
	}
	out := slices.Clone(taken)
	i := 0
	for _, x := range found {
		for i < len(taken) && taken[i].to <= x.from {
			i++
		}
		if i == len(taken) || taken[i].from >= x.to {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return out
}

// findNeedles finds the spellings that no shape gives away.
func (m *Mapper) findNeedles(s string) (out []span) {
	if m.needles == nil {
		return nil
	}
	folded := fold(s)
	for i := 0; i+leastWord <= len(folded); {
		x, ok := m.needles.longest(folded, i, true)
		if !ok {
			i++
			continue
		}
		out = append(out, span{i, i + len(x.text), x.with})
		i += len(x.text)
	}
	return out
}

// findAddresses finds mail addresses.
func (m *Mapper) findAddresses(s string) (out []span) {
	end := 0
	for at := 0; at < len(s); at++ {
		i := strings.IndexByte(s[at:], '@')
		if i < 0 {
			break
		}
		at += i
		from, to := localBefore(s, end, at), domainAfter(s, at+1)
		if from == at || to == at+1 {
			continue
		}
		if c := replyCode(s[from:at]); c > 0 && from+c < at {
			from += c
		}
		local, domain := s[from:at], s[at+1:to]
		if !hasDot(domain) && domain[0] != '[' && m.vocab.words[fold(domain)] && !m.vocab.tells(local) {
			continue // local-part@domain, user@host
		}
		out = append(out, span{from, to, m.mailbox(local, domain)})
		end = to
	}
	return out
}

// localBefore finds where the local part before an @ begins.
func localBefore(s string, end, at int) int {
	if at > end && s[at-1] == '"' {
		for i := at - 2; i >= end; i-- {
			if s[i] == '"' && (i == 0 || s[i-1] != '\\') {
				return i
			}
		}
		return at
	}
	from := at
	for from > end {
		r, n := utf8.DecodeLastRuneInString(s[end:from])
		if !isWord(r) && (r >= utf8.RuneSelf || strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", byte(r)) < 0) {
			break
		}
		from -= n
	}
	for from < at && strings.IndexByte(".'`/=", s[from]) >= 0 { // quotes, options
		from++
	}
	return from
}

// domainAfter finds where the domain or address literal behind an @ ends.
func domainAfter(s string, from int) int {
	if from < len(s) && s[from] == '[' {
		if i := strings.IndexByte(s[from:], ']'); i > 0 && i < 64 {
			return from + i + 1
		}
		return from
	}
	return nameEnd(s, from)
}

// nameEnd finds where a name that begins at a place ends, without a dot or hyphen at its end.
func nameEnd(s string, from int) int {
	to := from
	for to < len(s) {
		r, n := utf8.DecodeRuneInString(s[to:])
		if !isWord(r) && r != '-' && r != '_' && r != '.' || r == '.' && to+1 < len(s) && s[to+1] == '.' {
			break
		}
		to += n
	}
	for to > from && strings.IndexByte(".-_", s[to-1]) >= 0 {
		to--
	}
	return to
}

// replyCode is how many octets a reply code and the hyphen behind it take at the
// beginning of a text; 0 where there is none.
func replyCode(s string) int {
	if len(s) > 4 && s[0] >= '2' && s[0] <= '5' && isDigit(rune(s[1])) && isDigit(rune(s[2])) && s[3] == '-' {
		return 4
	}
	return 0
}

// findNames finds domain names.
func (m *Mapper) findNames(s string) (out []span) {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		star := r == '*' && i+1 < len(s) && s[i+1] == '.'
		if !isWord(r) && r != '_' && !star {
			i += n
			continue
		}
		from := i
		to := nameEnd(s, from+n)
		i = max(to, from+n)
		if c := replyCode(s[from:to]); c > 0 {
			from += c
		}
		if name := s[from:to]; hasDot(name) && len(name) < 1024 {
			if n := m.nameIn(name); n > 0 {
				out = append(out, span{from, from + n, m.domainName(name[:n])})
			}
		}
	}
	return out
}

// nameIn is how much of a run of labels is a name; 0 for nothing of it. Behind a name
// that is known there may be the ending of a file.
func (m *Mapper) nameIn(run string) int {
	if ascii := toASCII(run); m.isName(ascii) || m.isFixed(kindDomain, ascii) {
		return len(run)
	}
	last := strings.LastIndexByte(run, '.') + 1
	if n := strings.IndexFunc(run[last:], func(r rune) bool { return r >= utf8.RuneSelf }); n > 1 && m.isName(toASCII(run[:last+n])) {
		return last + n
	}
	for n := strings.LastIndexByte(run, '.'); n > 0; n = strings.LastIndexByte(run[:n], '.') {
		if m.full[toASCII(run[:n])] {
			return n
		}
	}
	return 0
}

// findIPs finds IP addresses in their own forms.
func (m *Mapper) findIPs(s string) (out []span) {
	for i := 0; i < len(s); {
		if !isHex(rune(s[i])) && s[i] != ':' || i > 0 && (isPlain(before(s, i)) || s[i-1] == '.' && i > 1 && isPlain(before(s, i-1))) {
			i++
			continue
		}
		to := i
		for to < len(s) && (isHex(rune(s[to])) || s[to] == ':' || s[to] == '.') {
			to++
		}
		if a, n := address(s[i:to]); n > 0 && !isPlain(after(s, i+n)) && (!a.Is4() || !restOfName(s[i+n:])) {
			zone := 0
			if a.Is6() && i+n < len(s) && s[i+n] == '%' {
				zone = nameEnd(s, i+n+1) - i - n
			}
			out = append(out, span{i, i + n + zone, m.ip(a).String()})
			i += n + zone
			continue
		}
		i = max(to, i+1)
	}
	return out
}

// restOfName reports whether a name goes on behind what looks like an IPv4 address.
func restOfName(s string) bool {
	return len(s) > 1 && (s[0] == '.' || s[0] == '-') && isPlain(after(s, 1))
}

// address reads the address at the beginning of a run of its characters.
func address(run string) (netip.Addr, int) {
	if strings.Count(run, ":") < 2 {
		if i := strings.IndexByte(run, ':'); i >= 0 { // a port
			run = run[:i]
		}
		run = strings.TrimRight(run, ".")
		if a, err := netip.ParseAddr(run); err == nil {
			return a, len(run)
		}
		return netip.Addr{}, 0
	}
	for run != "" {
		if a, err := netip.ParseAddr(run); err == nil {
			return a, len(run)
		}
		switch run[len(run)-1] {
		case ':', '.':
			run = run[:len(run)-1]
		default:
			return netip.Addr{}, 0
		}
	}
	return netip.Addr{}, 0
}

// findPaths finds the paths of files: two names or more behind a slash that nothing is before.
func (m *Mapper) findPaths(s string) (out []span) {
	for i := 0; i < len(s); i++ {
		windows := i+2 < len(s) && s[i+1] == ':' && s[i+2] == '\\' && isWord(rune(s[i]))
		home := i+1 < len(s) && s[i] == '~' && s[i+1] == '/'
		if s[i] != '/' && !windows && !home {
			continue
		}
		if b := before(s, i); isWord(b) || strings.ContainsRune("/<.-_%+]=&?~@*)", b) && b != 0 && b != '=' {
			continue
		}
		if strings.HasPrefix(s[i:], "//") {
			i++
			continue
		}
		to := i + 1
		for to < len(s) && s[to] > ' ' && strings.IndexByte("<>\"'`,;:()[]|", s[to]) < 0 || windows && to == i+1 {
			to++
		}
		for to > i && strings.IndexByte(".!?/\\", s[to-1]) >= 0 {
			to--
		}
		if p := s[i:to]; len(p) > 3 && strings.ContainsAny(p[min(3, len(p)):], `/\`) || home && len(p) > 2 {
			out = append(out, span{i, to, m.pseudo(kindPath, fold(p), p)})
			i = to
		}
	}
	return out
}

// findURLs finds what a browser opens. Of a page that is not everybody's the path goes,
// and of every page what is asked for, unless that is a word.
func (m *Mapper) findURLs(s string) (out []span) {
	for done := 0; ; {
		i := strings.Index(s[done:], "://")
		if i < 0 {
			return out
		}
		i += done
		from := i
		for from > done && isWord(rune(s[from-1])) && s[from-1] < utf8.RuneSelf {
			from--
		}
		to := i + 3
		for to < len(s) && s[to] > ' ' && strings.IndexByte("<>\"'`|\\^{}", s[to]) < 0 {
			to++
		}
		for to > i+3 && strings.IndexByte(".,;:!?)]", s[to-1]) >= 0 && s[to-1] != ']' {
			to--
		}
		done = max(to, i+3)
		if from == i || to == i+3 {
			continue
		}
		out = append(out, span{from, to, s[from:i+3] + m.page(s[i+3:to])})
	}
}

// page returns what is written for a URL behind its scheme.
func (m *Mapper) page(s string) string {
	host, rest := s, ""
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		host, rest = s[:i], s[i:]
	}
	hidden := m.plain(host)
	was := m.inPage
	m.inPage = true
	defer func() { m.inPage = was }()
	path, query, asks := strings.Cut(rest, "?")
	switch {
	case strings.HasPrefix(path, "/.well-known/") || path == "" || path == "/":
		path = m.plain(path)
	case m.learning:
		m.layers(path, 1)
	case hidden != host || m.isFixed(kindDomain, registered(toASCII(host))):
		path = "/..."
	default:
		path = m.layers(path, 1)
	}
	if !asks {
		return hidden + path
	}
	if m.learning {
		m.layers(query, 1)
		return s
	}
	fields := strings.Split(query, "&")
	for i, f := range fields {
		key, value, ok := strings.Cut(f, "=")
		if value = m.layers(value, 1); !plainWord(value) {
			value = "..."
		}
		if fields[i] = m.layers(key, 1); ok {
			fields[i] += "=" + value
		}
	}
	return hidden + path + "?" + strings.Join(fields, "&")
}

// plainWord reports whether a text is letters and nothing else, such as NoSuchUser.
func plainWord(s string) bool {
	for _, r := range s {
		if r >= utf8.RuneSelf || !isWord(r) || isDigit(r) {
			return false
		}
	}
	return len(s) < 32
}
