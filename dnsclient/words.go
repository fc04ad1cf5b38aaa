package dnsclient

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
)

// What went wrong, in words that are compared.
const (
	errTimeout   = "timeout"
	errCancelled = "cancelled"
	errTooMany   = "more exchanges than a query may have"
)

// errorWords says in words what ended a try whose context is ctx.
func errorWords(ctx context.Context, err error) string {
	var malformed malformedError
	switch {
	case errors.As(err, &malformed):
		return err.Error()
	case ctx.Err() != nil:
		return contextWords(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return errTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed without an answer"
	}
	for _, e := range errnoWords {
		if errors.Is(err, e.errno) {
			return e.words
		}
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}

// contextWords tells a caller who gave up from time that ran out.
func contextWords(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.Canceled) {
		return errCancelled
	}
	return errTimeout
}
