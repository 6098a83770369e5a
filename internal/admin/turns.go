package admin

import (
	"context"
	"errors"
	"time"

	claviger "github.com/claviger/claviger"
)

// turns let a few at a time read much of the ledger, so that connections to the
// store are left for everybody else: the gateway reads counters through the same
// ones. They are safe for concurrent use.
type turns struct {
	places chan struct{}
	wait   time.Duration // for a place, at most
	run    time.Duration // of a turn, at most
}

func newTurns(places int, wait, run time.Duration) *turns {
	return &turns{make(chan struct{}, places), wait, run}
}

// do runs read when it is its turn. When none comes in time, or read takes too
// long, the error is Unavailable.
func (t *turns) do(ctx context.Context, read func(context.Context) error) error {
	late := time.NewTimer(t.wait)
	defer late.Stop()
	select {
	case t.places <- struct{}{}:
	case <-late.C:
		busy := claviger.Fail(claviger.Unavailable, "others read the ledger at the moment, try again")
		busy.RetryAfter = t.wait
		return busy
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-t.places }()
	bounded, cancel := context.WithTimeoutCause(ctx, t.run, errTooLong)
	defer cancel()
	err := read(bounded)
	if err != nil && errors.Is(context.Cause(bounded), errTooLong) {
		return errTooLong.Because(err)
	}
	return err
}

var errTooLong = claviger.Fail(claviger.Unavailable, "there is too much to read: ask for a shorter time")
