package gateway_test

import (
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/claviger/claviger/internal/gateway"
)

// alarms stand in for the timers that find out attempts which stand still: they
// go off when a test says so, however fast the machine is.
type alarms struct {
	mu  sync.Mutex
	all []*alarm
}

// alarm is one of them.
type alarm struct {
	of    *alarms
	f     func()
	after time.Duration
	set   bool
}

func (s *alarms) afterFunc(d time.Duration, f func()) gateway.Timer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &alarm{of: s, f: f, after: d, set: true}
	s.all = append(s.all, a)
	return a
}

// Stop implements gateway.Timer.
func (a *alarm) Stop() bool {
	a.of.mu.Lock()
	defer a.of.mu.Unlock()
	was := a.set
	a.set = false
	return was
}

// Reset implements gateway.Timer.
func (a *alarm) Reset(d time.Duration) bool {
	a.of.mu.Lock()
	defer a.of.mu.Unlock()
	was := a.set
	a.after, a.set = d, true
	return was
}

// ring lets all go off that are set.
func (s *alarms) ring() {
	s.mu.Lock()
	var due []*alarm
	for _, a := range s.all {
		if a.set {
			a.set = false
			due = append(due, a)
		}
	}
	s.mu.Unlock()
	for _, a := range due {
		a.f()
	}
}

// times are what the alarms were last set to, in the order they were made in.
func (s *alarms) times() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []time.Duration
	for _, a := range s.all {
		out = append(out, a.after)
	}
	return out
}

func (s *alarms) of(o *gateway.Options) { o.AfterFunc = s.afterFunc }

// hangs never begins to answer, and the limit passes.
func (s *alarms) hangs(_ http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) // so that the server notices who leaves
	s.ring()
	<-r.Context().Done()
}
