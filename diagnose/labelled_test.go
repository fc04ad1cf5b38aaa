package diagnose

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// The least that the catalogue must reach on the labelled replies: a little below
// what was measured, and clearly above what the codes alone give.
const (
	leastRight = 0.78
	leastAhead = 0.40
)

//go:embed testdata/labelled.tsv
var labelledReplies string

type labelled struct {
	right []Reason // the best first
	stage smtp.Stage
	reply smtp.Reply
	line  int
}

// isRight: a reason that is as good as the best counts as the best.
func (l labelled) isRight(r Reason) bool { return slices.Contains(l.right, r) }

// aboutUs reports whether the label says that the client or its sender is
// refused, and nothing of the recipient.
func (l labelled) aboutUs() bool {
	side := sideOf(l.right[0])
	return (side == SideUs || side == SideSender) && !l.isRight(NoSuchUser)
}

func readLabelled(t *testing.T) (all []labelled) {
	t.Helper()
	for i, line := range strings.Split(labelledReplies, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 {
			t.Fatalf("line %d: %d fields", i+1, len(fields))
		}
		l := labelled{line: i + 1}
		for _, name := range strings.Split(fields[0], ",") {
			if _, ok := AboutReason(Reason(name)); !ok {
				t.Fatalf("line %d: no reason %q", i+1, name)
			}
			l.right = append(l.right, Reason(name))
		}
		if fields[1] != "-" {
			l.stage = smtp.Stage(fields[1])
		}
		var err error
		l.reply, err = smtp.ParseReply(strings.ReplaceAll(fields[2], `\n`, "\r\n"))
		if err != nil || !l.reply.Usable() {
			t.Fatalf("line %d: %v %v", i+1, err, l.reply.Defects)
		}
		all = append(all, l)
	}
	return all
}

// unseen leaves out the replies that a row has as its example, but for names and numbers.
func unseen(all []labelled) []labelled {
	examples := map[string]bool{}
	for _, row := range Rows() {
		if r, err := smtp.ParseReply(row.Example); err == nil {
			examples[bare(r)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(l labelled) bool { return examples[bare(l.reply)] })
}

// bare is a reply's words without what differs from server to server.
func bare(r smtp.Reply) string {
	var words []string
	for _, word := range strings.Fields(joined(r)) {
		if !strings.ContainsAny(word, "@0123456789") && !strings.Contains(word, "example") {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// TestLabelledReplies measures how often the reason is right, on replies that no
// row was written for, against what the same catalogue makes of the codes alone.
// It prints the confusion table and not the lines, which then could measure no more.
func TestLabelledReplies(t *testing.T) {
	all := readLabelled(t)
	if len(all) < 400 {
		t.Errorf("%d replies", len(all))
	}
	measured := unseen(all)
	byText, byCodes, byCode := &confusion{}, &confusion{}, &confusion{}
	for _, l := range measured {
		row, _ := Lookup(l.stage, l.reply)
		byText.add(l, row.Reason)
		if l.aboutUs() && row.Reason == NoSuchUser {
			t.Errorf("line %d: it is us who are refused (%s), and the reason is %s, by %s", l.line, l.right[0], row.Reason, row.ID)
		}
		row, _ = Lookup(l.stage, smtp.Reply{Code: l.reply.Code, Enhanced: l.reply.Enhanced})
		byCodes.add(l, row.Reason)
		row, _ = Lookup("", smtp.Reply{Code: l.reply.Code})
		byCode.add(l, row.Reason)
	}
	t.Logf("%d labelled replies, %d of them rows' examples and left out\n"+
		"right by text, codes and stage:  %s\nright by codes and stage alone:  %s\nright by the basic code alone:   %s\n\n%s",
		len(all), len(all)-len(measured), byText, byCodes, byCode, byText.table())
	if byText.rate() < leastRight {
		t.Errorf("right: %s; at least %.0f %%", byText, leastRight*100)
	}
	if byText.rate() < byCodes.rate()+leastAhead {
		t.Errorf("right: %s, by codes alone %s; at least %.0f points ahead", byText, byCodes, leastAhead*100)
	}
}

// confusion counts which reasons were given for which.
type confusion struct {
	given        map[[2]Reason]int // the label, the reason given
	right, total int
}

func (c *confusion) add(l labelled, given Reason) {
	if c.given == nil {
		c.given = map[[2]Reason]int{}
	}
	c.total++
	if l.isRight(given) {
		given = l.right[0]
		c.right++
	}
	c.given[[2]Reason{l.right[0], given}]++
}

func (c *confusion) rate() float64 { return float64(c.right) / float64(c.total) }

func (c *confusion) String() string {
	return fmt.Sprintf("%5.1f %% (%d of %d)", 100*c.rate(), c.right, c.total)
}

// table has a line for each label and a column for each reason given.
func (c *confusion) table() string {
	var used []Reason
	for _, r := range Reasons() {
		for pair := range c.given {
			if pair[0] == r || pair[1] == r {
				used = append(used, r)
				break
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-24s", "label \\ reason given")
	for i := range used {
		fmt.Fprintf(&b, "%3d", i+1)
	}
	b.WriteString("   of\n")
	for i, label := range used {
		total := 0
		fmt.Fprintf(&b, "%2d %-21s", i+1, label)
		for _, given := range used {
			n := c.given[[2]Reason{label, given}]
			total += n
			cell := "·"
			if n > 0 {
				cell = strconv.Itoa(n)
			}
			fmt.Fprintf(&b, "%3s", cell)
		}
		fmt.Fprintf(&b, "%5d\n", total)
	}
	return b.String()
}
