package gateway

import (
	"context"
	"fmt"
	"log/slog"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/vault"
)

// TargetSource reads where the slugs of a workspace lead.
type TargetSource interface {
	Target(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID, ref string) (claviger.Target, error)
	Targets(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID) ([]claviger.Target, error)
}

// Opener opens what an integration keeps sealed.
type Opener interface {
	OpenCredentials(vault.Binding, []byte) (vault.Credentials, error)
}

type targetKey struct {
	org  claviger.OrganisationID
	ws   claviger.WorkspaceID
	slug string
}

// targets keeps compiled targets.
type targets struct {
	source       TargetSource
	vault        Opener
	providers    Registry
	catalogue    *catalogue.Catalogue
	log          *slog.Logger
	allowPrivate bool
	cache        cache[targetKey, *target]
}

func newTargets(o Options) *targets {
	d := &targets{source: o.Targets, vault: o.Vault, providers: o.Providers, catalogue: o.Catalogue, log: o.Log, allowPrivate: o.AllowPrivateHosts}
	d.cache = cache[targetKey, *target]{what: "a provider", read: d.read, log: o.Log, now: o.Now,
		// What a provider was heard to have, and how it answers, is still true.
		replace: func(old, now *target) {
			now.models.Store(old.models.Load())
			now.prices.adopt(old.prices)
		}}
	return d
}

// get returns the target of a slug, or claviger.Missing when the workspace has
// none of that name.
func (d *targets) get(ctx context.Context, key targetKey) (*target, error) {
	return d.cache.get(ctx, key)
}

func (d *targets) read(ctx context.Context, key targetKey) (*target, error) {
	row, err := d.source.Target(ctx, key.org, key.ws, key.slug)
	switch {
	case err == nil && !row.Grant.Enabled:
		return nil, claviger.Missing("provider")
	case claviger.CodeOf(err) == claviger.NotFound:
		return nil, err
	case err != nil:
		return nil, unreadable(err)
	}
	t, err := d.compile(row)
	if err != nil {
		return nil, fmt.Errorf("compile provider %s: %w", row.Provider.ID, err)
	}
	return t, nil
}

// invalidate forgets every target that a change concerns.
func (d *targets) invalidate(c claviger.Change) {
	d.cache.forget(func(_ targetKey, t *target) bool {
		return t.organisationID == c.OrganisationID && (c.ID == string(t.workspaceID) ||
			c.ID == string(t.integrationID) || c.ID == string(t.providerID))
	})
}

// all compiles every provider of a workspace. One that cannot be compiled is
// left out and logged.
func (d *targets) all(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID) ([]*target, error) {
	rows, err := d.source.Targets(ctx, org, ws)
	if err != nil {
		return nil, unreadable(err)
	}
	var out []*target
	for _, row := range rows {
		if !row.Grant.Enabled {
			continue
		}
		t, err := d.get(ctx, targetKey{org, ws, row.Provider.Slug})
		if err != nil {
			d.log.Warn("a provider could not be read", "provider", row.Provider.ID, "error", cause(err))
			continue
		}
		out = append(out, t)
	}
	return out, nil
}
