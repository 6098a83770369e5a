package httpx

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
)

// Failure is an error in the gateway's words, all of it safe to show. Type and
// Code are null on the wire when empty.
type Failure struct {
	Status     int
	Message    string
	Type       string
	Code       string
	RetryAfter time.Duration // 0: not said
	// Limit is the limit that refused; nil when none did.
	Limit *Limit
	// Details are what is wrong one by one, in the documented form; nil for most.
	Details []string
	// Exception marks a fault of the gateway itself: clients and routers in
	// front of it must not try again.
	Exception bool
}

func (f *Failure) Error() string { return f.Message }

// AuthFailure is a refusal of the authentication phase, in its documented
// wording.
func AuthFailure(status int, text, code string) *Failure {
	return &Failure{Status: status, Message: "Portkey Error: " + text + ". Error Code: " + code, Code: code}
}

// The refusals of a key.
var (
	InvalidKey = AuthFailure(http.StatusUnauthorized, "Invalid API Key", "03")
	ExpiredKey = AuthFailure(http.StatusUnauthorized, "Portkey API Key Expired", "01")
)

// FailureOf is err as the gateway shows it: a *Failure in its chain as it is, a
// *claviger.Error by its code, anything else as a 500 that says nothing.
func FailureOf(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	e, ok := public(err)
	if !ok {
		return &Failure{Status: http.StatusInternalServerError, Message: fixed, Type: "server_error", Exception: true}
	}
	switch e.Code {
	case claviger.Unauthorised:
		return InvalidKey
	case claviger.Forbidden:
		return &Failure{Status: http.StatusForbidden, Message: e.Error(), Type: "permission_error", Code: "033"}
	}
	w := wireOf(e.Code)
	return &Failure{Status: w.status, Message: e.Error(), Type: w.kind, RetryAfter: e.RetryAfter}
}

type gatewayError struct {
	Status  string       `json:"status"`
	Message string       `json:"message"`
	Error   gatewayFault `json:"error"`
	Details []string     `json:"errors,omitempty"`
}

type gatewayFault struct {
	ErrorDetail
	Limit *Limit `json:"limit,omitempty"`
}

// Body is the JSON of f. It serves clients that read error.message and those
// that read message; as the data of an event it ends a stream.
func (f *Failure) Body() []byte {
	body := gatewayError{Status: "failure", Message: f.Message, Error: gatewayFault{ErrorDetail{Message: f.Message}, f.Limit}, Details: f.Details}
	if len(f.Details) > 0 { // most clients show this alone
		body.Error.Message += ": " + strings.Join(f.Details, "; ")
	}
	if f.Type != "" {
		body.Error.Type = &f.Type
	}
	if f.Code != "" {
		body.Error.Code = &f.Code
	}
	b := marshal(body)
	return b[:len(b)-1] // the encoder's line end has no place in an event
}

// WriteGateway answers with err in the gateway's form and logs what the caller
// is not told. It must come before any other write to w. It returns the status
// that was sent.
func WriteGateway(w http.ResponseWriter, log *slog.Logger, err error) int {
	f := FailureOf(err)
	if f.Exception {
		w.Header()["X-Portkey-Gateway-Exception"] = []string{"true"}
	}
	var own *Failure
	if !errors.As(err, &own) {
		Report(log, RequestID(w), err)
	}
	setRetryAfter(w.Header(), f.RetryAfter)
	writeJSON(w, f.Status, f.Body())
	return f.Status
}
