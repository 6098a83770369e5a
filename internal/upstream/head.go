package upstream

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Supports reports why a request is not for this transport, or nil. The error
// wraps [ErrUnsupported]; nothing of the request was used, so it can go another
// way.
func Supports(req *http.Request) error {
	switch why := unsupported(req); why {
	case "":
		return nil
	default:
		return fmt.Errorf("%s: %w", why, ErrUnsupported)
	}
}

func unsupported(req *http.Request) string {
	switch {
	case req.URL == nil || req.URL.Scheme != "http":
		return "not an http URL"
	case req.URL.Opaque != "" || !validHost(req.URL.Host) || req.Host != "" && !validHost(req.Host):
		return "unusual host"
	case req.Method == http.MethodConnect:
		return "CONNECT"
	case len(req.TransferEncoding) > 0 || len(req.Trailer) > 0:
		return "chunked request"
	case hasBody(req) && req.ContentLength <= 0:
		return "body of unknown length"
	case !hasBody(req) && req.ContentLength != 0:
		return "length without a body"
	}
	for name := range req.Header {
		if strings.EqualFold(name, "Upgrade") {
			return "upgrade"
		}
	}
	return ""
}

func hasBody(req *http.Request) bool { return req.Body != nil && req.Body != http.NoBody }

// appendHead appends the request line and the header. An error names a faulty
// field but never its value.
func appendHead(b []byte, req *http.Request) ([]byte, error) {
	method, target, host := req.Method, req.URL.RequestURI(), req.Host
	if method == "" {
		method = http.MethodGet
	}
	if host == "" {
		host = req.URL.Host
	}
	if !validName(method) {
		return b, fmt.Errorf("invalid method %q", method)
	}
	if !validTarget(target) {
		return b, fmt.Errorf("invalid path or query of the URL")
	}
	b = append(append(append(b, method...), ' '), target...)
	b = append(append(append(b, " HTTP/1.1\r\nHost: "...), host...), "\r\n"...)
	for name, values := range req.Header {
		if !validName(name) {
			return b, fmt.Errorf("invalid header name %q", name)
		}
		if ours(name) {
			continue
		}
		for _, v := range values {
			if !validValue(v) {
				return b, fmt.Errorf("invalid value of header %q", name)
			}
			if v == "" && name == "User-Agent" {
				continue // how net/http is told to send none
			}
			b = append(append(append(append(b, name...), ": "...), v...), "\r\n"...)
		}
	}
	if req.ContentLength > 0 || method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		b = strconv.AppendInt(append(b, "Content-Length: "...), req.ContentLength, 10)
		b = append(b, "\r\n"...)
	}
	if closes(req) {
		b = append(b, "Connection: close\r\n"...)
	}
	return append(b, "\r\n"...), nil
}

// ours reports whether a field is for this package to say, in whatever case a
// header map has it: two opinions on where a message ends are how requests are
// smuggled.
func ours(name string) bool {
	switch len(name) {
	case 4:
		return strings.EqualFold(name, "Host")
	case 7:
		return strings.EqualFold(name, "Trailer")
	case 10:
		return strings.EqualFold(name, "Connection") || strings.EqualFold(name, "Keep-Alive")
	case 14:
		return strings.EqualFold(name, "Content-Length")
	case 17:
		return strings.EqualFold(name, "Transfer-Encoding")
	}
	return false
}

// closes reports whether a request wants its connection closed afterwards.
func closes(req *http.Request) bool {
	if req.Close {
		return true
	}
	for _, v := range req.Header["Connection"] {
		for option := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(option), "close") {
				return true
			}
		}
	}
	return false
}

// The tables of RFC 9110 and RFC 3986, a flag for each byte.
const (
	inToken byte = 1 << iota
	inHost
)

var classes = func() (t [256]byte) {
	for c := range 256 {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			t[c] = inToken | inHost
		}
	}
	for _, c := range []byte("!#$%&'*+-.^_`|~") {
		t[c] |= inToken
	}
	for _, c := range []byte("-._:[]") {
		t[c] |= inHost
	}
	return t
}()

func validName(s string) bool { return allIn(s, inToken) }
func validHost(s string) bool { return allIn(s, inHost) }

func allIn(s string, class byte) bool {
	for i := range len(s) {
		if classes[s[i]]&class == 0 {
			return false
		}
	}
	return s != ""
}

// validValue refuses what could end a line, and every other control character.
func validValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// validTarget wants a path that begins at the root, and nothing in it that
// could end the request line or part it.
func validTarget(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7f {
			return false
		}
	}
	return s != "" && s[0] == '/'
}
