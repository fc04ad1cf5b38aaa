package world

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"time"
)

const startTimeout = 20 * time.Second

// start starts a server and returns when ready succeeds; a server that ends
// before, or is not ready in time, is an error with what it said.
func start(ns *Namespace, cmd *exec.Cmd, ready func() error) error {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := ns.Start(cmd); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	deadline := time.After(startTimeout)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case end := <-ended:
			return fmt.Errorf("%v ended: %w: %s", cmd.Args, cmp.Or(end, errors.New("with success")), said.String())
		case <-deadline:
			_ = cmd.Process.Kill()
			return fmt.Errorf("%v is not ready: %w: %s", cmd.Args, err, said.String())
		case <-tick.C:
		}
	}
}

// greets returns nil when an SMTP server greets at the address.
func greets(ns *Namespace, address string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	conn, err := ns.Dial(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(conn, "QUIT\r\n")
	if !strings.HasPrefix(line, "220") {
		return fmt.Errorf("greeting %q", line)
	}
	return err
}

// accepts returns nil when something listens at the address.
func accepts(ns *Namespace, address string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	conn, err := ns.Dial(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// Resolver asks the DNS server at an address, from inside the namespace.
func (ns *Namespace) Resolver(server string) *net.Resolver {
	return &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return ns.Dial(ctx, network, server)
		},
	}
}
