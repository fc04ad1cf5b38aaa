package redact_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/redact"
)

// BenchmarkMiB redacts a document of one MiB: an ordinary one, one with a new name in
// every line, and what a server could send to make it slow.
func BenchmarkMiB(b *testing.B) {
	for name, line := range map[string]string{
		"ordinary": "550-5.1.1 <zorqua@kryvex.com>: Recipient address rejected by mx1.kryvex.com [11.2.3.4]: User unknown in virtual alias table",
		"names":    "250-h%[1]d.zorqua%[1]d.com Hello u%[1]d@kryvex%[1]d.org [11.%[2]d.%[3]d.7] SIZE 1000 AUTH PLAIN",
		"percent":  strings.Repeat("%%25%%40%%2b+40=40&#64;", 60),
		"at":       strings.Repeat("a@", 500), "dots": strings.Repeat("a.", 500), "digits": strings.Repeat("1.", 500), "colons": strings.Repeat("1:", 500),
		"base64": strings.Repeat("YWxpY2VAZXhhbXBsZS5jb20", 50), "words": strings.Repeat("=?u?b?", 150), "slashes": strings.Repeat("/a http://", 100),
		"random": "",
	} {
		b.Run(name, func(b *testing.B) {
			doc := struct {
				Recipient string   `json:"recipient"`
				Text      []string `json:"text"`
			}{Recipient: "zorqua@kryvex.com"}
			random := rand.New(rand.NewPCG(1, 2))
			for i, n := 0, 0; n < 1<<20; i++ {
				text := line
				if strings.Contains(line, "%") {
					text = fmt.Sprintf(line, i, i%200, i/200)
				}
				for name == "random" && len(text) < 1000 {
					text += string(rune(33 + random.IntN(94)))
				}
				doc.Text = append(doc.Text, text)
				n += len(text)
			}
			b.SetBytes(1 << 20)
			for b.Loop() {
				if _, err := redact.Document(redact.New(redact.Strict), doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
