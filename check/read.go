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
	return ReadAll(r, f, func(*RelayReport) error { return errors.New("it is a report of relay, not of a probe") })
}

// ReadAll is Read for reports about submission servers too, for which it calls g.
func ReadAll(r io.Reader, f func(*Report) error, g func(*RelayReport) error) error {
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
		report, relay, err := parse(raw)
		switch {
		case err != nil:
			return err
		case relay != nil:
			err = g(relay)
		case report != nil:
			err = f(report)
		default:
			continue
		}
		n++
		if err != nil {
			return err
		}
	}
}

func isSyntax(err error) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF)
}

// parse reads one object: a report of a probe or of relay, or neither.
func parse(raw json.RawMessage) (*Report, *RelayReport, error) {
	var head struct {
		Type    string          `json:"type"`
		Schema  int             `json:"schema"`
		Verdict string          `json:"verdict"`
		ID      string          `json:"id"`
		Ports   json.RawMessage `json:"ports"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, nil, errors.New("it is JSON, but not a report of a probe")
	}
	switch {
	case head.Type == "event":
		return nil, nil, nil
	case head.Schema != Schema:
		return nil, nil, fmt.Errorf("it has schema %d; this program reads schema %d", head.Schema, Schema)
	case head.ID != "" && head.Ports != nil:
		relay := new(RelayReport)
		return nil, relay, notAReport(json.Unmarshal(raw, relay))
	case head.ID == "" || head.Verdict == "":
		return nil, nil, errors.New("it is JSON, but not a report of a probe")
	}
	report := new(Report)
	return report, nil, notAReport(json.Unmarshal(raw, report))
}

// notAReport words an error of the JSON parser.
func notAReport(err error) error {
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mistyped):
		return fmt.Errorf("it is not a report: %s cannot be a %s", mistyped.Field, mistyped.Value)
	case err != nil:
		return fmt.Errorf("it is not a report: %w", err)
	}
	return nil
}
