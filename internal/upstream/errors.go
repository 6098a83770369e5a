package upstream

import (
	"context"
	"errors"
	"net"
)

var (
	// ErrUnsupported is wrapped by the errors of [Supports]: the request needs
	// the general transport, and nothing was sent.
	ErrUnsupported = errors.New("not for the lean transport")
	// ErrMalformed means that the other side did not speak HTTP as it should. It
	// quotes nothing of what was said, which may hold a credential sent back.
	ErrMalformed = errors.New("malformed HTTP answer")
	// ErrHeaderTooLarge means that the head of an answer passed its bound.
	ErrHeaderTooLarge = errors.New("header of the answer too large")
)

// notDialled marks what went wrong before there was a connection.
func notDialled(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }

// ended says that a context ended: its Err and its Cause at once.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return &endedError{err: err, cause: cause}
}

type endedError struct{ err, cause error }

func (e *endedError) Error() string   { return e.err.Error() + ": " + e.cause.Error() }
func (e *endedError) Unwrap() []error { return []error{e.err, e.cause} }
