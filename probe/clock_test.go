package probe

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestClockSteps: a wall clock that is set while a session goes on changes no
// duration, because both ends of each are readings of the monotonic clock.
func TestClockSteps(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer theirs.Close()
	w := newWire(context.Background(), ours)
	defer func() { _ = w.Close() }()
	go func() { _, _ = theirs.Write([]byte("220 hi\r\n")) }()
	w.deadline = time.Now().Add(time.Minute)
	s := &Session{wire: w, opts: &Options{}, attempt: &Attempt{}, began: time.Now(), stage: smtp.StageGreeting}
	s.opened, s.ends = s.began, s.began.Add(time.Minute)
	s.listen()
	if _, ok := s.reply(s.opened); !ok {
		t.Fatal("no reply")
	}
	for name, at := range map[string]time.Time{"arrival": w.arrived, "begin": s.began, "deadline": s.deadline(smtp.StageRcpt)} {
		if !strings.Contains(at.String(), " m=") {
			t.Errorf("the time of %s is the wall clock's: %v", name, at)
		}
	}
	// What is recorded is the wall clock's time; the durations were taken before.
	if e := s.attempt.Events[0]; strings.Contains(e.Time.String(), " m=") || e.Elapsed < 0 || e.Latency < 0 {
		t.Errorf("%+v", e)
	}
}
