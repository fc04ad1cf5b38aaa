package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	sinkPort   = ":2525"
	messages   = 100 // of smtpcheck and of smtp-source, on one connection
	swaksTimes = 10  // runs of swaks, which sends one message each
	bodySize   = 1000
	sender     = "bob@example.test"
)

// sending measures a message among many, to smtp-sink, which costs nothing: in
// the clear, as smtp-source has no TLS. Ratios are to smtp-source, which does
// nothing but send and keeps no record of what was said.
func (n *network) sending(smtpcheck, address string, rounds int) (section, error) {
	title := fmt.Sprintf("Time of a message among %d on one connection (swaks: one each, mean of %d), no delay", messages, swaksTimes)
	if address == far {
		title = strings.Replace(title, "no delay", fmt.Sprintf("round trip of %v", 2*oneWay), 1)
	}
	s := newSection(title)
	s.peer = "smtp-source"
	sink := address + sinkPort
	body := filepath.Join(n.dir, "body")
	if err := os.WriteFile(body, []byte(strings.Repeat(strings.Repeat("x", 48)+"\n", bodySize/50)), 0o644); err != nil {
		return s, err
	}
	text, err := os.ReadFile(body)
	if err != nil {
		return s, err
	}
	count := strconv.Itoa(messages)
	ours := []string{smtpcheck, "probe", "--server", sink, "--helo", helo, "--tls", "never", "--data", "--from", sender, "--body", string(text),
		"--repeat", count, "--reuse", "--timeout", "10m", "--quiet", recipient}
	all := []contestant{
		{name: "smtp-source -d", args: []string{"smtp-source", "-d", "-s", "1", "-m", count, "-l", strconv.Itoa(bodySize), "-M", helo, "-f", sender, "-t", recipient, sink}},
		{name: "smtpcheck --repeat --reuse", args: ours},
		{name: "smtpcheck --repeat --reuse --pipeline", args: append(ours[:len(ours):len(ours)], "--pipeline")},
		{name: "swaks", args: []string{"swaks", "--server", sink, "--ehlo", helo, "--from", sender, "--to", recipient, "--body", string(text)}},
	}
	if address == far {
		all[1].goal, all[1].most = "at most 1.1 of smtp-source", 1.1
		all[2].goal, all[2].most = "at most 0.6 of smtp-source", 0.6
	}
	times := make([][]float64, len(all))
	for range rounds {
		for i, c := range all {
			took, err := n.perMessage(c)
			if err != nil {
				return s, err
			}
			times[i] = append(times[i], took)
		}
	}
	s.add(all, times, "ms")
	return s, nil
}

// perMessage is the milliseconds that a program takes for one message.
func (n *network) perMessage(c contestant) (float64, error) {
	if c.name != "swaks" {
		took, err := n.time(c.args)
		return took / messages, err
	}
	var sum float64
	for range swaksTimes {
		took, err := n.time(c.args)
		if err != nil {
			return 0, err
		}
		sum += took
	}
	return sum / swaksTimes, nil
}
