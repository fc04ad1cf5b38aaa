package expect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// one is a fact about the report as a whole.
func one(values ...value) []place { return []place{{values: values}} }

func text(s string) []place { return one(value{text: s}) }

func count(n int) []place { return one(value{strconv.Itoa(n), float64(n)}) }

// ranked is a word that has a rank among others.
func ranked(ranks []string, word string) value {
	return value{word, float64(slices.Index(ranks, word))}
}

func yesNo(yes bool) value {
	if yes {
		return value{text: "yes"}
	}
	return value{text: "no"}
}

var yesOrNo = []string{"yes", "no"} //nolint:gochecknoglobals // read only

// verdictFacts are about the judgement.
func verdictFacts() []Fact {
	reasons := []string{none}
	for _, r := range diagnose.Reasons() {
		reasons = append(reasons, string(r))
	}
	severities := []string{none, string(diagnose.Info), string(diagnose.Notice), string(diagnose.Warning), string(diagnose.Error)}
	return []Fact{
		{
			Name: "verdict", About: "what became of the recipient", Values: []string{"accepted", "deferred", "rejected", "unreachable", "undetermined"},
			find: func(r *check.Report) []place { return text(string(r.Verdict)) },
		},
		{
			Name: "reason", About: "why it is not accepted; none where it is", Values: reasons,
			find: func(r *check.Report) []place {
				if r.Reason == "" {
					return text(none)
				}
				return text(string(r.Reason))
			},
		},
		{
			Name: "side", About: "whose matter it is", Values: []string{"recipient", "receiver", "sender", "us", "network", none},
			find: func(r *check.Report) []place { return text(string(r.Side)) },
		},
		{
			Name: "confidence", About: "how sure the verdict is", Values: []string{"guess", "likely", "certain"}, kind: ranks,
			find: func(r *check.Report) []place {
				return one(ranked([]string{"guess", "likely", "certain"}, string(r.Confidence)))
			},
		},
		{
			Name: "exit", About: "the exit code that the verdict has without --expect", kind: number,
			find: func(r *check.Report) []place { return count(r.VerdictCode()) },
		},
		{
			Name: "finding", About: "the rules of the findings, such as tls/expired", kind: glob, set: true,
			find: func(r *check.Report) []place {
				p := place{}
				for i := range r.Findings {
					p.values = append(p.values, value{text: r.Findings[i].Rule})
				}
				return []place{p}
			},
		},
		{
			Name: "severity", About: "the highest of any finding", Values: severities, kind: ranks,
			find: func(r *check.Report) []place {
				worst := ranked(severities, none)
				for i := range r.Findings {
					if v := ranked(severities, string(r.Findings[i].Severity)); v.n > worst.n {
						worst = v
					}
				}
				return one(worst)
			},
		},
	}
}

// replyFacts are about the session that decided, and its reply.
func replyFacts() []Fact {
	var stages []string
	for _, s := range []smtp.Stage{
		smtp.StageConnect, smtp.StageGreeting, smtp.StageEHLO, smtp.StageSTARTTLS, smtp.StageTLS, smtp.StageAuth,
		smtp.StageMail, smtp.StageRcpt, smtp.StageData, smtp.StageMessage,
	} {
		stages = append(stages, string(s))
	}
	return []Fact{
		{
			Name: "host", About: "the host that decided", kind: glob,
			find: deciding(func(s *check.Session) []value { return []value{{text: s.Host}} }),
		},
		{
			Name: "address", About: "its address, without the port", kind: glob,
			find: deciding(func(s *check.Session) []value { return []value{{text: addressOf(s)}} }),
		},
		{
			Name: "stage", About: "how far the session that decided came", Values: stages, kind: ranks,
			find: deciding(func(s *check.Session) []value { return []value{ranked(stages, string(s.Stage))} }),
		},
		{
			Name: "code", About: "the reply code that decided", kind: number,
			find: decidingReply(func(r *check.Reply) []value { return []value{{strconv.Itoa(r.Code), float64(r.Code)}} }),
		},
		{
			Name: "enhanced", About: "its enhanced status code, such as 5.1.*", kind: glob, set: true,
			find: decidingReply(func(r *check.Reply) []value {
				if r.Enhanced == "" {
					return nil
				}
				return []value{{text: r.Enhanced}}
			}),
		},
		{
			Name: "reply", About: "its text, without the codes", kind: glob,
			find: decidingReply(func(r *check.Reply) []value { return []value{{text: strings.ReplaceAll(r.Text, "\n", " ")}} }),
		},
		{
			Name: "sent", About: "whether the message was sent", Values: []string{"yes", "no", "unknown"}, Needs: "--data",
			find: func(r *check.Report) []place {
				if r.Message == nil {
					return nil
				}
				return text(r.Message.Sent)
			},
		},
		{
			Name: "queue-id", About: "by which the server calls the message", kind: glob, set: true, Needs: "--data",
			find: func(r *check.Report) []place {
				switch {
				case r.Message == nil || r.Message.Sent != "yes":
					return nil
				case r.Message.QueueID == "":
					return one()
				}
				return text(r.Message.QueueID)
			},
		},
	}
}

// deciding is a fact of the session that decided.
func deciding(f func(*check.Session) []value) func(*check.Report) []place {
	return func(r *check.Report) []place {
		if s := r.Deciding(); s != nil {
			return one(f(s)...)
		}
		return nil
	}
}

// decidingReply is a fact of the reply that decided.
func decidingReply(f func(*check.Reply) []value) func(*check.Report) []place {
	return func(r *check.Report) []place {
		if s := r.Deciding(); s != nil && s.Reply != nil {
			return one(f(s.Reply)...)
		}
		return nil
	}
}
