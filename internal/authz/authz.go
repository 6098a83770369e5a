// Package authz says who a caller is and what it may do. Everything is denied
// that no scope allows.
package authz

import (
	"slices"

	claviger "github.com/claviger/claviger"
)

// Caller is an authenticated API key, with where its request came from. It is
// immutable and safe for concurrent use.
type Caller struct {
	OrganisationID claviger.OrganisationID
	WorkspaceID    claviger.WorkspaceID // empty for organisation keys
	KeyID          claviger.APIKeyID    // empty for the operator's command line
	Type           claviger.KeyType
	SubType        claviger.KeySubType
	Scopes         []claviger.Scope
	Origin         Origin
}

// Origin is where a request came from, for the audit log.
type Origin struct {
	Method, URI, RequestID, Address string
	// Route is the URI with the names of its parameters for what they hold, and
	// Resource what the first of them holds; empty where nobody looked.
	Route, Resource string
}

// IsOrganisation reports whether the caller administers the whole organisation.
func (c Caller) IsOrganisation() bool { return c.Type == claviger.OrganisationKey }

// Has reports whether the caller holds any of the scopes, and is of a kind that
// may hold it.
func (c Caller) Has(anyOf ...claviger.Scope) bool {
	return slices.ContainsFunc(anyOf, func(s claviger.Scope) bool {
		return s.MayHold(c.Type, c.SubType) && slices.Contains(c.Scopes, s)
	})
}

// Allow is nil when the caller holds any of the scopes, else the documented
// refusal.
func (c Caller) Allow(anyOf ...claviger.Scope) error {
	if c.Has(anyOf...) {
		return nil
	}
	return Denied()
}

// Denied is the documented answer to a caller that may not.
func Denied() error {
	return claviger.Fail(claviger.Forbidden, "You do not have enough permissions to execute this request")
}
