package httpx

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	claviger "github.com/claviger/claviger"
)

// wire is how a code looks outside.
type wire struct {
	status int
	code   claviger.Code // of the admin API
	kind   string        // error.type
}

// Status is the HTTP status of a code.
func Status(c claviger.Code) int { return wireOf(c).status }

func wireOf(c claviger.Code) wire {
	switch c {
	case claviger.Invalid:
		return wire{http.StatusBadRequest, claviger.Invalid, "invalid_request_error"}
	case claviger.Forbidden:
		return wire{http.StatusForbidden, claviger.Forbidden, "permission_error"}
	case claviger.Unauthorised:
		return wire{http.StatusUnauthorized, claviger.Unauthorised, "authentication_error"}
	case claviger.TooMany:
		return wire{http.StatusTooManyRequests, claviger.TooMany, "rate_limit_error"}
	case claviger.Conflict, claviger.Stale:
		return wire{http.StatusConflict, claviger.Conflict, "conflict_error"}
	case claviger.NotFound:
		return wire{http.StatusNotFound, claviger.NotFound, "not_found_error"}
	case claviger.TooLarge:
		return wire{http.StatusRequestEntityTooLarge, claviger.Invalid, "invalid_request_error"}
	case claviger.Unavailable:
		return wire{http.StatusServiceUnavailable, claviger.Internal, "unavailable_error"}
	default:
		return wire{http.StatusInternalServerError, claviger.Internal, "server_error"}
	}
}

// fixed is all a caller learns of an error that is not meant for it.
const fixed = "Something went wrong"

// public returns the error a caller may see; everything else becomes the fixed
// text and ok is false.
func public(err error) (e *claviger.Error, ok bool) {
	if errors.As(err, &e) && e.Code != claviger.Internal && e.Code != "" {
		return e, true
	}
	return claviger.Fail(claviger.Internal, fixed), false
}

// Report logs what a caller is not told: errors that are not meant for it, and
// the causes of parts that are down. It is called once, at the edge.
func Report(log *slog.Logger, requestID string, err error) {
	e, ok := public(err)
	switch {
	case errors.Is(err, context.Canceled):
		log.Debug("client left", "request_id", requestID)
	case !ok:
		log.Error("request failed", "request_id", requestID, "error", err)
	case e.Code == claviger.Unavailable:
		log.Warn("unavailable", "request_id", requestID, "error", e.Message, "cause", errors.Unwrap(e))
	}
}

// setRetryAfter rounds up to whole seconds, the header's unit.
func setRetryAfter(h http.Header, d time.Duration) {
	if d > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10))
	}
}
