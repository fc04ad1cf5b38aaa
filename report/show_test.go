package report

import (
	"os"
	"strconv"
	"testing"
)

func TestShow(t *testing.T) {
	if os.Getenv("SHOW") == "" {
		t.Skip()
	}
	w, _ := strconv.Atoi(os.Getenv("W"))
	v, _ := strconv.Atoi(os.Getenv("V"))
	f, _ := os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	if f == nil {
		f = os.Stdout
	}
	r, err := New(f, Options{Format: Format(os.Getenv("F")), Style: Style(os.Getenv("S")), Color: os.Getenv("C") != "", UTC: true, Width: w, Verbosity: Verbosity(v)})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range os.Getenv("SHOW") {
		switch n {
		case 'm':
			r.Report(mixed(t))
		case 'u':
			r.Report(unknownUser(t))
		case 'h':
			r.Report(hostile(t))
		case 's':
			r.Report(slow(t))
		case 'd':
			r.Report(delivered(t))
		case 'n':
			r.Report(nullMX(t))
		case 'p':
			for _, x := range pair(t) {
				r.Report(x)
			}
		}
	}
	r.Close()
}
