package gateway

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/claviger/claviger/internal/httpx"
)

// inFlight bounds how many requests run at once, so that a flood does not take
// the node down.
type inFlight struct {
	most int64 // 0: no bound
	now  atomic.Int64
}

// enter takes a place; leave gives it back.
func (f *inFlight) enter() error {
	if n := f.now.Add(1); f.most > 0 && n > f.most {
		f.now.Add(-1)
		e := httpx.AuthFailure(http.StatusTooManyRequests, "bound on requests at once of the process reached", "05")
		e.Type, e.RetryAfter = "rate_limit_error", time.Second
		return e
	}
	return nil
}

func (f *inFlight) leave() { f.now.Add(-1) }

// InFlight is how many requests run now.
func (g *Gateway) InFlight() int64 { return g.flights.now.Load() }
