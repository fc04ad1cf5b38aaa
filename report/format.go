package report

import "slices"

// Format is how a document is written.
type Format string

// The formats.
const (
	FormatText     Format = "text"     // for people: transcripts and verdict
	FormatTable    Format = "table"    // for people: the hosts and the verdict
	FormatJSON     Format = "json"     // indented objects, one after another
	FormatNDJSON   Format = "ndjson"   // one object a line, the events too
	FormatMarkdown Format = "markdown" // for tickets
	FormatHTML     Format = "html"     // one self-contained page

	// For programs that know good and bad.
	FormatCSV        Format = "csv"        // a row for each recipient (RFC 4180)
	FormatJUnit      Format = "junit"      // the XML that CI systems read
	FormatTAP        Format = "tap"        // the Test Anything Protocol
	FormatGitHub     Format = "github"     // annotations for GitHub Actions
	FormatNagios     Format = "nagios"     // the line and the exit codes of a plugin
	FormatPrometheus Format = "prometheus" // for the textfile collector of node_exporter
)

// formats says which formats a command has, its default first.
var formats = []struct {
	command string
	formats []Format
}{
	{"probe", []Format{
		FormatText, FormatTable, FormatJSON, FormatNDJSON, FormatMarkdown, FormatHTML,
		FormatCSV, FormatJUnit, FormatTAP, FormatGitHub, FormatNagios, FormatPrometheus,
	}},
	{"replay", []Format{
		FormatText, FormatTable, FormatJSON, FormatNDJSON, FormatMarkdown, FormatHTML,
		FormatCSV, FormatJUnit, FormatTAP, FormatGitHub, FormatNagios, FormatPrometheus,
	}},
	{"relay", []Format{
		FormatText, FormatTable, FormatJSON, FormatNDJSON, FormatMarkdown, FormatHTML,
		FormatJUnit, FormatTAP, FormatGitHub, FormatNagios,
	}},
	{"mx", []Format{FormatText, FormatTable, FormatJSON, FormatNDJSON, FormatMarkdown, FormatHTML}},
	{"self", []Format{FormatText, FormatTable, FormatJSON, FormatNDJSON, FormatMarkdown, FormatHTML}},
	{"explain", []Format{FormatText, FormatJSON, FormatNDJSON}},
	{"lab", []Format{FormatText, FormatTable, FormatJSON, FormatNDJSON}},
}

// Formats returns the formats that a command has, its default first; nil for a
// command that has none.
func Formats(command string) []Format {
	for _, row := range formats {
		if row.command == command {
			return slices.Clone(row.formats)
		}
	}
	return nil
}
