package diagnose

import (
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// greylistRows are the wordings of greylisting (RFC 6647). Some do not say the word.
var greylistRows = []Row{
	{
		ID: "greylist/postgrey", Codes: "4", Words: []string{"greylisted, see http", "schweikert.ch/help"},
		Reason: Greylisted, Confidence: Certain, RetryAfter: 5 * time.Minute, Source: "postgrey",
		Link:    "https://postgrey.schweikert.ch/",
		Example: "450 4.2.0 <alice@example.com>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.com.html", ExampleStage: "rcpt",
	},
	{
		ID: "greylist/word", Codes: "4", Words: []string{"greylist", "greylst", "graylist", "grey list", "gray list", "grey-list", "gray-list"},
		Reason: Greylisted, Confidence: Certain, RetryAfter: 5 * time.Minute, Source: "greylisting servers",
		Example: "451 4.7.1 Greylisting in action, please come back in 00:04:58", ExampleStage: "rcpt",
	},
	{
		ID: "greylist/word-refused", Codes: "5", Words: []string{"greylist", "graylist"},
		Reason: Greylisted, Confidence: Likely, Retry: RetryLater, RetryAfter: 5 * time.Minute, Source: "greylisting servers",
		Explain: "The reply speaks of greylisting and yet says for good, so that a mail server gives up.", Remedy: "Send again after some minutes, and tell the postmaster of the receiving site that the code must be 4yz.",
		Example: "550 5.7.1 Greylisted, please try again later", ExampleStage: "rcpt",
	},
	{
		ID: "greylist/postscreen", Codes: "450", Enhanced: "4.3.2", Words: []string{"service currently unavailable"},
		Reason: Greylisted, Confidence: Certain, RetryAfter: time.Minute, Source: "Postfix postscreen",
		Link:    "https://www.postfix.org/POSTSCREEN_README.html",
		Explain: "postscreen has tested an unknown client and wants it to come back from the same address, at once if it likes.",
		Remedy:  "Wait: a mail server tries again by itself. It must come from the same address.",
		Example: "450 4.3.2 Service currently unavailable", ExampleStage: "rcpt",
	},
	{
		ID: "greylist/milter-tempfail", Codes: "451", Enhanced: "4.7.1", Words: []string{"^service unavailable - try again later"},
		Reason: Greylisted, Confidence: Likely, RetryAfter: 5 * time.Minute, Source: "milters, Plesk, iCloud",
		Explain: "The usual words of a mail filter that wants another attempt: greylisting, or a filter that is down.",
		Example: "451 4.7.1 Service unavailable - try again later", ExampleStage: "rcpt",
	},
	{
		ID: "greylist/hmailserver", Codes: "451", Stages: []smtp.Stage{"rcpt"}, Words: []string{"^please try again later$", "^please try again later.$"},
		Reason: Greylisted, Confidence: Likely, RetryAfter: 5 * time.Minute, Source: "hMailServer",
		Link:    "https://www.hmailserver.com/documentation",
		Explain: "hMailServer's greylisting says no more than this.",
		Example: "451 Please try again later.", ExampleStage: "rcpt",
	},
	{
		ID: "greylist/first-contact", Codes: "4", Words: []string{"service is currently unavailable. please come back later", "you are not whitelisted by this recipient", "first time sender", "not seen before", "unknown sender, try again", "temporarily rejected. try again later", "deferred for*second*", "try again in*sec*", "try again in*min*", "please retry in*sec*", "please retry in*min*"},
		Reason: Greylisted, Confidence: Likely, RetryAfter: 5 * time.Minute, Source: "greylisting servers",
		Example: "450 4.7.1 <alice@example.com>: Recipient address rejected: Policy restrictions, try again in 300 seconds", ExampleStage: "rcpt",
	},
}
