package httpx

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"

	claviger "github.com/claviger/claviger"
)

// Guard is the outermost handler. It gives every answer its request id and
// turns a panic into a 500 with a fixed body; when part of an answer has
// already gone out it cuts the connection instead, so that the client cannot
// take the part for the whole. observe, if not nil, is called once per request
// with the status that was sent (0: none, the connection was cut).
func Guard(log *slog.Logger, observe func(r *http.Request, status int), next http.Handler) http.Handler {
	if observe == nil {
		observe = func(*http.Request, int) {}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := setRequestID(w)
		t := &tracker{ResponseWriter: w}
		defer func() {
			v := recover()
			switch {
			case v == nil:
				if t.status == 0 {
					t.status = http.StatusOK // what net/http sends for a handler that wrote nothing
				}
			case isAbort(v):
				observe(r, 0)
				panic(http.ErrAbortHandler)
			default:
				// The value may hold anything, a secret too: only its type is logged.
				log.Error("panic", "request_id", id, "method", r.Method, "type", fmt.Sprintf("%T", v), "stack", Stack())
				if t.status != 0 {
					observe(r, 0)
					panic(http.ErrAbortHandler)
				}
				clear(t.Header())
				t.Header()[RequestIDHeader] = []string{id}
				t.Header().Set("Connection", "close")
				_, body := Admin(errPanic)
				WriteJSON(t, http.StatusInternalServerError, body)
			}
			observe(r, t.status)
		}()
		next.ServeHTTP(t, r)
		t.drain(r)
	})
}

var errPanic = claviger.Fail(claviger.Internal, fixed)

func isAbort(v any) bool {
	err, ok := v.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// Stack names the frames that led here. Unlike debug.Stack it leaves out the
// arguments, whose words may be pieces of values.
func Stack() string {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	var b strings.Builder
	for {
		f, more := frames.Next()
		fmt.Fprintf(&b, "%s %s:%d\n", f.Function, f.File, f.Line)
		if !more {
			return b.String()
		}
	}
}

// tracker remembers whether an answer has begun. It is made new for every
// request: a writer kept too long by a handler must never reach another
// caller's connection.
type tracker struct {
	http.ResponseWriter
	status  int
	refused io.Reader // the rest of a body that was too large; nil: none
}

// trackerOf is the tracker that w wraps; nil for none.
func trackerOf(w http.ResponseWriter) *tracker {
	for {
		if t, ok := w.(*tracker); ok {
			return t
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return nil
		}
		w = u.Unwrap()
	}
}

// WriteHeader notes the final status; informational ones pass through.
func (t *tracker) WriteHeader(status int) {
	if t.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		t.status = status
	}
	t.ResponseWriter.WriteHeader(status)
}

func (t *tracker) Write(b []byte) (int, error) {
	if t.status == 0 {
		t.status = http.StatusOK
	}
	return t.ResponseWriter.Write(b)
}

// Flush implements http.Flusher without a walk through Unwrap.
func (t *tracker) Flush() {
	if t.status == 0 {
		t.status = http.StatusOK
	}
	if f, ok := t.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap lets http.ResponseController reach deadlines, full duplex and hijacking.
func (t *tracker) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// innermost is the server's own writer, which alone knows how to close the
// connection after a body that was too large.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for {
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = u.Unwrap()
	}
}
