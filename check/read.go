package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrNoReport is returned for input without a report in it.
var ErrNoReport = errors.New("there is no report in it")

// Read calls f for each report in r, in order: JSON objects one after another,
// as --format json and ndjson write them. Objects of ndjson that are events are
// passed over, since the report has them all.
func Read(r io.Reader, f func(*Report) error) error {
	dec := json.NewDecoder(r)
	n := 0
	for {
		var raw json.RawMessage
		switch err := dec.Decode(&raw); {
		case errors.Is(err, io.EOF) && n == 0:
			return ErrNoReport
		case errors.Is(err, io.EOF):
			return nil
		case isSyntax(err):
			return fmt.Errorf("it is not JSON at byte %d: %w", dec.InputOffset(), err)
		case err != nil:
			return err
		}
		report, err := parse(raw)
		if err != nil {
			return err
		}
		if report == nil {
			continue
		}
		n++
		if err := f(report); err != nil {
			return err
		}
	}
}

func isSyntax(err error) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF)
}

// parse reads one object; nil is one that is no report.
func parse(raw json.RawMessage) (*Report, error) {
	var head struct {
		Type    string `json:"type"`
		Schema  int    `json:"schema"`
		Verdict string `json:"verdict"`
		ID      string `json:"id"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, errors.New("it is JSON, but not a report of a probe")
	}
	switch {
	case head.Type == "event":
		return nil, nil
	case head.Schema != Schema:
		return nil, fmt.Errorf("it has schema %d; this program reads schema %d", head.Schema, Schema)
	case head.ID == "" || head.Verdict == "":
		return nil, errors.New("it is JSON, but not a report of a probe")
	}
	report := new(Report)
	var mistyped *json.UnmarshalTypeError
	switch err := json.Unmarshal(raw, report); {
	case errors.As(err, &mistyped):
		return nil, fmt.Errorf("it is not a report: %s cannot be a %s", mistyped.Field, mistyped.Value)
	case err != nil:
		return nil, fmt.Errorf("it is not a report: %w", err)
	}
	return report, nil
}
