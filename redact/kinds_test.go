package redact

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryKeyHasAKind holds the table of keys against the schemas: a key that is not
// listed is searched like any text, which is right for prose and not for a name that
// only its place makes one.
func TestEveryKeyHasAKind(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../docs/*.schema.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no schemas", err)
	}
	for _, f := range files {
		if strings.HasPrefix(filepath.Base(f), "explain") { // of no one's mail
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var schema map[string]any
		if err := json.Unmarshal(b, &schema); err != nil {
			t.Fatal(f, err)
		}
		eachString(schema, "", func(parent, key string) {
			_, both := kinds[parent+"."+key]
			_, alone := kinds[key]
			if !both && !alone && key != "*" && key != "" {
				t.Errorf("%s: %s of %q is not in kinds.go: is it a name, text, or our own vocabulary?", filepath.Base(f), key, parent)
			}
		})
	}
}

// eachString calls f for every key of a schema that may hold a string.
func eachString(schema map[string]any, parent string, f func(parent, key string)) {
	for name, v := range schema {
		sub, ok := v.(map[string]any)
		if !ok {
			continue
		}
		if name == "$defs" {
			for def, d := range sub {
				if d, ok := d.(map[string]any); ok {
					eachString(d, strings.TrimPrefix(def, "$"), f)
				}
			}
			continue
		}
		if name == "properties" {
			for key, p := range sub {
				if p, ok := p.(map[string]any); ok {
					if holdsString(p) {
						f(parent, key)
					}
					eachString(p, key, f)
				}
			}
			continue
		}
		eachString(sub, parent, f)
	}
}

// holdsString reports whether a schema is that of a string, or of a list of them. What is an
// enumeration is our own vocabulary by its form.
func holdsString(p map[string]any) bool {
	if items, ok := p["items"].(map[string]any); ok {
		return holdsString(items)
	}
	_, pattern := p["pattern"]
	return p["type"] == "string" && !pattern
}
