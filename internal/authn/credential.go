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
// absent.
func Credential(h http.Header) (secret.String, Where) {
	if v := first(h["X-Portkey-Api-Key"]); v != "" {
		return secret.New(v), InPortkeyHeader
	}
	if v := Bearer(first(h["Authorization"])); v != "" {
		return secret.New(v), InAuthorization
	}
	if v := first(h["X-Api-Key"]); v != "" {
		return secret.New(v), InAPIKeyHeader
	}
	return secret.String{}, Nowhere
}

func first(v []string) string {
	if len(v) == 0 {
		return ""
	}
	return strings.TrimSpace(v[0])
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
