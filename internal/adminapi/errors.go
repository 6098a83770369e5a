package adminapi

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/httpx"
)

// failure is an error on the wire.
type failure struct {
	httpx.AdminError
	status     int
	retryAfter time.Duration
}

func (f *failure) Error() string  { return f.Message }
func (f *failure) GetStatus() int { return f.status }

// GetHeaders implements huma.HeadersError.
func (f *failure) GetHeaders() http.Header {
	h := http.Header{}
	if f.retryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((f.retryAfter+time.Second-1)/time.Second), 10))
	}
	return h
}

func answer(err error) *failure {
	status, body := httpx.Admin(err)
	f := &failure{AdminError: body, status: status}
	var e *claviger.Error
	if errors.As(err, &e) {
		f.retryAfter = e.RetryAfter
	}
	return f
}

// turnDefaults makes huma's process-wide settings ours, once: its errors take
// our form, and field names are case-sensitive.
var turnDefaults = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError { return fromHuma(status, msg, errs) }
})

// fromHuma is an error that huma found before a handler ran. Of its details
// only place and message are shown: the rest holds the value that was sent.
func fromHuma(status int, msg string, errs []error) *failure {
	var own *claviger.Error
	for _, err := range errs {
		if errors.As(err, &own) {
			return answer(own)
		}
	}
	switch {
	case status == http.StatusRequestEntityTooLarge:
		return answer(httpx.TooLarge(fullBody))
	case status == http.StatusRequestTimeout:
		f := answer(claviger.Fail(claviger.Invalid, "The request body took too long to arrive"))
		f.status = status
		return f
	case status >= http.StatusInternalServerError || status == 0:
		return answer(claviger.Fail(claviger.Internal, msg))
	}
	e := &claviger.Error{Code: claviger.Invalid, Message: "Invalid request"}
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			e.Problems = append(e.Problems, claviger.Problem{Path: fieldPath(d.Location), Message: inWords(d.Message)})
		}
	}
	if len(e.Problems) == 0 {
		e.Message = msg
	}
	return answer(e)
}

// fieldPath is a place as callers know it: without the part of the request it
// is in.
func fieldPath(location string) string {
	for _, part := range []string{"body.", "query.", "path."} {
		if rest, ok := strings.CutPrefix(location, part); ok {
			return rest
		}
	}
	return location
}
