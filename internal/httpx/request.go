package httpx

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/google/uuid"

	"github.com/claviger/claviger/internal/authz"
)

// Header names, in canonical form, so that they may index a header map.
const (
	RequestIDHeader = "X-Portkey-Request-Id"
	TraceIDHeader   = "X-Portkey-Trace-Id"
)

// RequestID is the id of the request that w answers, as [Guard] set it; "" when
// the request did not come through Guard. A caller's own value is never taken
// for it: ids lead to log lines and audit entries, so callers may not choose
// them.
func RequestID(w http.ResponseWriter) string {
	if v := w.Header()[RequestIDHeader]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// setRequestID gives the answer a fresh id before anything can fail.
func setRequestID(w http.ResponseWriter) string {
	id := uuid.NewString()
	w.Header()[RequestIDHeader] = []string{id}
	return id
}

// TraceID is what the answer carries as the trace id: the caller's
// x-portkey-trace-id, else the caller's x-portkey-request-id, when it is at
// most 256 printable ASCII characters, else fallback.
func TraceID(h http.Header, fallback string) string {
	for _, name := range [...]string{TraceIDHeader, RequestIDHeader} {
		if v := h[name]; len(v) > 0 && printable(v[0]) {
			return v[0]
		}
	}
	return fallback
}

func printable(s string) bool {
	if s == "" || len(s) > 256 {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// ClientAddress is the address of the peer, without port or zone, IPv4 in its
// own form even over an IPv6 socket. Forwarding headers are not read: anybody
// can send them.
func ClientAddress(r *http.Request) string {
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return at.Addr().Unmap().WithZone("").String()
	}
	return r.RemoteAddr
}

// maxURI bounds what of a request's target goes into audit entries and logs,
// in bytes.
const maxURI = 2048

// OriginOf says where a request came from, for the audit log. The query is left
// out: callers put values there that nobody should keep.
func OriginOf(r *http.Request, requestID string) authz.Origin {
	uri := strings.ToValidUTF8(r.URL.Path, "\uFFFD")
	if len(uri) > maxURI {
		uri = strings.ToValidUTF8(uri[:maxURI], "")
	}
	return authz.Origin{Method: r.Method, URI: uri, RequestID: requestID, Address: ClientAddress(r)}
}
