package main

import (
	"net/http"

	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/httpx"
)

// door lets callers of the admin API in.
type door struct {
	keys    *authn.Keys
	refused *authn.Failures
}

// caller says who sent r. A refusal takes the longer, the more of them the
// sender's address has had.
func (d door) caller(r *http.Request) (authz.Caller, error) {
	key, _ := authn.Credential(r.Header)
	who, err := d.keys.Lookup(r.Context(), key)
	if err == nil {
		return who.Caller(authz.Origin{}), nil
	}
	return authz.Caller{}, d.refused.Answer(r.Context(), httpx.ClientAddress(r), err)
}
