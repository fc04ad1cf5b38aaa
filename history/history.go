// Package history keeps reports for later: as yet those of recipients that were
// still deferred when the waiting ended, so that a later run can go on with them.
//
//  1. A [Store] is a folder; a report is a file in it, named by its ID, the JSON of
//     docs/report.schema.json. Nobody but its owner can read it.
//  2. [Store.Save] writes one, whole or not at all, and forgets those that are old.
//  3. [Store.Load] finds one by its ID or the beginning of that; [Store.Remove] forgets it.
package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
)

// Keep is how long a report is kept.
const Keep = 60 * 24 * time.Hour

// maxSize bounds a file that is read.
const maxSize = 256 << 20

// Errors of [Store.Load].
var (
	ErrNone    = errors.New("there is no stored report with this ID")
	ErrSeveral = errors.New("several stored reports have IDs that begin so")
)

// Store is a folder of reports. It need not exist before something is saved.
type Store struct{ Dir string }

// Default is the store of this user: below $XDG_STATE_HOME, or ~/.local/state where
// that is not set (XDG Base Directory Specification 0.8).
func Default() (Store, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // the specification: a relative path is to be ignored
		home, err := os.UserHomeDir()
		if err != nil {
			return Store{}, err
		}
		state = filepath.Join(home, ".local", "state")
	}
	return Store{filepath.Join(state, "smtpcheck", "reports")}, nil
}

// Save keeps a report in place of an earlier one with its ID.
func (s Store) Save(r *check.Report) error {
	if !IsID(r.ID) || len(r.ID) != idLength {
		return fmt.Errorf("%q is not the ID of a report", r.ID)
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	s.prune(time.Now())
	f, err := os.CreateTemp(s.Dir, ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), s.file(r.ID))
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// Load finds the report whose ID begins so.
func (s Store) Load(id string) (*check.Report, error) {
	id = strings.ToUpper(id)
	if !IsID(id) {
		return nil, ErrNone
	}
	names, err := s.names()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var found []string
	for _, name := range names {
		if strings.HasPrefix(name, id) {
			found = append(found, name)
		}
	}
	switch len(found) {
	case 0:
		return nil, ErrNone
	case 1:
		return s.read(found[0])
	}
	return nil, ErrSeveral
}

func (s Store) read(id string) (report *check.Report, err error) {
	f, err := os.Open(s.file(id))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() > maxSize {
		return nil, fmt.Errorf("%s is too large for a report", f.Name())
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(f); err != nil {
		return nil, err
	}
	err = check.Read(&text, func(r *check.Report) error { report = r; return nil })
	return report, err
}

// Remove forgets a report, if there is one with this ID.
func (s Store) Remove(id string) error {
	if !IsID(id) || len(id) != idLength {
		return nil
	}
	if err := os.Remove(s.file(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// prune forgets the reports that are old, and what was never finished. What cannot
// be removed stays.
func (s Store) prune(now time.Time) {
	entries, _ := os.ReadDir(s.Dir)
	for _, e := range entries {
		info, err := e.Info()
		ours := strings.HasSuffix(e.Name(), ".json") || strings.HasPrefix(e.Name(), ".new-")
		if err == nil && ours && info.Mode().IsRegular() && now.Sub(info.ModTime()) > Keep {
			_ = os.Remove(filepath.Join(s.Dir, e.Name()))
		}
	}
}

// names are the IDs of the reports that are there.
func (s Store) names() (ids []string, err error) {
	entries, err := os.ReadDir(s.Dir)
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".json"); ok && IsID(id) && len(id) == idLength {
			ids = append(ids, id)
		}
	}
	return ids, err
}

func (s Store) file(id string) string { return filepath.Join(s.Dir, id+".json") }

// idLength is that of a ULID.
const idLength = 26

// IsID reports whether s can be an ID, or the beginning of one: the letters and
// digits of a ULID, and nothing that means something in a path.
func IsID(s string) bool {
	if s == "" || len(s) > idLength {
		return false
	}
	return strings.Trim(strings.ToUpper(s), "0123456789ABCDEFGHJKMNPQRSTVWXYZ") == ""
}
