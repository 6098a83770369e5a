package memory

import (
	"maps"
	"time"

	claviger "github.com/claviger/claviger"
)

// sweep is how many counters are looked at for each one that is made: more than
// one, so that forgetting keeps ahead.
const sweep = 4

// forget looks at the next n counters and drops those that ended, and of those
// that are idle what spare says; nil: none of them. The family is locked.
func (f *family) forget(n int, now time.Time, spare func(*counter) bool) {
	for range min(n, len(f.all)) {
		if f.hand >= len(f.all) {
			f.hand = 0
		}
		c := f.all[f.hand]
		c.mu.Lock()
		name := c.rule.Counter
		c.forgotten = c.ended(now)
		if !c.forgotten && spare != nil && c.idle(now) && spare(c) {
			c.forgotten = true
			f.cleared = max(f.cleared, now.UnixMicro())
		}
		gone := c.forgotten
		c.mu.Unlock()
		if !gone {
			f.hand++
			continue
		}
		delete(f.counters, name)
		last := len(f.all) - 1
		f.all[f.hand] = f.all[last]
		f.all[last] = nil
		f.all = f.all[:last]
	}
	f.shrink()
}

// shrink gives room back that is mostly empty, since maps do not.
func (f *family) shrink() {
	f.peak = max(f.peak, len(f.all))
	if f.peak < 1024 || len(f.all) > f.peak/4 {
		return
	}
	counters := make(map[claviger.Counter]*counter, len(f.all))
	maps.Copy(counters, f.counters)
	f.counters, f.all, f.peak = counters, append([]*counter(nil), f.all...), len(f.all)
}

// visit lets another policy forget, so that the counters of one that was changed
// or deleted do not stay for ever.
func (l *Limiter) visit(now time.Time) {
	l.mu.Lock()
	if len(l.tour) == 0 {
		l.mu.Unlock()
		return
	}
	l.turn = (l.turn + 1) % len(l.tour)
	f := l.tour[l.turn]
	l.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.forget(sweep, now, nil)
}
