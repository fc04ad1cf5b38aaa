package message

import "slices"

// Sample is a text that every scanner knows, to see whether one is there.
type Sample string

// The samples; "" is none.
const (
	EICAR Sample = "eicar" // a file that virus scanners take for a virus
	GTUBE Sample = "gtube" // a line that spam filters take for spam
)

// The texts stand here backwards, so that no scanner takes this program, or its
// source, for what they are.
const (
	eicarBackwards = `*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\4[PA@%P!O5X`
	gtubeBackwards = `X43.C*LIAME-TSET-EBU-ITNA-DRADNATS-EBUTG*NENDI2*3NBSN.1NDAQBDJ4C*SJX`
)

func backwards(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// text is what the sample adds to the plain text.
func (s Sample) text() string {
	if s == GTUBE {
		return "\r\n" + backwards(gtubeBackwards) + "\r\n"
	}
	return ""
}

// file is the part that the sample adds; ok is false for none. It is not
// encoded: some scanners look at the message as it is.
func (s Sample) file() (p part, ok bool) {
	if s != EICAR {
		return part{}, false
	}
	text := backwards(eicarBackwards) + "\r\n"
	return part{
		header: []string{
			"Content-Type: text/plain; charset=us-ascii",
			"Content-Disposition: attachment; filename=eicar.com",
			"Content-Transfer-Encoding: 7bit",
		},
		encoding: SevenBit, open: textOf(text),
	}, true
}
