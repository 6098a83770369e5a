package httpx

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	claviger "github.com/claviger/claviger"
)

// LimitBody bounds r.Body to limit bytes. A body that is declared or turns out
// to be larger fails with the error of [TooLarge], at once when declared. After
// that the connection is closed, so that the rest is never read.
func LimitBody(w http.ResponseWriter, r *http.Request, limit int64) error {
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close")
		return TooLarge(limit)
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &limited{http.MaxBytesReader(innermost(w), r.Body, limit), limit}
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
	limit int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	var over *http.MaxBytesError
	if err != nil && errors.As(err, &over) {
		err = TooLarge(l.limit)
	}
	return n, err
}
