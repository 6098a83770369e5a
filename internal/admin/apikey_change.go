package admin

import (
	"context"
	"slices"

	"github.com/google/uuid"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/secret"
)

// NewAPIKey asks for an API key of a kind.
type NewAPIKey struct {
	Kind      claviger.KeyKind
	Workspace string // id or slug; not for organisation keys
	UserID    string // of user keys; "" for the owner
	APIKeyInput
}

// CreateAPIKey makes a key and returns it, this once, in the clear.
func (s *Service) CreateAPIKey(ctx context.Context, by authz.Caller, in NewAPIKey) (made claviger.APIKey, plain secret.String, err error) {
	if !slices.Contains(claviger.KeyKinds(), in.Kind) {
		p := startWith(in.Found)
		p.add("subType", "is none that this type of key has")
		return made, plain, p.err()
	}
	if err := by.Allow(keyScope(in.Kind, "create")); err != nil {
		return made, plain, err
	}
	err = s.update(ctx, by, func(w *work) error {
		k := claviger.APIKey{
			ID: claviger.NewID[claviger.APIKeyID](), OrganisationID: by.OrganisationID,
			Type: in.Kind.Type, SubType: in.Kind.SubType, Status: claviger.Active, CreationMode: "api",
			CreatedAt: w.now, UpdatedAt: w.now, Version: 1,
		}
		p := startWith(in.Found)
		if err := w.placeKey(ctx, &k, in, p); err != nil {
			return err
		}
		in.apply(&k, p, w.now)
		if err := p.err(); err != nil {
			return err
		}
		if err := mayGrant(by, k.Scopes); err != nil {
			return err
		}
		if err := w.mayHold(ctx, k); err != nil {
			return err
		}
		plain = claviger.NewKey(k.Type, k.SubType)
		made, err = w.insertKey(ctx, k, plain)
		return err
	})
	return made, plain, err
}

// placeKey says whose the key is: its workspace, and its user.
func (w *work) placeKey(ctx context.Context, k *claviger.APIKey, in NewAPIKey, p *problems) error {
	if k.Type == claviger.WorkspaceKey {
		switch {
		case w.by.IsOrganisation() && in.Workspace == "":
			p.add("workspace_id", "is required with an organisation key")
		default:
			ws, err := workspaceOf(ctx, w, w.by, in.Workspace)
			if err != nil {
				return err
			}
			k.WorkspaceID = ws.ID
		}
	}
	if k.SubType == claviger.UserKey {
		k.UserID = in.UserID
		if k.UserID == "" {
			k.UserID = OwnerID(k.OrganisationID)
		}
		p.text("user_id", k.UserID, true, maxName)
	}
	return nil
}

// OwnerID stands for the owner of an organisation that has no users yet. It is
// always the same for one organisation.
func OwnerID(org claviger.OrganisationID) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("owner of organisation "+org)).String()
}

// insertKey stores k under the hash of plain.
func (w *work) insertKey(ctx context.Context, k claviger.APIKey, plain secret.String) (claviger.APIKey, error) {
	k.Hash, k.Masked = claviger.HashKey(plain.Reveal()), plain.Mask()
	if err := w.InsertAPIKey(ctx, k); err != nil {
		return k, err
	}
	return k, w.record(ctx, claviger.APIKeyChanged, audit.Change{
		Action: "create", ResourceID: string(k.ID), WorkspaceID: k.WorkspaceID, After: apiKeyFields(k),
	})
}

// UpdateAPIKey changes what in names. Kind, workspace and user of a key never
// change.
func (s *Service) UpdateAPIKey(ctx context.Context, by authz.Caller, id string, in APIKeyInput) error {
	if err := by.Allow(KeyScopes("update")...); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		old, err := changeableKey(ctx, w, by, id, "update")
		if err != nil {
			return err
		}
		k, p := old, startWith(in.Found)
		in.apply(&k, p, w.now)
		if err := p.err(); err != nil {
			return err
		}
		if err := mayGrant(by, k.Scopes); err != nil {
			return err
		}
		if err := w.mayWiden(ctx, old, k, in.ResetUsage); err != nil {
			return err
		}
		if unchanged(old, k) {
			return nil
		}
		k.UpdatedAt = w.now
		if err := w.UpdateAPIKey(ctx, k); err != nil {
			return err
		}
		return w.record(ctx, claviger.APIKeyChanged, audit.Change{
			Action: "update", ResourceID: id, WorkspaceID: k.WorkspaceID,
			Before: apiKeyFields(old), After: apiKeyFields(k),
		})
	})
}

// DeleteAPIKey revokes a key.
func (s *Service) DeleteAPIKey(ctx context.Context, by authz.Caller, id string) error {
	if err := by.Allow(KeyScopes("delete")...); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		k, err := changeableKey(ctx, w, by, id, "delete")
		if err != nil {
			return err
		}
		k.UpdatedAt = w.now
		if err := w.ArchiveAPIKey(ctx, k); err != nil {
			return err
		}
		return w.record(ctx, claviger.APIKeyChanged, audit.Change{
			Action: "delete", ResourceID: string(k.ID), WorkspaceID: k.WorkspaceID, Before: apiKeyFields(k),
		})
	})
}
