package cmd

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/report"
)

// formatFlag is the value of --format: NAME is for standard output, or for the
// file of -o, NAME=FILE for a file of its own.
type formatFlag []string

// String is the value as --help and the rules for contradictions see it.
func (f *formatFlag) String() string { return strings.Join(*f, ",") }

// Set takes one more.
func (f *formatFlag) Set(s string) error {
	*f = append(*f, s)
	return nil
}

// Type names the kind of value.
func (f *formatFlag) Type() string { return "format" }

// Append takes one more; it makes a list to package pflag of it, as do those that follow.
func (f *formatFlag) Append(s string) error { return f.Set(s) }

// Replace takes all anew.
func (f *formatFlag) Replace(list []string) error { *f = list; return nil }

// GetSlice returns all.
func (f *formatFlag) GetSlice() []string { return *f }

// formatFile is a format and the file that it goes to; "" is where results go
// without more words.
type formatFile struct {
	format report.Format
	file   string
}

// flag is what was typed, to name it in an error.
func (f formatFile) flag() string { return "--format " + quote(string(f.format)+"="+f.file) }

// main reports whether there is a format without a file of its own.
func (f *formatFlag) main() bool {
	return slices.ContainsFunc(*f, func(s string) bool {
		_, file, ok := strings.Cut(s, "=")
		return !ok || file == "-"
	})
}

// isPlugin reports whether a command was asked to be a plugin of Nagios.
func isPlugin(c *cobra.Command) bool {
	f := c.Flags().Lookup("format")
	if f == nil {
		return false
	}
	list, ok := f.Value.(pflag.SliceValue)
	return ok && slices.Contains(list.GetSlice(), string(report.FormatNagios))
}

// parse reads what was given: the format of standard output or -o, "" for none,
// and the files.
func (f *formatFlag) parse(command string) (first report.Format, files []formatFile, err error) {
	formats := report.Formats(command)
	for _, s := range *f {
		name, file, ok := strings.Cut(s, "=")
		x := formatFile{report.Format(name), file}
		if !slices.Contains(formats, x.format) {
			return "", nil, usage("smtpcheck %s has no format %s", command, quote(name)).about("format").hint("its formats are %s", formatNames(command))
		}
		switch {
		case ok && file == "":
			return "", nil, usage("--format %s: there is no file behind the =", quote(s)).hint("--format %s=FILE, or --format %s for standard output", name, name)
		case ok && file != "-":
			files = append(files, x)
		case first != "" && first != x.format:
			return "", nil, usage("--format %s and --format %s contradict each other: both go to the same place", first, name).
				hint("--format %s=FILE writes that one to a file", name)
		default:
			first = x.format
		}
	}
	return first, files, nil
}

// formatNames lists the formats of a command.
func formatNames(command string) string {
	var names []string
	for _, f := range report.Formats(command) {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}
