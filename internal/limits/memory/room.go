package memory

import (
	"context"
	"time"

	"github.com/claviger/claviger/internal/limits"
)

// clearTime bounds the flush of a clearing.
const clearTime = 10 * time.Second

// crowd is a rule whose policy has no room for another group.
type crowd struct {
	rule *limits.Rule
	room <-chan struct{} // closed when there may be room; nil: by waiting there is none
}

// wait reports whether there may be room now. A request waits until patience, which
// the first wait sets to so long from now.
func (c *crowd) wait(ctx context.Context, patience *time.Time, long time.Duration) bool {
	if c.room == nil {
		return false
	}
	if patience.IsZero() {
		*patience = time.Now().Add(long)
	}
	t := time.NewTimer(time.Until(*patience))
	defer t.Stop()
	select {
	case <-c.room:
		return true
	case <-t.C:
	case <-ctx.Done():
	}
	return false
}

// makeRoom drops what ended, and what is idle and unused: that says no more than
// the source does. It reports whether the family is full no longer. When that was
// of little use it has the rest cleared. All counters are looked at once in a
// second, not for each group that somebody makes up.
func (f *family) makeRoom(now time.Time) bool {
	if since := now.UnixMicro() - f.looked; f.clearing != nil || f.looked != 0 && 0 <= since && since < time.Second.Microseconds() {
		return false
	}
	f.looked = 0
	f.forget(len(f.all), now, func(c *counter) bool {
		c.unchanged = true
		return c.used == 0
	})
	if len(f.all) <= f.max-(f.max+3)/4 {
		return true
	}
	f.looked = now.UnixMicro()
	if f.limiter.flush != nil {
		f.clearing = make(chan struct{})
		go f.clear()
	}
	return len(f.all) < f.max
}

// clear drops all idle counters of which the source has everything: those that
// nobody has held since before the flush. The source is asked about them when
// they are met again.
func (f *family) clear() {
	ctx, cancel := context.WithTimeout(context.Background(), clearTime)
	defer cancel()
	err := f.limiter.flush(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.all)
	if err == nil {
		f.forget(len(f.all), f.limiter.now(), func(c *counter) bool { return c.unchanged })
	}
	if before-len(f.all) > f.max/64 { // else to do so at once again would not pay
		f.looked = 0
	}
	close(f.clearing)
	f.clearing = nil
}
