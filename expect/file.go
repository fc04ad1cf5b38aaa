package expect

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// File is a file of recipients, each with what is expected of it.
type File struct {
	From       string // the reverse-path; "" where the file says none
	Default    Set    // of recipients that say nothing else of a fact
	Recipients []Entry
}

// Entry is one recipient.
type Entry struct {
	Address string
	Line    int
	Name    string
	Expect  Set // with the defaults; never empty
}

// FileError is a mistake in a file, at a line where that is known.
type FileError struct {
	Line int // 0: not known
	Err  error
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Err)
}

func (e *FileError) Unwrap() error { return e.Err }

// maxFile is how large a file may be.
const maxFile = 1 << 20

// fileYAML is the file as it is written.
type fileYAML struct {
	Defaults struct {
		From   string `yaml:"from"`
		Expect terms  `yaml:"expect"`
	} `yaml:"defaults"`
	Recipients []entryYAML `yaml:"recipients"`
}

// entryYAML is a recipient, of which the line is noted.
type entryYAML struct {
	Address line   `yaml:"address"`
	Name    string `yaml:"name"`
	Expect  terms  `yaml:"expect"`
}

// line is text, and where it stands.
type line struct {
	text string
	at   int
}

// UnmarshalYAML reads the text.
func (l *line) UnmarshalYAML(n ast.Node) error {
	text, ok := scalar(n)
	if !ok {
		return at(n, errors.New("an address is text"))
	}
	l.text, l.at = text, n.GetToken().Position.Line
	return nil
}

// terms are expectations: text, or a list of it.
type terms struct{ set Set }

// UnmarshalYAML reads the text or the list.
func (t *terms) UnmarshalYAML(n ast.Node) error {
	nodes := []ast.Node{n}
	if list, ok := n.(*ast.SequenceNode); ok {
		nodes = list.Values
	}
	for _, x := range nodes {
		text, ok := scalar(x)
		if !ok {
			return at(x, errors.New("an expectation is text, or a list of texts"))
		}
		set, err := Parse(text)
		if err != nil {
			return at(x, err)
		}
		t.set = append(t.set, set...)
	}
	return nil
}

// scalar is the text of a node.
func scalar(n ast.Node) (string, bool) {
	switch x := n.(type) {
	case *ast.StringNode:
		return x.Value, true
	case *ast.LiteralNode:
		return strings.TrimSpace(x.Value.Value), true
	}
	return "", false
}

func at(n ast.Node, err error) error { return &FileError{n.GetToken().Position.Line, err} }

// ReadFile reads a file of expectations.
func ReadFile(r io.Reader) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxFile:
		return nil, &FileError{Err: fmt.Errorf("the file is larger than %d octets", maxFile)}
	}
	var y fileYAML
	if err := decode(text, &y); err != nil && !errors.Is(err, io.EOF) {
		return nil, fileError(err)
	}
	return y.file()
}

// decode reads YAML. The decoder panics at some that is odd, such as tags of its own
// before what is no value.
func decode(text []byte, y *fileYAML) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("this is no YAML that can be read")
		}
	}()
	return yaml.UnmarshalWithOptions(text, y, yaml.Strict())
}

// fileError takes the first line of what the decoder says, with its place.
func fileError(err error) error {
	var mine *FileError
	if errors.As(err, &mine) {
		return mine
	}
	var theirs yaml.Error
	if !errors.As(err, &theirs) {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return &FileError{Err: errors.New(first)}
	}
	out := &FileError{Err: errors.New(theirs.GetMessage())}
	if t := theirs.GetToken(); t != nil && t.Position != nil {
		out.Line = t.Position.Line
	}
	return out
}

// file checks what the file says.
func (y *fileYAML) file() (*File, error) {
	out := &File{From: y.Defaults.From, Default: y.Defaults.Expect.set}
	if len(out.Default) == 0 {
		var err error
		if out.Default, err = Parse("verdict=accepted"); err != nil {
			return nil, err
		}
	}
	if len(y.Recipients) == 0 {
		return nil, &FileError{Err: errors.New("there are no recipients")}
	}
	for i, e := range y.Recipients {
		if e.Address.text == "" {
			return nil, &FileError{e.Address.at, fmt.Errorf("recipient %d has no address", i+1)}
		}
		out.Recipients = append(out.Recipients, Entry{e.Address.text, e.Address.at, e.Name, e.Expect.set.Over(out.Default)})
	}
	return out, nil
}

// Over is what is expected with that by default of each fact about which the set says
// nothing.
func (s Set) Over(defaults Set) Set {
	out := slices.Clone(s)
	for i := range defaults {
		if !slices.ContainsFunc(s, func(t Term) bool { return t.fact.Name == defaults[i].fact.Name }) {
			out = append(out, defaults[i])
		}
	}
	return out
}
