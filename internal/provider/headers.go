package provider

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
)

// Bounds of custom_headers.
const (
	maxHeaders     = 64
	maxHeaderName  = 256     // bytes
	maxHeaderValue = 8 << 10 // bytes
)

// Headers are headers made once and set on many requests. The zero value has
// none. It is immutable and safe for concurrent use. Values may be credentials:
// printing whatever holds Headers shows an address only.
type Headers struct {
	// A function, because fmt follows pointers when the verb does not fit.
	list func() []header
}

func (h Headers) all() []header {
	if h.list == nil {
		return nil
	}
	return h.list()
}

type header struct {
	name   string   // canonical
	values []string // one, without room to append in place
}

// CustomHeaders are those of the settings' custom_headers.
func (s Settings) CustomHeaders() (Headers, error) {
	v, ok := s.Secret[CustomHeaders]
	if !ok {
		return Headers{}, nil
	}
	h, problems := parseHeaders(v.Reveal())
	return h, problems.Err()
}

// With returns h and one more header, which replaces one of the same name.
func (h Headers) With(name, value string) Headers {
	name = http.CanonicalHeaderKey(name)
	list := slices.DeleteFunc(slices.Clone(h.all()), func(e header) bool { return e.name == name })
	list = append(list, header{name, []string{value}})
	return Headers{func() []header { return list }}
}

// Over returns h and base, h winning where both have a header.
func (h Headers) Over(base Headers) Headers {
	for _, e := range h.all() {
		base = base.With(e.name, e.values[0])
	}
	return base
}

// Set sets the headers on to, replacing what is there.
func (h Headers) Set(to http.Header) {
	for _, e := range h.all() {
		to[e.name] = e.values
	}
}

// parseHeaders reads custom_headers. The problems never hold a value.
func parseHeaders(text string) (h Headers, problems claviger.Problems) {
	const path = "configurations." + CustomHeaders
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil || object == nil {
		problems.Add(path, "must be an object of strings")
		return Headers{}, problems
	}
	if len(object) > maxHeaders {
		problems.Add(path, "must hold at most 64 headers")
		return Headers{}, problems
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	seen := map[string]bool{}
	for _, name := range names {
		canonical := http.CanonicalHeaderKey(name)
		var value string
		problem := CheckHeaderName(name)
		switch {
		case problem != "":
		case seen[canonical]:
			problem = "occurs more than once, in different case"
		case json.Unmarshal(object[name], &value) != nil:
			problem = "must be a string"
		default:
			problem = checkHeaderValue(value)
		}
		if problem != "" {
			problems.Add(path+"."+shown(name), problem)
			continue
		}
		seen[canonical] = true
		h = h.With(canonical, value)
	}
	return h, problems
}

// shown is a name fit for a path in an error.
func shown(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f {
			return '?'
		}
		return r
	}, name)
	return clean[:min(len(clean), 64)]
}

// notForCallers are the headers that belong to the connection or to the
// gateway.
var notForCallers = []string{
	"Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// CheckHeaderName says in words why a configured header may not be named so, or
// "". Headers of the connection, of proxies and of the gateway are refused.
func CheckHeaderName(name string) string {
	canonical := http.CanonicalHeaderKey(name)
	switch {
	case name == "" || len(name) > maxHeaderName || strings.ContainsFunc(name, notToken):
		return "is no valid header name"
	case slices.Contains(notForCallers, canonical), strings.HasPrefix(canonical, "Proxy-"):
		return "is a header of the connection and cannot be set"
	case strings.HasPrefix(canonical, "X-Portkey-"):
		return "is a header of the gateway and cannot be set"
	}
	return ""
}

// notToken is true for what a header's name may not hold (RFC 9110).
func notToken(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
}

func checkHeaderValue(value string) string {
	switch {
	case len(value) > maxHeaderValue:
		return "must be at most 8192 bytes"
	case strings.Trim(value, " \t") != value:
		return "must not begin or end with white space"
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		return "must not hold control characters"
	}
	return ""
}
