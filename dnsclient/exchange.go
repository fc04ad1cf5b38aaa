package dnsclient

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"
)

// try makes one exchange. The reply is nil when none could be used; a
// truncated or failing one is returned, for the caller to judge.
func (c *Client) try(ctx context.Context, q *question, server, network string, edns bool) (*Exchange, *reply) {
	e := &Exchange{
		Server: server, Name: q.name, Type: q.typ, Network: network, Time: time.Now(),
		NoRecursion: q.noRecursion, CheckingDisabled: q.checkingDisabled,
	}
	tctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	r, err := c.roundTrip(tctx, q, e, edns)
	e.RTT = time.Since(e.Time)
	if err != nil {
		e.Err = errorWords(tctx, err)
		return e, nil
	}
	e.take(r)
	if q.noRecursion && r.referral() {
		e.Err, e.Answers, e.Total = "", r.delegates, len(r.delegates) // that is what was asked for
	}
	return e, r
}

// roundTrip asks e.Server over a connection of its own and waits for the one
// message that answers.
func (c *Client) roundTrip(ctx context.Context, q *question, e *Exchange, edns bool) (*reply, error) {
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, e.Network, e.Server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()

	m, err := q.message(edns)
	if err != nil {
		return nil, err
	}
	framed := e.Network == "tcp"
	if err := send(conn, m.wire, framed); err != nil {
		return nil, err
	}
	buf := make([]byte, maxDatagram)
	if framed {
		buf = make([]byte, maxMessage)
	}
	for {
		msg, err := receive(conn, buf, framed)
		if err != nil {
			return nil, err
		}
		if !m.answeredBy(msg) {
			e.Ignored++
			continue
		}
		return parseReply(msg, q)
	}
}

const (
	// maxMessage is the largest message over TCP, where its length has 16 bits (RFC 1035, section 4.2.2).
	maxMessage = 1<<16 - 1
	// maxDatagram is more than ednsSize, for servers that do not heed it; what is
	// longer is cut and so malformed.
	maxDatagram = 4096
)

// send writes one message, over TCP with its length before it and in one
// segment (RFC 7766, section 8).
func send(conn net.Conn, msg []byte, framed bool) error {
	if framed {
		msg = append(binary.BigEndian.AppendUint16(nil, uint16(len(msg))), msg...)
	}
	_, err := conn.Write(msg)
	return err
}

// receive reads one message into buf.
func receive(conn net.Conn, buf []byte, framed bool) ([]byte, error) {
	if !framed {
		n, err := conn.Read(buf)
		return buf[:n], err
	}
	if _, err := io.ReadFull(conn, buf[:2]); err != nil {
		return nil, err
	}
	msg := buf[:binary.BigEndian.Uint16(buf)]
	if _, err := io.ReadFull(conn, msg); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return msg, nil
}

// take records the facts of a reply.
func (e *Exchange) take(r *reply) {
	e.Rcode = r.rcodeName()
	e.Extended = r.extended
	e.TTL = r.ttl
	e.AD, e.Authoritative, e.Truncated = r.ad, r.authoritative, r.truncated
	e.Answers, e.Total = r.answers, r.total
	switch {
	case r.truncated && e.Network == "tcp":
		e.Err = "truncated over TCP"
	case r.referral():
		e.Err = "a referral: the server does not recurse and is no authority for the name"
	}
}
