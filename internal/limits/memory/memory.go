// Package memory keeps limits in the process: right for one node, and the near
// end of the leases that several nodes will share.
//
// It bounds how many requests run at once, in the whole process and for one API
// key, so that neither a flood nor one runaway caller takes the node down.
package memory

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/claviger/claviger/internal/limits"
)

// Options bound the requests that run at once. Zero bounds nothing.
type Options struct {
	InFlight       int64 // of the process
	InFlightPerKey int64
}

// Limiter implements [limits.Limiter]. Make one with [New].
type Limiter struct {
	bounds map[limits.Kind]int64
	seed   maphash.Seed
	shards [64]shard
}

// shard holds the counters of some subjects; a counter lives while anything is
// in flight on it, so memory follows the load and not the number of keys.
type shard struct {
	mu       sync.Mutex
	inFlight map[limits.Subject]int64
}

// New returns a limiter with nothing in flight.
func New(o Options) *Limiter {
	l := &Limiter{
		bounds: map[limits.Kind]int64{limits.Process: o.InFlight, limits.APIKey: o.InFlightPerKey},
		seed:   maphash.MakeSeed(),
	}
	for i := range l.shards {
		l.shards[i].inFlight = map[limits.Subject]int64{}
	}
	return l
}

func (l *Limiter) shard(s limits.Subject) *shard {
	return &l.shards[maphash.String(l.seed, s.ID)%uint64(len(l.shards))]
}

// Admit takes a place of every subject, or of none.
func (l *Limiter) Admit(_ context.Context, subjects []limits.Subject, _ limits.Amount) (limits.Hold, error) {
	h := &hold{limiter: l}
	h.subjects = h.room[:0]
	for _, s := range subjects {
		if l.bounds[s.Kind] <= 0 {
			continue // nothing is asked of it, so nothing is counted
		}
		if l.take(s) {
			h.subjects = append(h.subjects, s)
		} else {
			h.Release()
			return nil, &limits.Denied{Subject: s, Limit: "bound on requests at once", RetryAfter: time.Second}
		}
	}
	return h, nil
}

func (l *Limiter) take(s limits.Subject) bool {
	sh := l.shard(s)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	n := sh.inFlight[s]
	if n >= l.bounds[s.Kind] {
		return false
	}
	sh.inFlight[s] = n + 1
	return true
}

func (l *Limiter) give(s limits.Subject) {
	sh := l.shard(s)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if n := sh.inFlight[s]; n > 1 {
		sh.inFlight[s] = n - 1
	} else {
		delete(sh.inFlight, s)
	}
}

// InFlight is how many holds are open on a subject of a kind that is bounded.
func (l *Limiter) InFlight(s limits.Subject) int64 {
	sh := l.shard(s)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.inFlight[s]
}

type hold struct {
	limiter  *Limiter
	done     atomic.Bool
	subjects []limits.Subject
	room     [3]limits.Subject
}

func (h *hold) Settle(limits.Amount) { h.Release() }

func (h *hold) Release() {
	if h.done.Swap(true) {
		return
	}
	for _, s := range h.subjects {
		h.limiter.give(s)
	}
}
