package admin

import (
	"context"
	"errors"
	"sync"
	"time"

	claviger "github.com/claviger/claviger"
)

// turns let a few at a time read much of the ledger, so that connections to the
// store are left for everybody else: the gateway reads counters through the same
// ones. One key takes half of the places at most, and waits for its own. They are
// safe for concurrent use.
type turns struct {
	places chan struct{}
	wait   time.Duration // for a place, at most
	run    time.Duration // of a turn, at most

	mu  sync.Mutex
	own map[claviger.APIKeyID]*share // of the keys that read or wait
}

// share is what one key takes.
type share struct {
	places chan struct{}
	users  int
}

func newTurns(places int, wait, run time.Duration) *turns {
	return &turns{places: make(chan struct{}, places), wait: wait, run: run, own: map[claviger.APIKeyID]*share{}}
}

// do runs read when it is the key's turn. When none comes in time, or read takes
// too long, the error is Unavailable.
func (t *turns) do(ctx context.Context, key claviger.APIKeyID, read func(context.Context) error) error {
	s := t.enter(key)
	defer t.leave(key, s)
	late := time.NewTimer(t.wait)
	defer late.Stop()
	for _, places := range []chan struct{}{s.places, t.places} {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		case <-late.C:
			busy := claviger.Fail(claviger.Unavailable, "others read the ledger at the moment, try again")
			busy.RetryAfter = t.wait
			return busy
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	bounded, cancel := context.WithTimeoutCause(ctx, t.run, errTooLong)
	defer cancel()
	err := read(bounded)
	if err != nil && errors.Is(context.Cause(bounded), errTooLong) {
		return errTooLong.Because(err)
	}
	return err
}

var errTooLong = claviger.Fail(claviger.Unavailable, "there is too much to read: ask for a shorter time")

func (t *turns) enter(key claviger.APIKeyID) *share {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.own[key]
	if s == nil {
		s = &share{places: make(chan struct{}, max(cap(t.places)/2, 1))}
		t.own[key] = s
	}
	s.users++
	return s
}

func (t *turns) leave(key claviger.APIKeyID, s *share) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.users--; s.users == 0 {
		delete(t.own, key)
	}
}
