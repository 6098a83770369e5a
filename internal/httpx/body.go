package httpx

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
)

// LimitBody bounds r.Body to limit bytes. A body that is declared or turns out
// to be larger fails with the error of [TooLarge], at once when declared. After
// that the connection is closed; behind [Guard] some of the rest is taken in
// first, so that a client that sends before it reads gets the answer.
func LimitBody(w http.ResponseWriter, r *http.Request, limit int64) error {
	t := trackerOf(w)
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close")
		if !strings.EqualFold(r.Header.Get("Expect"), "100-continue") { // such a client reads first
			t.refuse(r.Body)
		}
		return TooLarge(limit)
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &limited{ReadCloser: http.MaxBytesReader(innermost(w), r.Body, limit), limit: limit, whole: r.Body, tracker: t}
	}
	return nil
}

// TooLarge is the error for a body over limit bytes.
func TooLarge(limit int64) *claviger.Error {
	if limit >= 1<<20 && limit%(1<<20) == 0 {
		return claviger.Fail(claviger.TooLarge, fmt.Sprintf("Payload size exceeds the limit of %dMB", limit>>20))
	}
	return claviger.Fail(claviger.TooLarge, fmt.Sprintf("Payload size exceeds the limit of %d bytes", limit))
}

type limited struct {
	io.ReadCloser
	limit   int64
	whole   io.Reader // what ReadCloser is a part of
	tracker *tracker  // nil outside of Guard
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	var over *http.MaxBytesError
	if err != nil && errors.As(err, &over) {
		l.tracker.refuse(l.whole)
		err = TooLarge(l.limit)
	}
	return n, err
}

// How much of a refused body is taken in, and for how long: enough for a client
// that does not know the limit, and not for one that does not care.
const (
	maxDrain  = 64 << 20 // bytes
	drainTime = 10 * time.Second
)

// refuse notes a body whose rest nobody will read. t may be nil.
func (t *tracker) refuse(body io.Reader) {
	if t != nil {
		t.refused = body
	}
}

// drain takes in the rest of a refused body, after the answer: were the
// connection closed on bytes that nobody has read, the client would be told of
// that and not read the answer.
func (t *tracker) drain(r *http.Request) {
	if t.refused == nil || r.ProtoMajor != 1 {
		return
	}
	t.Flush()
	if http.NewResponseController(t).SetReadDeadline(time.Now().Add(drainTime)) != nil {
		return // without an end to it, it is better not begun
	}
	_, _ = io.CopyN(io.Discard, t.refused, maxDrain) // a client that left has had its answer
}
