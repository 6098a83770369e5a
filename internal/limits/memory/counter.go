package memory

import (
	"math"
	"sync"
	"time"

	"github.com/claviger/claviger/internal/limits"
)

// counter is the state of one counter. Times are in microseconds since the
// epoch.
type counter struct {
	family *family

	mu sync.Mutex
	// rule is the last one that counted. From from until until, it begins its
	// window at the same time, so there is nothing to work out.
	rule        *limits.Rule
	from, until int64
	start       int64 // of the window; it never goes back
	used        int64
	reserved    int64
	holds       int   // that are open in the window, those of nothing too
	loading     *load // nil: it is loaded
	// unchanged since the last look for room: nobody has held it.
	unchanged bool
	// rested is the tidying that found it idle; 0: somebody has held it since.
	rested    int64
	forgotten bool // it counts no longer; there may be another of its name
}

// at moves the counter on to the window of r that holds now, if that is a later
// one.
func (c *counter) at(r *limits.Rule, now time.Time) {
	micro := now.UnixMicro()
	if c.rule == r && c.from <= micro && micro < c.until {
		return
	}
	start := r.Start(now).UnixMicro()
	if start > c.start {
		c.start, c.used, c.reserved, c.holds = start, 0, 0, 0
	}
	c.rule, c.from, c.until = r, start, math.MaxInt64
	if next := r.Next(now); !next.IsZero() {
		c.until = next.UnixMicro()
	}
}

// ended reports whether the counter counts nothing that matters: its window is
// over and nothing is held in it, or it could not be loaded.
func (c *counter) ended(now time.Time) bool {
	if c.loading != nil {
		return c.loading.failed()
	}
	micro := now.UnixMicro()
	return micro >= c.until && c.holds == 0 && micro >= c.next()
}

// idle reports whether the counter only remembers what was settled. One that is
// ahead of the clock does more: it keeps the window before it shut.
func (c *counter) idle(now time.Time) bool {
	return c.loading == nil && c.holds == 0 && c.start <= now.UnixMicro()
}

// hold reserves n more for one hold.
func (c *counter) hold(n int64) {
	c.reserved += n
	c.holds++
	c.unchanged, c.rested = false, 0
}

// next is when the window ends, in microseconds.
func (c *counter) next() int64 {
	if next := c.rule.Window.Next(time.UnixMicro(c.start)); !next.IsZero() {
		return next.UnixMicro()
	}
	return math.MaxInt64
}

// state is the counter as it is now for r, without moving it.
func (c *counter) state(r *limits.Rule, now time.Time) limits.State {
	s := limits.State{Used: c.used, Reserved: c.reserved, Start: time.UnixMicro(c.start).UTC()}
	if start := r.Start(now).UnixMicro(); start > c.start {
		s = limits.State{Start: time.UnixMicro(start).UTC()}
	}
	s.Next = r.Window.Next(s.Start)
	return s
}

// give takes a reservation of the window that began at start back, and adds what
// was used of it instead.
func (c *counter) give(start, reserved, used int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.start == start {
		c.reserved -= reserved
		c.holds--
		c.used = plus(c.used, used)
	}
}

// fits reports whether n more stay within value. None of them is negative. A value
// that is used up has no room for 0 more either.
func fits(value, used, reserved, n int64) bool {
	return used < value && reserved <= value-used && n <= value-used-reserved
}

// plus adds, up to what 63 bits hold.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
