package memory

import (
	"context"
	"slices"
	"time"
)

const (
	// restTime is for how long nobody holds a counter until it is forgotten; at the
	// most it is twice that. It is long beside the time that an answer of a store
	// takes, and short beside the life of a process that keys come and go in.
	restTime = 6 * time.Hour
	// tidyAtOnce is how many counters of a family are looked at while it is locked.
	tidyAtOnce = 512
)

// tidy has what rests forgotten now and then, so that limits without an end, of
// what was deleted since, do not stay for the life of the process.
func (l *Limiter) tidy(now time.Time) {
	if l.flush == nil {
		return
	}
	micro, last := now.UnixMicro(), l.tidied.Load()
	switch {
	case micro < last: // the clock was set back
		l.tidied.Store(micro)
	case micro-last >= restTime.Microseconds() && l.tidying.CompareAndSwap(false, true):
		l.tidied.Store(micro)
		go func() {
			defer l.tidying.Store(false)
			l.forgetRested()
		}()
	}
}

// forgetRested drops the counters that nobody has held since the tidying before
// this one, and notes which are idle now for the next. What was settled on them was
// recorded before the flush, so the source has all of it. It has one caller at a
// time.
func (l *Limiter) forgetRested() {
	ctx, cancel := context.WithTimeout(context.Background(), clearTime)
	defer cancel()
	if l.flush(ctx) != nil {
		return
	}
	l.tidings++
	pass := l.tidings
	rested := func(c *counter) bool {
		if c.rested != 0 && c.rested < pass {
			return true
		}
		c.rested = pass // which it may be asked about a second time
		return false
	}
	l.mu.RLock()
	all := slices.Clone(l.tour)
	l.mu.RUnlock()
	for i := range l.families {
		all = append(all, &l.families[i])
	}
	for _, f := range all {
		for left := f.size(); left > 0; left -= tidyAtOnce {
			f.tidy(min(left, tidyAtOnce), l.now(), rested)
		}
	}
}

// tidy looks at the next n counters. Where it made room, making more may be of use
// again, too.
func (f *family) tidy(n int, now time.Time, rested func(*counter) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.all)
	f.forget(n, now, rested)
	if len(f.all) < before {
		f.looked = 0
	}
}

// size is how many counters there are.
func (f *family) size() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.all)
}
