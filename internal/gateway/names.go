package gateway

import (
	"net/http"
	"slices"
	"strings"

	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/httpx"
)

// Header values that never change, shared by all answers.
var (
	jsonType      = []string{"application/json"}
	eventStream   = []string{"text/event-stream"}
	optionIndex   = []string{"config"}
	cacheDisabled = []string{"DISABLED"}
	yes           = []string{"true"}
)

// retryCounts are the values of x-portkey-retry-attempt-count; noMoreRetries says
// that the last answer would have been asked for again.
var (
	retryCounts   = [mostRetries + 1][]string{{"0"}, {"1"}, {"2"}, {"3"}, {"4"}, {"5"}}
	noMoreRetries = []string{"-1"}
)

// nameAnswer sets the headers that every answer of the gateway carries. Names
// are in canonical form, so that they can be set without a look at each byte.
func (x *exchange) nameAnswer() {
	id := []string{x.name}
	h := x.w.Header()
	h["X-Claviger-Entry-Id"] = id
	h["X-Portkey-Request-Id"] = id
	h["X-Portkey-Trace-Id"] = id
	if trace := httpx.TraceID(x.r.Header, id[0]); trace != id[0] {
		h["X-Portkey-Trace-Id"] = []string{trace}
	}
}

// nameAttempt sets the headers that tell which target answered.
func (a *attempt) nameAttempt() {
	h := a.w.Header()
	h["X-Portkey-Provider"] = a.to.target.providerHeader
	h["X-Portkey-Last-Used-Option-Index"] = optionIndex
	if a.config != nil {
		h["X-Portkey-Last-Used-Option-Index"] = a.config.index
	}
	h["X-Portkey-Retry-Attempt-Count"] = retryCounts[a.tries.retries()]
	h["X-Portkey-Cache-Status"] = cacheDisabled
	if a.opening.ID != a.id {
		h["X-Claviger-Entry-Id"] = []string{a.opening.ID.String()}
	}
}

// notPassed reports the headers of one connection, in canonical form (RFC 9110,
// section 7.6.1), and those an answer of ours sets itself or must not pass on:
// cookies and transport promises of the provider belong to its own origin.
func notPassed(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
		"Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
		"Content-Length", "Content-Encoding", "Content-Type",
		"Set-Cookie", "Alt-Svc", "Strict-Transport-Security", "Location",
		"Www-Authenticate", "Date", "Server", "Link", "Content-Disposition",
		"Content-Security-Policy", "Report-To", "Nel":
		return true
	}
	return false
}

// passHeaders copies what a provider said about its answer, without what is not
// the caller's to know.
func (a *attempt) passHeaders(from http.Header) {
	to := a.w.Header()
	for name, values := range from {
		if notPassed(name) || internalHeader(name) || a.rated && strings.HasPrefix(name, ratePrefix) {
			continue
		}
		if _, ours := to[name]; ours || a.tainted(values) {
			continue
		}
		to[name] = values
	}
}

func internalHeader(name string) bool {
	return strings.HasPrefix(name, "X-Portkey-") || strings.HasPrefix(name, "X-Claviger-") ||
		strings.HasPrefix(name, "Access-Control-")
}

func (a *attempt) tainted(values []string) bool {
	for _, v := range values {
		if a.to.target.scrub.taints(v) {
			return true
		}
	}
	return false
}

// forwardable reports whether a caller may have a header of its request sent to
// the provider: nothing of one connection, nothing internal, nothing that
// carries a gateway key, and none of the headers that open a cloud's metadata.
func (x *exchange) forwardable(name string) bool {
	switch name {
	case "Host", "Content-Length", "Content-Encoding", "Content-Type", "Accept-Encoding", "Expect", "Cookie",
		"Metadata-Flavor", "X-Aws-Ec2-Metadata-Token", "X-Google-Metadata-Request", "Metadata":
		return false
	}
	return !notPassed(name) && !internalHeader(name) &&
		!slices.ContainsFunc(x.r.Header[name], func(v string) bool { return authn.Carries(v, x.key) })
}
