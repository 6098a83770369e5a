package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/limits"
)

func badRequest(message string) *httpx.Failure {
	return &httpx.Failure{Status: http.StatusBadRequest, Type: "invalid_request_error", Message: message}
}

func failure(status int, kind, message string) *httpx.Failure {
	return &httpx.Failure{Status: status, Type: kind, Message: message}
}

// timedOut is the documented answer when a provider does not begin in time.
func timedOut(after time.Duration) *httpx.Failure {
	return failure(http.StatusRequestTimeout, "timeout_error",
		fmt.Sprintf("Request exceeded the timeout sent in the request: %dms", after.Milliseconds()))
}

// inOwnWords gives the errors of other packages the wording of the gateway.
func inOwnWords(err error) error {
	var d *limits.Denied
	if errors.As(err, &d) {
		return denied(d)
	}
	return err
}

// countedByServer is up to how many bytes an answer that is written at once gets
// its Content-Length from the server, which then holds it whole.
const countedByServer = 2 << 10

// sendJSON sends a whole JSON body.
func (x *exchange) sendJSON(status int, body []byte) {
	h := x.w.Header()
	h["Content-Type"] = jsonType
	if len(body) > countedByServer {
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	x.wrote = true
	x.w.WriteHeader(status)
	x.w.Write(body) // a caller that left is noticed by its context
}
