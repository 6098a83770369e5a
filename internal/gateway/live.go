package gateway

import (
	"context"
	"errors"
	"sync"
)

// errShutdown cancels what runs past the drain.
var errShutdown = errors.New("the gateway is shutting down")

// live knows the requests under way, so that a shutdown can wait for them and
// then cut them.
type live struct {
	mu       sync.Mutex
	running  map[*exchange]struct{}
	draining bool
	empty    chan struct{} // closed when draining and nothing runs
}

func (l *live) init() {
	l.running = map[*exchange]struct{}{}
	l.empty = make(chan struct{})
}

// enter is false once the gateway drains.
func (l *live) enter(x *exchange) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.draining {
		return false
	}
	l.running[x] = struct{}{}
	return true
}

func (l *live) leave(x *exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.running, x)
	if l.draining && len(l.running) == 0 {
		l.close()
	}
}

func (l *live) close() {
	select {
	case <-l.empty:
	default:
		close(l.empty)
	}
}

func (l *live) drain(ctx context.Context) (cut int) {
	l.mu.Lock()
	l.draining = true
	if len(l.running) == 0 {
		l.close()
	}
	l.mu.Unlock()
	select {
	case <-l.empty:
		return 0
	case <-ctx.Done():
	}
	l.mu.Lock()
	for x := range l.running {
		x.cut(errShutdown)
		cut++
	}
	l.mu.Unlock()
	<-l.empty
	return cut
}
