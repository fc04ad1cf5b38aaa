package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/smtpcheck/smtpcheck/"

// rooms are the rows of the house, the lowest first: a room may import any room
// of a lower row and none of its own (docs/architecture.md).
var rooms = [][]string{
	{"smtp", "dnsclient", "sasl", "tlshello"},
	{"probe", "mxresolve", "policy", "message"},
	{"diagnose"},
	{"check"},
	{"report", "expect", "history", "redact"},
	{"cmd"},
}

// only says which packages may import what is kept in one place.
var only = map[string][]string{
	"github.com/miekg/dns":                     {"dnsclient", "lab"},
	"github.com/spf13/cobra":                   {"cmd"},
	"github.com/spf13/pflag":                   {"cmd"},
	"github.com/fatih/color":                   {"report", "history"},
	"github.com/olekukonko/tablewriter":        {"report", "history"},
	"github.com/emersion/go-smtp":              {"lab"},
	"github.com/emersion/go-sasl":              {"sasl", "lab"},
	"github.com/xdg-go/scram":                  {"sasl", "lab"},
	"github.com/goccy/go-yaml":                 {"expect"},
	"github.com/emersion/go-message":           {"message"},
	"blitiri.com.ar/go/spf":                    {"policy"},
	"github.com/emersion/go-msgauth":           {"message"},
	"golang.org/x/net/publicsuffix":            {"redact", "diagnose"},
	"net/smtp":                                 {},
	"net/textproto":                            {},
	module + "lab":                             {"cmd"},
	module + "lab/simnet":                      {"lab"},
	"github.com/google/go-cmp/cmp":             {},
	"pgregory.net/rapid":                       {},
	"go.uber.org/goleak":                       {},
	"github.com/rogpeppe/go-internal":          {},
	"github.com/santhosh-tekuri/jsonschema/v6": {},
}

// TestImportGraph keeps the rooms apart.
func TestImportGraph(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "../../...").Output()
	if err != nil {
		t.Fatal(err)
	}
	row := make(map[string]int)
	for i, names := range rooms {
		for _, name := range names {
			row[name] = i
		}
	}
	seen := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		if strings.HasPrefix(name, "bench") || name == "cmd/smtpcheck" {
			continue
		}
		seen++
		for _, imported := range p.Imports {
			checkImport(t, row, name, imported)
		}
	}
	if seen < len(row) {
		t.Errorf("only %d packages were seen", seen)
	}
}

func checkImport(t *testing.T, row map[string]int, name, imported string) {
	t.Helper()
	for path, allowed := range only {
		if imported != path && (path == module+"lab" || !strings.HasPrefix(imported, path+"/")) {
			continue
		}
		if !slices.Contains(allowed, strings.Split(name, "/")[0]) {
			t.Errorf("%s imports %s, which is for %v", name, imported, allowed)
		}
	}
	room, ours := strings.CutPrefix(imported, module)
	if !ours {
		return
	}
	if strings.HasPrefix(name, "lab") {
		if room != "smtp" && !strings.HasPrefix(room, "lab") {
			t.Errorf("%s imports %s; the lab knows only smtp", name, room)
		}
		return
	}
	if strings.HasPrefix(room, "lab") {
		return
	}
	from, ok := row[name]
	to, known := row[room]
	if !ok || !known || to >= from {
		t.Errorf("%s imports %s, which is not in a lower row", name, room)
	}
}
