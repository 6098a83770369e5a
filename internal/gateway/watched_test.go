package gateway_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/limits/memory"
)

// watched tells when holds have ended, and remembers what was held.
type watched struct {
	limits.Limiter
	ended chan struct{}

	mu   sync.Mutex
	held []*limits.Rule
}

func (w *watched) rules() []*limits.Rule {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.held
}

// Admit implements limits.Limiter.
func (w *watched) Admit(ctx context.Context, rules []*limits.Rule, ask limits.Ask) (limits.Hold, error) {
	h, err := w.Limiter.Admit(ctx, rules, ask)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = append(w.held, rules...)
	return &watchedHold{Hold: h, ended: w.ended}, nil
}

type watchedHold struct {
	limits.Hold
	once  sync.Once
	ended chan struct{}
}

// Settle implements limits.Hold.
func (h *watchedHold) Settle(used limits.Amount) {
	h.Hold.Settle(used)
	h.once.Do(func() { h.ended <- struct{}{} })
}

// Release implements limits.Hold.
func (h *watchedHold) Release() {
	h.Hold.Release()
	h.once.Do(func() { h.ended <- struct{}{} })
}

func limiterAt(now time.Time) limits.Limiter {
	return memory.New(memory.Options{Now: func() time.Time { return now }})
}

const streamed = `{"model":"gpt-a","stream":true,"max_tokens":50,"messages":[{"role":"user","content":"hi"}]}`

// streams answers with these events and then ends.
func streams(events ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, e := range events {
			io.WriteString(w, e)
		}
	}
}

// stalls begins a stream and then waits for its caller to leave.
func stalls(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) // so that the server notices
	w.Header().Set("Content-Type", "text/event-stream")
	io.WriteString(w, delta)
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

// cutAnswer breaks off in the middle.
func cutAnswer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	io.WriteString(w, used)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// call sends a call and reads what comes; a caller that leaves does so after the
// first bytes.
func (r *rig) call(body string, leave bool) {
	r.Helper()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	req := r.request(http.MethodPost, "/v1/chat/completions", body, team...).WithContext(ctx)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return // the connection was cut, as a defect's is
	}
	defer resp.Body.Close()
	if leave {
		resp.Body.Read(make([]byte, 1)) // anything at all
		cancel()
		return
	}
	io.Copy(io.Discard, resp.Body) // it may be cut
}
