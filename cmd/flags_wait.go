package cmd

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/history"
	"github.com/smtpcheck/smtpcheck/report"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// waitFlags are the flags about recipients that are deferred.
type waitFlags struct {
	wait   time.Duration
	resume string

	earlier *check.Report     // that of --resume
	flags   map[string]string // how the probe was asked for
	again   []string          // flags that are not stored and have to be given again
	foreign bool              // the report of --resume is a file that anybody may have written
}

func (w *waitFlags) add(f *pflag.FlagSet) {
	f.DurationVar(&w.wait, "wait", 0, "try a deferred recipient again for this `TIME`: after 60s at the earliest, then less and less often, or when the server says")
	f.StringVar(&w.resume, "resume", "", "go on with the stored report `ID`, or a FILE that --json wrote, of a recipient that was deferred")
}

// wanted reports whether there may be more than one round.
func (w *waitFlags) wanted() bool { return w.wait > 0 || w.earlier != nil }

// notWhileWaiting are flags that make no sense with several rounds.
var notWhileWaiting = []struct{ flag, hint string }{ //nolint:gochecknoglobals // read only
	{"stop-after", "whether a recipient is deferred is known after RCPT"},
	{"repeat", "--repeat sends several messages; --wait sends one when the recipient is accepted"},
	{"print", "--print asks nobody"},
	{"tls-check", "look at TLS in a run of its own"},
	{"extensions", "try the extensions in a run of its own"},
}

// check refuses what makes no sense.
func (w *waitFlags) check(c *cobra.Command) error {
	changed := c.Flags().Changed("wait")
	switch {
	case changed && w.wait < check.MinRetry:
		return usage("--wait %s is too short: a server is asked again after %s at the earliest", w.wait, "60s").about("wait").hint("--wait 10m outlasts most greylisting")
	case w.wait > check.MaxWait:
		return usage("--wait %s is too long: senders give up after 5 days (120h)", w.wait).about("wait")
	case !changed && w.resume == "":
		return nil
	}
	with := "wait"
	if !changed {
		with = "resume"
	}
	for _, x := range notWhileWaiting {
		if f := c.Flags().Lookup(x.flag); f != nil && on(f) && f.Value.String() != f.DefValue {
			return usage("--%s and --%s contradict each other", with, x.flag).about(with, x.flag).hint("%s", x.hint)
		}
	}
	return nil
}

// kept are the flags that say how a recipient was asked, and are stored for whoever
// goes on. Secrets, what is intrusive, and messages are not.
const kept = "server port mx ipv4 ipv6 source resolver trust-ad lmtp lab max-addresses parallel tls tls-verify tls-min tls-max ca-file sni " +
	"fingerprint pipeline size body-type smtputf8 dsn dsn-ret dsn-envid dsn-orcpt requiretls deliver-by mt-priority hold-for hold-until prdr " +
	"connect-timeout command-timeout timeout rfc-timeouts"

// givenAgain are flags that are not stored: secrets and what may have one, what is
// intrusive, and those of the message.
const givenAgain = "auth-user auth-user-file auth-password-file auth-password-command auth-token-file auth-token-command auth-identity " +
	"auth-mech auth-allow-unverified auth-allow-plaintext proxy proxy-protocol cert key query xclient xforward catch-all postmaster data"

// asked are the flags with which a run was begun, by name.
func (w *waitFlags) asked(c *cobra.Command) {
	w.flags, w.again = make(map[string]string), nil
	for _, name := range strings.Fields(givenAgain) {
		if on(c.Flags().Lookup(name)) {
			w.again = append(w.again, "--"+name)
		}
	}
	for _, name := range strings.Fields(kept) {
		if f := c.Flags().Lookup(name); f != nil && f.Changed {
			w.flags[name] = f.Value.String()
		}
	}
}

// load reads the report of --resume and sets the flags with which it was begun,
// unless they are given anew.
func (w *waitFlags) load(c *cobra.Command, args []string) error {
	if w.resume == "" {
		return nil
	}
	if len(args) > 0 {
		return usage("--resume goes on with the recipient of its report; %s is one more", quote(args[0])).about("resume")
	}
	r, err := w.read()
	if err != nil {
		return err
	}
	switch r.Verdict {
	case diagnose.Deferred, diagnose.Unreachable:
	default:
		return fail(check.ExitData, "--resume %s: the recipient is %s; there is nothing to go on with", quote(w.resume), quote(string(r.Verdict)))
	}
	if at := r.NotBefore(); c.Flags().Changed("wait") && at.After(time.Now().Add(w.wait)) {
		return fail(check.ExitTempFail, "--resume: %s may be asked about again at %s, which is later than --wait %s allows",
			quote(r.Recipient), at.Local().Format(time.DateTime), w.wait)
	}
	w.earlier = r
	return w.restore(c)
}

// read finds the report of --resume: a file, or one that is stored.
func (w *waitFlags) read() (r *check.Report, err error) {
	if history.IsID(w.resume) {
		if r, err = stored(w.resume); err == nil {
			return r, nil
		}
		if _, serr := os.Stat(w.resume); serr != nil {
			f := fail(check.ExitNoInput, "--resume %s: %w", quote(w.resume), bareError(err))
			if errors.Is(err, history.ErrSeveral) {
				return nil, f.hint("give more of the ID")
			}
			return nil, f.hint("a probe with --wait that ends while the recipient is deferred stores its report and names its ID")
		}
	}
	f, err := os.Open(w.resume)
	if err != nil {
		return nil, fail(check.ExitNoInput, "--resume %s: %w", quote(w.resume), bareError(err)).
			hint("--resume ID goes on with a report that a probe with --wait has stored")
	}
	defer f.Close()
	w.foreign = true
	n := 0
	err = check.Read(f, func(x *check.Report) error { r, n = x, n+1; return nil })
	switch {
	case err != nil:
		return nil, fail(check.ExitData, "--resume %s: %w", quote(w.resume), err)
	case n > 1:
		return nil, fail(check.ExitData, "--resume %s: there are %d reports in it; it goes on with one", quote(w.resume), n)
	}
	return r, nil
}

func stored(id string) (*check.Report, error) {
	s, err := history.Default()
	if err != nil {
		return nil, err
	}
	return s.Load(id)
}

// restore sets the flags as they were: the identity, and those that were kept.
func (w *waitFlags) restore(c *cobra.Command) error {
	r := w.earlier
	flags := map[string]string{}
	if r.Wait != nil {
		for _, name := range strings.Fields(kept) {
			if value, ok := r.Wait.Flags[name]; ok {
				flags[name] = value
			}
		}
	}
	if r.Sender != "" {
		flags["from"] = r.Sender
	}
	if r.HELO != "" && r.HELO[0] != '[' { // an address literal follows from the source address
		flags["helo"] = r.HELO
	}
	if r.Lab {
		flags["lab"] = "true"
	}
	if r.Mode == diagnose.ModeData && !on(c.Flags().Lookup("data")) {
		return usage("--resume %s: that run was to send a message, which is not stored", quote(w.resume)).hint("give --data, and the flags of the message, again")
	}
	if err := w.distrust(c, flags); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(flags)) {
		value, f := flags[name], c.Flags().Lookup(name)
		if f == nil {
			continue
		}
		if typed(c, name) {
			if same := name == "from" || name == "helo"; same && f.Value.String() != value {
				return usage("--resume goes on with --%s %s; with another it would be another probe", name, quote(value)).about("resume", name)
			}
			continue
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			if err := list.Replace(strings.Split(strings.Trim(value, "[]"), ",")); err != nil {
				return fail(check.ExitData, "--resume: the report's --%s: %w", name, err)
			}
			f.Changed = true
			continue
		}
		if err := c.Flags().Set(name, value); err != nil {
			return fail(check.ExitData, "--resume: the report's --%s is %s", name, quote(value))
		}
	}
	return nil
}

// options are those of the waiting, and of whom to tell of it.
func (w *waitFlags) options(out *outputs) check.Waiting {
	o := check.Waiting{For: w.wait, Earlier: w.earlier, Flags: w.flags}
	if waiter, ok := out.renderer.(report.Waiter); ok {
		o.Tell = waiter.Waits
	}
	return o
}

// keep stores the reports of recipients that are still deferred, says how to go on
// with them, and forgets those that are done. Unless we were told to stop, those that
// are still deferred may be asked again only when the time of --wait is over.
func (a *app) keep(reports []*check.Report, w *waitFlags, stopped bool) {
	waiting := false
	for _, r := range reports {
		if r.Wait == nil {
			continue
		}
		s, err := history.Default()
		if err == nil && r.Wait.NotBefore == nil {
			err = s.Remove(r.ID)
		} else if err == nil {
			if err = s.Save(r); err == nil {
				if at := r.NotBefore(); !stopped && w.wait > 0 {
					a.hint("%s may be asked again at %s, and --wait %s is over before", r.Recipient, at.Local().Format(time.DateTime), w.wait)
				}
				a.hint("to go on with %s later: smtpcheck probe --resume %s --wait 30m", r.Recipient, r.ID)
				waiting = true
			}
		}
		if err != nil {
			a.hint("the report cannot be stored, so that --resume ID will not find it: %s", smtp.Printable(err.Error()))
		}
	}
	if waiting && len(w.again) > 0 {
		a.hint("not stored, to be given again: %s", strings.Join(w.again, " "))
	}
}

// distrust keeps a password from a server that only a file names, and takes no
// authorities from it.
func (w *waitFlags) distrust(c *cobra.Command, flags map[string]string) error {
	if !w.foreign || !on(c.Flags().Lookup("auth-user")) && !on(c.Flags().Lookup("auth-user-file")) {
		return nil
	}
	delete(flags, "ca-file")
	if server, ok := flags["server"]; ok && !typed(c, "server") {
		return usage("--resume %s: the server %s is named by the file alone, and credentials do not go there", quote(w.resume), quote(server)).
			about("resume").hint("add --server %s if that is right", quote(server))
	}
	return nil
}
