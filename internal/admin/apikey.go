package admin

import (
	"context"
	"encoding/json"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
)

// keyScope is the scope that an action on a kind of API key takes.
func keyScope(k claviger.KeyKind, verb string) claviger.Scope {
	family := string(k.Type) + "_" + string(k.SubType) + "_api_keys"
	return claviger.Scope(family + "." + verb)
}

// KeyScopes are the scopes any one of which lets a caller do verb to some kind
// of API key; which kinds, the use case decides.
func KeyScopes(verb string) (scopes []claviger.Scope) {
	for _, k := range claviger.KeyKinds() {
		scopes = append(scopes, keyScope(k, verb))
	}
	return scopes
}

// apiKey loads a key and lets the caller do verb to it. Keys outside a
// workspace key's workspace are not there.
func apiKey(ctx context.Context, tx Tx, by authz.Caller, id, verb string) (claviger.APIKey, error) {
	k, err := tx.APIKey(ctx, by.OrganisationID, claviger.APIKeyID(id))
	if err != nil {
		return k, err
	}
	if !by.IsOrganisation() && k.WorkspaceID != by.WorkspaceID {
		return claviger.APIKey{}, claviger.Missing("api key")
	}
	return k, by.Allow(keyScope(k.Kind(), verb))
}

// APIKey is one API key, without the key itself.
func (s *Service) APIKey(ctx context.Context, by authz.Caller, id string) (k claviger.APIKey, err error) {
	if err := by.Allow(KeyScopes("read")...); err != nil {
		return k, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		k, err = apiKey(ctx, tx, by, id, "read")
		return err
	})
	return k, err
}

// APIKeyFilter selects API keys of a list.
type APIKeyFilter struct {
	Workspace string // id or slug; "" for all the caller may see
	IDs       []claviger.APIKeyID
	Page      claviger.Page
}

const maxIDs = 1000

// APIKeys lists the keys of the kinds the caller may list, and how many there
// are in all.
func (s *Service) APIKeys(ctx context.Context, by authz.Caller, f APIKeyFilter) (list []claviger.APIKey, total int, err error) {
	if err := by.Allow(KeyScopes("list")...); err != nil {
		return nil, 0, err
	}
	if len(f.IDs) > maxIDs {
		var p problems
		p.add("ids", "names too many keys")
		return nil, 0, p.err()
	}
	q := claviger.APIKeyQuery{IDs: f.IDs, Kinds: listable(by), Page: f.Page}
	err = s.store.View(ctx, func(tx Tx) error {
		if q.WorkspaceID, err = only(ctx, tx, by, f.Workspace); err != nil {
			return err
		}
		list, total, err = tx.APIKeys(ctx, by.OrganisationID, q)
		return err
	})
	return list, total, err
}

func listable(by authz.Caller) (kinds []claviger.KeyKind) {
	for _, k := range claviger.KeyKinds() {
		if by.Has(keyScope(k, "list")) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// KeyDefaults are what requests with a key take when they do not say.
type KeyDefaults struct {
	Metadata            map[string]string `json:"metadata,omitempty"`
	ConfigID            string            `json:"config_id,omitempty"`
	AllowConfigOverride *bool             `json:"allow_config_override,omitempty"` // nil: allowed
}

// DefaultsOf reads the stored defaults of a key; set is false when there are
// none.
func DefaultsOf(k claviger.APIKey) (d KeyDefaults, set bool) {
	if len(k.Defaults) == 0 || json.Unmarshal(k.Defaults, &d) != nil {
		return KeyDefaults{}, false
	}
	return d, true
}

func apiKeyFields(k claviger.APIKey) audit.Fields {
	f := audit.Fields{
		"id": k.ID, "key": k.Masked, "name": k.Name, "description": k.Description,
		"type": k.Kind().String(), "workspace_id": k.WorkspaceID, "user_id": k.UserID,
		"scopes": k.Scopes, "usage_limits": k.UsageLimits, "rate_limits": k.RateLimits, "defaults": k.Defaults,
		"alert_emails": k.AlertEmails, "status": k.Status, "creation_mode": k.CreationMode, "expires_at": nil,
		"rotation_policy": k.RotationPolicy,
	}
	if !k.ExpiresAt.IsZero() {
		f["expires_at"] = k.ExpiresAt
	}
	if at := lastReset(k.ResetAt, k.LimitedAt); !at.IsZero() {
		f["last_reset_at"] = at
	}
	return f
}

// keyStatus is the status of k now, whatever it has used.
func (s *Service) keyStatus(k claviger.APIKey) claviger.Status {
	if k.Expired(s.now()) {
		return claviger.Expired
	}
	return k.Status
}
