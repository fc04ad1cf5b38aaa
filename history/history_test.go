package history_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/history"
)

func report(id string) *check.Report {
	return &check.Report{
		Schema: check.Schema, ID: id, Recipient: "alice@x.test", Verdict: diagnose.Deferred,
		Sessions: []check.Session{}, Findings: []check.Finding{},
	}
}

const (
	one = "01JD9Z3F0000000000000000A0"
	two = "01JD9Z3F0000000000000000B0"
)

func TestStore(t *testing.T) {
	t.Parallel()
	s := history.Store{Dir: filepath.Join(t.TempDir(), "a", "reports")}
	if _, err := s.Load(one); !errors.Is(err, history.ErrNone) {
		t.Errorf("from a store that is not there: %v", err)
	}
	for _, id := range []string{one, two, one} {
		if err := s.Save(report(id)); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{one, strings.ToLower(one), one[:25]} {
		if r, err := s.Load(id); err != nil || r.ID != one || r.Recipient != "alice@x.test" {
			t.Errorf("%s: %+v, %v", id, r, err)
		}
	}
	if _, err := s.Load("01JD"); !errors.Is(err, history.ErrSeveral) {
		t.Errorf("a beginning of two: %v", err)
	}
	for _, id := range []string{"", "../" + one, "02", one + "0", "*", one[:5] + "/"} {
		if _, err := s.Load(id); !errors.Is(err, history.ErrNone) {
			t.Errorf("%q: %v", id, err)
		}
	}
	for name, want := range map[string]os.FileMode{s.Dir: 0o700, filepath.Join(s.Dir, one+".json"): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if err := errors.Join(s.Remove(one), s.Remove(one), s.Remove("../x")); err != nil {
		t.Error(err)
	}
	if _, err := s.Load("01JD"); err != nil {
		t.Errorf("one was removed, the other is %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(s.Dir, ".new*")); err != nil || left != nil {
		t.Errorf("left behind: %v", left)
	}
}

func TestSaveRefusesNames(t *testing.T) {
	t.Parallel()
	s := history.Store{Dir: t.TempDir()}
	for _, id := range []string{"", "../../x", one[:25], strings.Repeat("/", 26)} {
		if err := s.Save(report(id)); err == nil {
			t.Errorf("%q was saved", id)
		}
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	s := history.Store{Dir: t.TempDir()}
	if err := s.Save(report(one)); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(s.Dir, "notes.txt")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-history.Keep - time.Hour)
	for _, name := range []string{other, filepath.Join(s.Dir, one+".json")} {
		if err := os.Chtimes(name, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Save(report(two)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(one); !errors.Is(err, history.ErrNone) {
		t.Errorf("an old report: %v", err)
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("what is not ours: %v", err)
	}
}

// TestNotAReport: a file that somebody has spoiled is an error and nothing else.
func TestNotAReport(t *testing.T) {
	t.Parallel()
	s := history.Store{Dir: t.TempDir()}
	for _, text := range []string{"", "{", "[]", `{"schema":1}`, `{"schema":99,"id":"x","verdict":"deferred"}`} {
		if err := os.WriteFile(filepath.Join(s.Dir, one+".json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := s.Load(one); err == nil {
			t.Errorf("%s: %+v", text, r)
		}
	}
}
