package admin

import (
	"context"
	"slices"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
)

// The refusals of a caller that would get out of its own bounds.
var (
	errOwnBounds = claviger.Fail(claviger.Forbidden, "A key cannot change its own limits, usage, defaults or expiry, nor add to its scopes; do it with another key")
	errLimited   = claviger.Fail(claviger.Forbidden, "The key of this request has limits of its own, so it cannot make or rotate other keys, nor change what they may do: nothing would hold them to its limits")
	errOutlived  = claviger.Fail(claviger.Forbidden, "The key of this request expires, so keys that it makes, rotates or changes what they may do must have an expires_at that is no later")
)

// mayWiden keeps a caller from lifting its bounds: those of its own key, and
// by way of another key that it makes stand in for it. old is the key before
// the change, k after.
func (w *work) mayWiden(ctx context.Context, old, k claviger.APIKey, reset bool) error {
	switch {
	case !reset && !widened(old, k):
		return nil
	case k.ID == w.by.KeyID:
		return errOwnBounds
	}
	return w.mayHold(ctx, k)
}

// widened reports whether anything changed that bounds what a key may do.
// Giving up scopes does not; whether a limit or an expiry became tighter is not
// asked, because windows and kinds of limit cannot be compared.
func widened(old, k claviger.APIKey) bool {
	more := slices.ContainsFunc(k.Scopes, func(s claviger.Scope) bool { return !slices.Contains(old.Scopes, s) })
	return more || !k.ExpiresAt.Equal(old.ExpiresAt) || !alike(old.UsageLimits, k.UsageLimits) ||
		!alike(old.RateLimits, k.RateLimits) || !alike(old.Defaults, k.Defaults)
}

// mayHold refuses to show the caller the secret of k, or to make k more useful,
// where that would outdo the caller's own limits or expiry. It allows the
// caller's own key.
func (w *work) mayHold(ctx context.Context, k claviger.APIKey) error {
	if w.by.KeyID == "" || w.by.KeyID == k.ID { // the operator has no bounds
		return nil
	}
	own, err := w.APIKey(ctx, w.by.OrganisationID, w.by.KeyID)
	switch {
	case claviger.CodeOf(err) == claviger.NotFound:
		return authz.Denied() // revoked since it was looked up
	case err != nil:
		return err
	case own.UsageLimits != nil || own.RateLimits != nil:
		return errLimited
	case !own.ExpiresAt.IsZero() && (k.ExpiresAt.IsZero() || k.ExpiresAt.After(own.ExpiresAt)):
		return errOutlived
	}
	return nil
}
