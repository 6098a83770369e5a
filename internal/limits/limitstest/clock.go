package limitstest

import (
	"sync/atomic"
	"time"
)

// Clock is a clock that stands until it is set. A limiter reads its clock also in
// the background, while it makes room: so it may be set while it is read. The zero
// value is the start of Unix time.
type Clock struct{ micros atomic.Int64 }

// At is a clock that stands at a time, to the microsecond.
func At(t time.Time) *Clock {
	c := new(Clock)
	c.Set(t)
	return c
}

// Now is what it was set to, in UTC.
func (c *Clock) Now() time.Time { return time.UnixMicro(c.micros.Load()).UTC() }

// Set moves it, also backwards.
func (c *Clock) Set(t time.Time) { c.micros.Store(t.UnixMicro()) }

// Add moves it on.
func (c *Clock) Add(d time.Duration) { c.micros.Add(d.Microseconds()) }
