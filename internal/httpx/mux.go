package httpx

import (
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"

	claviger "github.com/claviger/claviger"
)

// Enveloped serves mux, whose patterns name methods, and answers what it does
// not know in the admin API's form: 404 for an unknown path, 405 with Allow for
// an unknown method. It never redirects: clients build their paths by hand and
// lose the body and the key on the way. A path has one spelling: what a pattern
// says letter by letter is not known percent-encoded, which would pass by the
// rules of a proxy in front.
func Enveloped(log *slog.Logger, mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !clean(r.URL.Path) {
			WriteAdmin(w, log, noRoute(r.URL.Path))
			return
		}
		fallback, pattern := mux.Handler(r)
		if pattern != "" && !spelt(pattern, r.URL) {
			WriteAdmin(w, log, noRoute(r.URL.Path))
			return
		}
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		// The fallback alone knows which methods the path has.
		probe := &probe{header: http.Header{}}
		fallback.ServeHTTP(probe, r)
		if allow := probe.header.Get("Allow"); probe.status == http.StatusMethodNotAllowed {
			NotAllowed(w, allow)
			return
		}
		WriteAdmin(w, log, noRoute(r.URL.Path))
	})
}

// noRoute says of an unknown path what is most likely wrong with it. Clients put
// a base URL in front of paths of their own and show the message alone: most
// wrong paths are a base URL that lacks the version, or has it twice.
func noRoute(p string) error {
	message := "Not Found: the API is below /v1, which the base URL may lack"
	for _, version := range []string{"/v1/", "/v2/"} {
		switch rest, below := strings.CutPrefix(p, version); {
		case below && (strings.HasPrefix(rest, "v1/") || strings.HasPrefix(rest, "v2/")):
			message = "Not Found: the path has the version twice, once of the base URL's"
		case below:
			message = "Not Found: Claviger serves no such route; docs/compatibility.md lists those it serves"
		}
	}
	return claviger.Fail(claviger.NotFound, message)
}

// NotAllowed answers 405; allow lists the methods that would do.
func NotAllowed(w http.ResponseWriter, allow string) {
	w.Header().Set("Allow", allow)
	_, body := Admin(claviger.Fail(claviger.Invalid, "Method not allowed"))
	writeJSON(w, http.StatusMethodNotAllowed, marshal(body))
}

// clean reports whether ServeMux would take p as it is.
func clean(p string) bool {
	if p == "" || p[0] != '/' {
		return false
	}
	want := path.Clean(p)
	return p == want || p == want+"/" && !strings.HasSuffix(want, "/")
}

// spelt reports whether the letters of a pattern stand in the path as they are.
func spelt(pattern string, u *url.URL) bool {
	if u.RawPath == "" {
		return true
	}
	_, path, _ := strings.Cut(pattern, " ")
	parts := strings.Split(u.EscapedPath(), "/")
	for i, part := range strings.Split(path, "/") {
		if !strings.HasPrefix(part, "{") && (i >= len(parts) || part != parts[i]) {
			return false
		}
	}
	return true
}

// probe is a response that nobody gets.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) WriteHeader(status int)      { p.status = status }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
