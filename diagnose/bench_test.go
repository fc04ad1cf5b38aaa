package diagnose

import (
	"strings"
	"testing"
)

func BenchmarkLookup(b *testing.B) {
	for name, text := range map[string]string{
		"first":   Rows()[0].Example,
		"codes":   "550 5.1.1 <alice@example.com>: nothing that any row knows, in a line of ordinary length, for the ticket 0123456789",
		"unknown": "599 nothing that any row knows, in a line of ordinary length, with a name and a number 0123456789",
		"long":    "599 " + strings.Repeat("many words that no server says, ", 4000),
	} {
		r := replyFrom(text)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				Lookup("rcpt", r)
			}
		})
	}
}

// BenchmarkIndex is what the first lookup of a process pays for the index.
func BenchmarkIndex(b *testing.B) {
	b.ReportAllocs()
	for range b.N {
		newWordIndex()
	}
}
