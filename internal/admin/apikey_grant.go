package admin

import (
	"context"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
)

// mayGrant keeps callers from giving away what they do not hold. Calling models
// and the like is nothing that an organisation key can hold; who may make keys
// of a workspace may grant it.
func mayGrant(by authz.Caller, scopes []claviger.Scope) error {
	for _, s := range scopes {
		beyond := by.IsOrganisation() && !s.MayHold(by.Type, by.SubType)
		if !by.Has(s) && !beyond {
			return authz.Denied()
		}
	}
	return nil
}

// changeableKey is apiKey for what changes a key, and refuses keys that are
// stronger than the caller, whatever the change. A caller that might take a
// scope from a stronger key could rotate it after, and would hold its secret on
// the day the scope is given back.
func changeableKey(ctx context.Context, tx Tx, by authz.Caller, id, verb string) (claviger.APIKey, error) {
	k, err := apiKey(ctx, tx, by, id, verb)
	if err != nil {
		return k, err
	}
	return k, mayGrant(by, k.Scopes)
}
