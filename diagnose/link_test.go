package diagnose

import (
	"strings"
	"testing"
)

func TestLinkIn(t *testing.T) {
	for reply, want := range map[string]string{
		"550 5.1.1 no such user. See https://support.google.com/mail/?p=NoSuchUser x1si - gsmtp": "https://support.google.com/mail/?p=NoSuchUser",
		"554-No SMTP service\n554 For explanation visit http://postmaster.gmx.net/en/case?c=r1.": "http://postmaster.gmx.net/en/case?c=r1",
		"550 see <HTTPS://Example.COM/a(b)>":                                                     "HTTPS://Example.COM/a",
		"550 ftp://example.com/ or http://, then":                                                "",
		"550 https://" + strings.Repeat("a", 300):                                                "",
		"550 https://\x1b[31mexample.com":                                                        "",
		"550 no link: //example.com":                                                             "",
		"550 xhttps://example.com/":                                                              "https://example.com/",
		"550 ://https://example.com/?q=\"quoted\" more":                                          "https://example.com/?q=",
	} {
		if got := linkIn(replyFrom(reply)); got != want {
			t.Errorf("%q: %q, want %q", reply, got, want)
		}
	}
}

// TestLinks: the page that the reply names comes first, and the row's is not lost.
func TestLinks(t *testing.T) {
	row := Row{Link: "https://example.com/row"}
	if got := row.links(replyFrom("550 see https://example.com/reply")); len(got) != 2 || got[0] != "https://example.com/reply" || got[1] != row.Link {
		t.Errorf("%q", got)
	}
	if got := row.links(replyFrom("550 see https://example.com/row")); len(got) != 1 {
		t.Errorf("%q", got)
	}
	if got := (&Row{}).links(replyFrom("550 no")); got != nil {
		t.Errorf("%q", got)
	}
	e, _ := ExplainText("554 Blocked - see https://ipcheck.proofpoint.com/?ip=198.51.100.7")
	if e.Link != "https://ipcheck.proofpoint.com/?ip=198.51.100.7" {
		t.Errorf("%q", e.Link)
	}
}
