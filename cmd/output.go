package cmd

import (
	"cmp"
	"os"
	"slices"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/smtpcheck/smtpcheck/redact"
	"github.com/smtpcheck/smtpcheck/report"
)

// output are the flags about results.
type output struct {
	command            string
	file, style, color string
	formats            formatFlag
	redact             string // yes, strict or ""
	json, utc          bool
	quiet, verbose     bool
}

func (o *output) add(f *pflag.FlagSet, command string) {
	o.command = command
	f.StringVarP(&o.file, "output", "o", "", "write the result to `FILE`, by rename when it is complete")
	f.Var(&o.formats, "format", "`FORMAT` of standard output or -o, or FORMAT=FILE for a file besides; may be repeated: "+formatNames(command)+" (default text)")
	f.BoolVar(&o.json, "json", false, "the same as --format json")
	if command == "self" {
		f.BoolVar(&o.utc, "utc", false, "show times in UTC")
		f.BoolVarP(&o.quiet, "quiet", "q", false, "the verdict only, in a line")
		f.BoolVarP(&o.verbose, "verbose", "v", false, "transcripts, DNS queries and explanations too")
	}
	if command == "mx" {
		f.BoolVarP(&o.verbose, "verbose", "v", false, "DNS queries and explanations too")
	}
	if command == "probe" || command == "relay" || command == "replay" {
		f.StringVar(&o.style, "style", "smtpcheck", "`STYLE` of the transcript: smtpcheck, xeams, swaks or rfc")
		f.BoolVar(&o.utc, "utc", false, "show times in UTC")
		f.BoolVarP(&o.quiet, "quiet", "q", false, "the verdict only")
		f.BoolVarP(&o.verbose, "verbose", "v", false, "DNS queries, certificates and raw bytes too")
	}
	if command != "explain" && command != "lab" {
		f.StringVar(&o.redact, "redact", "", "pseudonyms for addresses, names, IP addresses and paths, for tickets; with =`strict` queue IDs and fingerprints go too")
		f.Lookup("redact").NoOptDefVal = string(redact.Names)
	}
	f.StringVar(&o.color, "color", "auto", "`WHEN`: auto, always or never; auto obeys NO_COLOR")
}

// resolve checks the flags and turns them into the options of the renderer.
func (o *output) resolve(a *app) (report.Options, []formatFile, error) {
	format, files, err := o.formats.parse(o.command)
	if err != nil {
		return report.Options{}, nil, err
	}
	if o.json {
		if format != "" && format != report.FormatJSON {
			return report.Options{}, nil, usage("--json and --format %s contradict each other", quote(string(format)))
		}
		format = report.FormatJSON
	}
	if err := o.distinct(files); err != nil {
		return report.Options{}, nil, err
	}
	switch o.redact {
	case "true", "1":
		o.redact = string(redact.Names)
	case "no", "false", "0":
		o.redact = ""
	}
	if o.redact != "" && !slices.Contains(redact.Modes(), redact.Mode(o.redact)) {
		return report.Options{}, nil, usage("--redact=%s: there is no such mode", quote(o.redact)).hint("--redact, or --redact=strict for queue IDs and fingerprints too")
	}
	r, err := o.options(a)
	r.Format = cmp.Or(format, report.FormatText)
	return r, files, err
}

// options are those of the main output, but for its format.
func (o *output) options(a *app) (report.Options, error) {
	r := report.Options{UTC: o.utc, Location: time.Local, Version: Version()}
	r.Style = report.Style(o.style)
	if o.style != "" && !slices.Contains(report.Styles(), r.Style) {
		return r, usage("--style %s: there is no such style", quote(o.style)).hint("--style smtpcheck, xeams, swaks or rfc")
	}
	switch {
	case o.quiet && o.verbose:
		return r, usage("-q and -v contradict each other").about("quiet", "verbose")
	case o.quiet:
		r.Verbosity = report.Quiet
	case o.verbose:
		r.Verbosity = report.Verbose
	}
	terminal := !o.toFile() && isTerminal(a.stdout)
	switch o.color {
	case "auto":
		r.Color = terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	case "always":
		r.Color = true
	case "never":
	default:
		return r, usage("--color %s: it is auto, always or never", quote(o.color))
	}
	if terminal {
		r.Live = true
		if width, _, err := term.GetSize(int(a.stdout.Fd())); err == nil {
			r.Width = width
		}
	}
	if isTerminal(a.stderr) && !o.quiet {
		r.Status = a.stderr
	}
	return r, nil
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func (o *output) toFile() bool { return o.file != "" && o.file != "-" }
