package gateway

import (
	"net/http"
	"sync/atomic"
	"time"
)

// watchdog cuts an attempt that has stopped moving. First it waits for the
// answer to begin; then it follows the answer, whose every move costs one
// atomic increment and no timer.
type watchdog struct {
	timer *time.Timer
	bite  func()
	moves atomic.Uint32
	// Written once, before the timer can see it.
	following atomic.Pointer[following]
}

type following struct {
	idle time.Duration
	w    *http.ResponseController
	seen uint32
}

// watch bites when neither stop nor follow is called within limit.
func watch(limit time.Duration, bite func()) *watchdog {
	d := &watchdog{bite: bite}
	d.timer = time.AfterFunc(limit, d.look)
	return d
}

// follow makes the dog bite when there was no move for idle, or up to twice as
// long. A caller that takes nothing any more counts as no move: the write it
// holds up ends after the grace in which another caller is told why.
func (d *watchdog) follow(idle time.Duration, w http.ResponseWriter) {
	d.following.Store(&following{idle: idle, w: http.NewResponseController(w)})
	d.timer.Reset(idle)
}

// moved tells the dog that something was read or written.
func (d *watchdog) moved() { d.moves.Add(1) }

func (d *watchdog) stop() { d.timer.Stop() }

func (d *watchdog) look() {
	f := d.following.Load()
	if f == nil {
		d.bite()
		return
	}
	if n := d.moves.Load(); n != f.seen {
		d.following.Store(&following{idle: f.idle, w: f.w, seen: n})
		d.timer.Reset(f.idle)
		return
	}
	d.bite()
	f.w.SetWriteDeadline(time.Now().Add(cutGrace)) //nolint:errcheck // without deadlines the write ends with the connection
}
