package authn

import (
	"net/http"
	"strings"

	"github.com/claviger/claviger/internal/secret"
)

// Where says which header a caller's key came in. That header must never be
// sent upstream.
type Where uint8

// The places of a key. While it is not [InAuthorization], the Authorization
// header is free to be a provider's credential.
const (
	Nowhere Where = iota
	InPortkeyHeader
	InAuthorization
	InAPIKeyHeader
)

// Header is the canonical name of the header, "" for [Nowhere].
func (w Where) Header() string {
	switch w {
	case InPortkeyHeader:
		return "X-Portkey-Api-Key"
	case InAuthorization:
		return "Authorization"
	case InAPIKeyHeader:
		return "X-Api-Key"
	default:
		return ""
	}
}

// maxKey bounds what is hashed, in bytes; no key is that long.
const maxKey = 4096

// Credential finds the key of a request: x-portkey-api-key, else Authorization
// with or without "Bearer", else x-api-key. A header that is blank counts as
// absent; one that stands there with several values is ambiguous, and then there
// is no key.
func Credential(h http.Header) (secret.String, Where) {
	for _, where := range [...]Where{InPortkeyHeader, InAuthorization, InAPIKeyHeader} {
		v, clear := only(h[where.Header()])
		if where == InAuthorization {
			v = Bearer(v)
		}
		switch {
		case !clear:
			return secret.String{}, Nowhere
		case v != "":
			return secret.New(v), where
		}
	}
	return secret.String{}, Nowhere
}

// only is the value of a header that may stand there more than once, blank ones
// aside; clear is false when it has several.
func only(values []string) (v string, clear bool) {
	for _, next := range values {
		next = strings.TrimSpace(next)
		if v != "" && next != "" && next != v {
			return "", false
		}
		if next != "" {
			v = next
		}
	}
	return v, true
}

// Bearer takes the scheme off an Authorization header, in any case and however
// far from the rest; a value without it stays as it is.
func Bearer(v string) string {
	v = strings.TrimSpace(v)
	const scheme = "bearer"
	if len(v) < len(scheme) || !strings.EqualFold(v[:len(scheme)], scheme) {
		return v
	}
	rest := v[len(scheme):]
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return v // a key that begins with the word
	}
	return strings.TrimSpace(rest)
}

// Carries reports whether a header's value is key, with or without the scheme.
func Carries(value string, key secret.String) bool {
	return !key.IsZero() && Bearer(value) == key.Reveal()
}
