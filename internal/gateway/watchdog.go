package gateway

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// watchdog cuts an attempt that has stopped moving. First it waits for the
// answer to begin; then it follows the answer, whose every move costs one
// atomic increment and no timer.
type watchdog struct {
	bite  func()
	moves atomic.Uint32

	mu      sync.Mutex
	timer   Timer
	idle    time.Duration // zero: the answer has not begun
	w       http.ResponseWriter
	seen    uint32 // moves at the last look
	stopped bool
}

// watch bites when neither stop nor follow is called within limit.
func (g *Gateway) watch(limit time.Duration, bite func()) *watchdog {
	d := &watchdog{bite: bite}
	d.mu.Lock() // a look needs the timer
	defer d.mu.Unlock()
	d.timer = g.AfterFunc(limit, d.look)
	return d
}

// follow makes the dog bite when there was no move for idle, or up to twice as
// long. A caller that takes nothing any more counts as no move: the write it
// holds up ends after the grace in which another caller is told why.
func (d *watchdog) follow(idle time.Duration, w http.ResponseWriter) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.idle, d.w = idle, w
	d.timer.Reset(idle)
}

// moved tells the dog that something was read or written.
func (d *watchdog) moved() { d.moves.Add(1) }

// stop ends the watch. When it returns, the dog does nothing any more: the
// connection to the caller may soon carry another answer.
func (d *watchdog) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	d.timer.Stop()
}

func (d *watchdog) look() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return
	}
	if n := d.moves.Load(); n != d.seen {
		d.seen = n
		d.timer.Reset(d.idle)
		return
	}
	d.bite()
	if d.w != nil {
		rc := http.NewResponseController(d.w)
		rc.SetWriteDeadline(time.Now().Add(cutGrace)) //nolint:errcheck // without deadlines the write ends with the connection
	}
}
