package admin

import (
	"context"
	"encoding/json"
	"fmt"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
)

// AccessInput changes who may use an integration. Workspaces that no row names
// stay as they are, unless Override gives them the global settings.
type AccessInput struct {
	Rows           []AccessRow
	Global         Optional[GlobalAccessInput]
	Override       bool
	CreateProvider Optional[bool] // for rows that do not say; else true
	ProviderSlug   string         // for rows that do not say
	Found          claviger.Problems
}

// AccessRow is one workspace's access.
type AccessRow struct {
	Workspace      string // id or slug
	Enabled        Optional[bool]
	UsageLimits    Optional[json.RawMessage] // absent keeps
	RateLimits     Optional[json.RawMessage]
	ResetUsage     bool // count from zero again
	CreateProvider Optional[bool]
	ProviderSlug   string
}

// GlobalAccessInput sets what workspaces made later get.
type GlobalAccessInput struct {
	Enabled     Optional[bool]
	UsageLimits Optional[json.RawMessage] // absent keeps
	RateLimits  Optional[json.RawMessage]
}

const maxRows = 1000

// UpdateAccess grants and takes away access. Granting makes the provider the
// workspace calls the integration by; taking away stops it. It returns the paths
// of what was asked of providers to no effect.
func (s *Service) UpdateAccess(ctx context.Context, by authz.Caller, ref string, in AccessInput) (ignored []string, err error) {
	if err := by.Allow(IntegrationScopes("update")...); err != nil {
		return nil, err
	}
	err = s.update(ctx, by, func(w *work) error {
		i, err := changeable(ctx, w, by, ref, "update")
		if err != nil {
			return err
		}
		grants, err := w.Grants(ctx, by.OrganisationID, i.ID)
		if err != nil {
			return err
		}
		c := &accessChange{work: w, i: i, in: in, p: startWith(in.Found), grants: map[claviger.WorkspaceID]claviger.Grant{}}
		for _, g := range grants {
			c.grants[g.WorkspaceID] = g
		}
		err = c.run(ctx, grants)
		ignored = c.asked.ignored()
		return err
	})
	return ignored, err
}

// accessChange is one run of UpdateAccess. It stores as it goes; a problem
// found late undoes everything with the transaction.
type accessChange struct {
	*work
	i      claviger.Integration
	in     AccessInput
	p      *problems
	grants map[claviger.WorkspaceID]claviger.Grant
	asked  wishes
}

func (c *accessChange) run(ctx context.Context, existing []claviger.Grant) error {
	if err := c.global(ctx); err != nil {
		return err
	}
	if c.in.Override {
		if err := c.override(ctx, existing); err != nil {
			return err
		}
	}
	c.p.slug(slugField, c.in.ProviderSlug)
	if len(c.in.Rows) > maxRows {
		c.p.add("workspaces", fmt.Sprintf("may hold at most %d", maxRows))
		return c.p.err()
	}
	named := map[claviger.WorkspaceID]bool{}
	for n, row := range c.in.Rows {
		if err := c.row(ctx, fmt.Sprintf("workspaces[%d]", n), row, named); err != nil {
			return err
		}
	}
	c.askedOfNone()
	return c.p.err()
}

// global stores the settings for workspaces to come.
func (c *accessChange) global(ctx context.Context) error {
	const path = "global_workspace_access"
	if !c.in.Global.Set {
		return nil
	}
	old := c.i
	c.i.GlobalAccess = nil
	if in, ok := c.in.Global.Get(); ok {
		enabled, said := in.Enabled.Get()
		if !said {
			c.p.add(path+".enabled", "is required")
		}
		if c.i.WorkspaceID != "" {
			c.p.add(path, "is for integrations of the organisation; this one belongs to a workspace")
		}
		global, err := globalAccess(old)
		if err != nil {
			return err
		}
		global.Enabled = enabled
		if in.UsageLimits.Set {
			global.UsageLimits = c.p.usageLimits(path+".usage_limits", in.UsageLimits.Value, unset(global.UsageLimits), inArray, c.now)
		}
		if in.RateLimits.Set {
			global.RateLimits = c.p.rateLimits(path+".rate_limits", in.RateLimits.Value, unset(global.RateLimits), 1)
		}
		if c.i.GlobalAccess, err = json.Marshal(global); err != nil {
			return err
		}
	}
	if !c.p.empty() || unchanged(old, c.i) {
		return nil
	}
	c.i.UpdatedAt = c.now
	if err := c.UpdateIntegration(ctx, c.i); err != nil {
		return err
	}
	return c.record(ctx, claviger.IntegrationChanged, audit.Change{
		Action: "update", ResourceID: string(c.i.ID),
		Before: audit.Fields{"slug": old.Slug, "global_workspace_access_settings": old.GlobalAccess},
		After:  audit.Fields{"slug": c.i.Slug, "global_workspace_access_settings": c.i.GlobalAccess},
	})
}

// override gives every row there is the global settings.
func (c *accessChange) override(ctx context.Context, existing []claviger.Grant) error {
	if c.i.GlobalAccess == nil {
		if c.p.empty() {
			c.p.add("override_existing_workspace_access", "needs global_workspace_access, now or from before")
		}
		return nil
	}
	global, err := globalAccess(c.i)
	if err != nil {
		return err
	}
	for _, old := range existing {
		g := old
		g.Enabled, g.UsageLimits, g.RateLimits = global.Enabled, unset(global.UsageLimits), unset(global.RateLimits)
		counting{&g.LastResetAt, &g.LimitedAt}.since(old.UsageLimits, g.UsageLimits, inArray, c.now)
		if err := c.store(ctx, g, c.wish("", AccessRow{})); err != nil {
			return err
		}
	}
	return nil
}

// row applies one row of the request.
func (c *accessChange) row(ctx context.Context, at string, row AccessRow, named map[claviger.WorkspaceID]bool) error {
	ws, err := c.target(ctx, row.Workspace)
	if claviger.CodeOf(err) == claviger.NotFound {
		c.p.refuse(at+".id", "is no workspace that this integration can be granted to")
		return nil
	}
	if err != nil {
		return err
	}
	if named[ws.ID] {
		c.p.add(at+".id", "names a workspace a second time")
	}
	named[ws.ID] = true
	g, there := c.grants[ws.ID]
	if !there {
		g = claviger.Grant{
			OrganisationID: c.i.OrganisationID, IntegrationID: c.i.ID, WorkspaceID: ws.ID, WorkspaceSlug: ws.Slug, Status: claviger.Active, CreatedAt: c.now,
		}
	}
	enabled, said := row.Enabled.Get()
	if !said {
		c.p.add(at+".enabled", "is required")
	}
	g.Enabled = enabled
	if row.UsageLimits.Set {
		old := g.UsageLimits
		g.UsageLimits = c.p.usageLimits(at+".usage_limits", row.UsageLimits.Value, old, inArray, c.now)
		counting{&g.LastResetAt, &g.LimitedAt}.since(old, g.UsageLimits, inArray, c.now)
	}
	if row.RateLimits.Set {
		g.RateLimits = c.p.rateLimits(at+".rate_limits", row.RateLimits.Value, g.RateLimits, 1)
	}
	if row.ResetUsage {
		counting{&g.LastResetAt, &g.LimitedAt}.byHand(c.now)
	}
	c.p.slug(at+"."+slugField, row.ProviderSlug)
	return c.store(ctx, g, c.wish(at+".", row))
}

// target is the workspace of a row, if the integration can be granted to it.
func (c *accessChange) target(ctx context.Context, ref string) (claviger.Workspace, error) {
	ws, err := c.Workspace(ctx, c.by.OrganisationID, ref)
	if err == nil && c.i.WorkspaceID != "" && ws.ID != c.i.WorkspaceID {
		return ws, claviger.Missing("workspace")
	}
	return ws, err
}

// store keeps a row and, when it newly grants access, makes its provider
// unless the workspace has one already.
func (c *accessChange) store(ctx context.Context, g claviger.Grant, wanted wish) error {
	if !c.p.empty() {
		return nil // refused anyway; the other rows are looked at for their problems
	}
	var before *claviger.Grant
	if old, there := c.grants[g.WorkspaceID]; there {
		before = &old
	}
	if err := c.putGrant(ctx, c.i, before, g); err != nil {
		return err
	}
	c.grants[g.WorkspaceID] = g
	return c.provide(ctx, g, before != nil && before.Enabled, wanted)
}
