package admin

import (
	"context"
	"encoding/json"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
)

// GlobalAccess says what workspaces made later get of an integration. It is
// stored and shown as it is.
type GlobalAccess struct {
	Enabled     bool            `json:"enabled"`
	UsageLimits json.RawMessage `json:"usage_limits"`
	RateLimits  json.RawMessage `json:"rate_limits"`
}

// Access is who may use an integration.
type Access struct {
	Grants []claviger.Grant // with a workspace key, its own workspace's only
	Global json.RawMessage  // nil when unset, and for workspace keys
}

// IntegrationAccess lists the workspaces that have a row, enabled or not.
func (s *Service) IntegrationAccess(ctx context.Context, by authz.Caller, ref string) (a Access, err error) {
	if err := by.Allow(IntegrationScopes("read")...); err != nil {
		return a, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		i, err := integration(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		if by.IsOrganisation() {
			a.Global = i.GlobalAccess
			a.Grants, err = tx.Grants(ctx, by.OrganisationID, i.ID)
			return err
		}
		g, err := tx.Grant(ctx, by.OrganisationID, i.ID, by.WorkspaceID)
		a.Grants = []claviger.Grant{g}
		return err
	})
	return a, err
}

// attachGlobal gives a new workspace every integration with global access.
func (w *work) attachGlobal(ctx context.Context, ws claviger.Workspace) error {
	list, err := w.GloballyGranted(ctx, ws.OrganisationID)
	if err != nil {
		return err
	}
	p := &problems{}
	for _, i := range list {
		global, err := globalAccess(i)
		if err != nil {
			return err
		}
		g := claviger.Grant{
			OrganisationID: i.OrganisationID, IntegrationID: i.ID, WorkspaceID: ws.ID, WorkspaceSlug: ws.Slug,
			Enabled: true, Status: claviger.Active, UsageLimits: unset(global.UsageLimits), RateLimits: unset(global.RateLimits),
			CreatedAt: w.now, UpdatedAt: w.now,
		}
		counting{&g.LastResetAt, &g.LimitedAt}.since(nil, g.UsageLimits, inArray, w.now)
		if err := w.putGrant(ctx, i, nil, g); err != nil {
			return err
		}
		if err := w.newProvider(ctx, i, ws.ID, "", "", p); err != nil {
			return err
		}
	}
	return p.err()
}

// globalAccess is what i has for workspaces made later; the zero value if
// nothing.
func globalAccess(i claviger.Integration) (global GlobalAccess, err error) {
	if i.GlobalAccess != nil {
		err = json.Unmarshal(i.GlobalAccess, &global)
	}
	return global, err
}

func unset(raw json.RawMessage) json.RawMessage {
	if isNull(raw) {
		return nil
	}
	return raw
}

// putGrant stores a row of access, unless it is as it was, and records it as a
// change of the integration.
func (w *work) putGrant(ctx context.Context, i claviger.Integration, old *claviger.Grant, g claviger.Grant) error {
	if old != nil && unchanged(*old, g) {
		return nil
	}
	g.UpdatedAt = w.now
	if err := w.PutGrant(ctx, g); err != nil {
		return err
	}
	change := audit.Change{
		Action: "update", ResourceID: string(i.ID), WorkspaceID: g.WorkspaceID,
		After: grantFields(i, g),
	}
	if old != nil {
		change.Before = grantFields(i, *old)
	}
	return w.record(ctx, claviger.IntegrationChanged, change)
}

func grantFields(i claviger.Integration, g claviger.Grant) audit.Fields {
	return audit.Fields{"slug": i.Slug, "workspace_access": map[string]any{
		"id": g.WorkspaceSlug, "workspace_id": g.WorkspaceID, "enabled": g.Enabled,
		"usage_limits": g.UsageLimits, "rate_limits": g.RateLimits, "status": g.Status,
		"last_reset_at": orNil(lastReset(g.LastResetAt, g.LimitedAt)),
	}}
}
