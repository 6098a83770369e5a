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
	timer *time.Timer
	bite  func()
	moves atomic.Uint32

	mu   sync.Mutex
	idle time.Duration // zero: the answer has not begun
	w    http.ResponseWriter
	seen uint32 // moves at the last look
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
	d.mu.Lock()
	d.idle, d.w = idle, w
	d.mu.Unlock()
	d.timer.Reset(idle)
}

// moved tells the dog that something was read or written.
func (d *watchdog) moved() { d.moves.Add(1) }

func (d *watchdog) stop() { d.timer.Stop() }

func (d *watchdog) look() {
	d.mu.Lock()
	defer d.mu.Unlock()
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
