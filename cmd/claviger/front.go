package main

import (
	"log/slog"
	"net/http"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/httpx"
)

// front is the first to see a request: it knows the few routes of the gateway
// and sends everything else to the admin API.
type front struct {
	gateway  http.Handler
	routes   map[string]string // path to method
	mistaken http.Handler      // answers a gateway path asked with another method
	rest     http.Handler
	log      *slog.Logger
}

// newFront joins both planes. The gateway names its answers and ends its own
// crashes; the rest is guarded here, and bounded by timeout in how long a
// caller may take to send a body.
func newFront(gateway http.Handler, routes map[string]string, admin http.Handler, h *health, m *metrics, log *slog.Logger, timeout time.Duration) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", h.alive)
	mux.HandleFunc("GET /readyz", h.ready)
	mux.Handle("GET /metrics", m.handler())
	mux.HandleFunc("GET /{$}", greet)
	own := httpx.Enveloped(log, mux)
	rest := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/", "/healthz", "/readyz", "/metrics":
			own.ServeHTTP(w, r)
		default:
			admin.ServeHTTP(w, r)
		}
	})
	f := &front{gateway: gateway, routes: routes, log: log, rest: httpx.Guard(log, m.admin, prompt(timeout, rest))}
	f.mistaken = httpx.Guard(log, m.admin, http.HandlerFunc(f.notAllowed))
	return f
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch method, ok := f.routes[r.URL.Path]; {
	case !ok || r.URL.RawPath != "": // another spelling would pass by the rules of a proxy in front
		f.rest.ServeHTTP(w, r)
	case r.Method != method:
		f.mistaken.ServeHTTP(w, r)
	default:
		f.gateway.ServeHTTP(w, r)
	}
}

// notAllowed is an answer of the gateway, so it has the form and the names of
// one. There is no ledger entry: nothing was attempted.
func (f *front) notAllowed(w http.ResponseWriter, r *http.Request) {
	id := claviger.NewEntryID().String()
	h := w.Header()
	h.Set("Allow", f.routes[r.URL.Path])
	h.Set("X-Claviger-Entry-Id", id)
	h.Set(httpx.RequestIDHeader, id)
	h.Set(httpx.TraceIDHeader, httpx.TraceID(r.Header, id))
	httpx.WriteGateway(w, f.log, &httpx.Failure{
		Status: http.StatusMethodNotAllowed, Type: "invalid_request_error", Message: "Method not allowed",
	})
}

// prompt gives a request of the admin API a time to arrive and another to be
// taken, so that slow callers do not hold connections for ever.
func prompt(timeout time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		now := time.Now()
		bound := rc.SetReadDeadline(now.Add(timeout)) == nil && rc.SetWriteDeadline(now.Add(2*timeout)) == nil
		next.ServeHTTP(w, r)
		if bound && (rc.SetReadDeadline(time.Time{}) != nil || rc.SetWriteDeadline(time.Time{}) != nil) {
			// The connection would carry its next answer, perhaps a stream,
			// under this one's deadlines.
			panic(http.ErrAbortHandler)
		}
	})
}

// greet answers those who open the address in a browser.
func greet(w http.ResponseWriter, _ *http.Request) {
	v, _ := buildNumbers()
	httpx.WriteJSON(w, http.StatusOK, map[string]string{
		"name": "claviger", "version": v, "docs": "/docs", "openapi": "/openapi.json",
	})
}
