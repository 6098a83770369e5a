package store

import (
	"context"
	"database/sql"

	claviger "github.com/claviger/claviger"
)

const providerColumns = `organisation_id, id, workspace_id, integration_id, slug, name, note, usage_limits, rate_limits,
	expires_us, owns_integration, status, created_us, updated_us, version, reset_us, limited_us, named_as, made_by_access`

func providerTo(p *claviger.Provider) []any {
	return []any{text(&p.OrganisationID), text(&p.ID), text(&p.WorkspaceID), text(&p.IntegrationID), text(&p.Slug), text(&p.Name),
		text(&p.Note), rawTo{&p.UsageLimits}, rawTo{&p.RateLimits},
		timeTo{&p.ExpiresAt}, flag(&p.OwnsIntegration), text(&p.Status), timeTo{&p.CreatedAt}, timeTo{&p.UpdatedAt}, number(&p.Version),
		timeTo{&p.ResetAt}, timeTo{&p.LimitedAt}, text(&p.NamedAs), flag(&p.MadeByAccess)}
}

const insertProvider = `INSERT INTO providers (` + providerColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT DO NOTHING`

// InsertProvider adds a provider; claviger.Conflict if its slug is taken in the
// workspace, claviger.Missing if its workspace or integration is not there.
func (t *Tx) InsertProvider(ctx context.Context, p claviger.Provider) error {
	return t.insert(ctx, step{name: "insert provider", taken: "slug is already taken", parent: "workspace or integration"}, insertProvider,
		p.OrganisationID, p.ID, p.WorkspaceID, p.IntegrationID, p.Slug, p.Name, p.Note, raw(p.UsageLimits), raw(p.RateLimits),
		micros(p.ExpiresAt), p.OwnsIntegration, p.Status, p.CreatedAt.UnixMicro(), p.UpdatedAt.UnixMicro(), p.Version,
		micros(p.ResetAt), micros(p.LimitedAt), p.NamedAs, p.MadeByAccess)
}

var (
	providerAndKind = of("p", providerColumns) + ", i.ai_provider, i.slug"
	providersFrom   = `providers p JOIN integrations i ON i.organisation_id = p.organisation_id AND i.id = p.integration_id`

	selectProvider = "SELECT " + providerAndKind + " FROM " + providersFrom + `
WHERE p.organisation_id = $1 AND p.workspace_id = $2 AND p.` + live
	selectProviderByID   = selectProvider + " AND p.id = $3"
	selectProviderBySlug = selectProvider + " AND p.slug = $3"
)

func providerAndKindTo(p *claviger.Provider) []any {
	return append(providerTo(p), text(&p.AIProvider), text(&p.IntegrationSlug))
}

// Provider reads a provider of one workspace by id or slug.
func (t *Tx) Provider(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID, ref string) (p claviger.Provider, err error) {
	query, value := byRef(ref, selectProviderByID, selectProviderBySlug)
	err = t.row(ctx, "provider", providerAndKindTo(&p), query, org, ws, value)
	return p, err
}

// Providers lists a page, newest first, and counts all that match.
func (t *Tx) Providers(ctx context.Context, org claviger.OrganisationID, q claviger.ProviderQuery) ([]claviger.Provider, int, error) {
	var w where
	w.and("p.organisation_id = ?", org)
	w.and("p." + live)
	if q.WorkspaceID != "" {
		w.and("p.workspace_id = ?", q.WorkspaceID)
	}
	if q.IntegrationID != "" {
		w.and("p.integration_id = ?", q.IntegrationID)
	}
	if q.Ref != "" {
		condition, ref := byRef(q.Ref, "p.id = ?", "p.slug = ?")
		w.and(condition, ref)
	}
	l := list{what: "providers", columns: providerAndKind, from: providersFrom, counted: "providers p",
		order: "p.created_us DESC, p.id DESC", part: q.Page}
	if q.IntegrationID == "" && q.Ref == "" {
		l.kept = kept("providers", org, q.WorkspaceID)
	}
	var out []claviger.Provider
	total, err := l.read(ctx, t, &w, func(rows *sql.Rows) error {
		out = append(out, claviger.Provider{})
		return rows.Scan(providerAndKindTo(&out[len(out)-1])...)
	})
	return out, total, err
}

const (
	updateProvider = `UPDATE providers SET slug = $1, name = $2, note = $3, usage_limits = $4, rate_limits = $5, expires_us = $6,
	status = $7, updated_us = $8, reset_us = $9, limited_us = $10, version = version + 1
WHERE organisation_id = $11 AND workspace_id = $12 AND id = $13 AND version = $14 AND ` + live
	archiveProvider = `UPDATE providers SET status = 'archived', updated_us = $1, version = version + 1
WHERE organisation_id = $2 AND workspace_id = $3 AND id = $4 AND version = $5 AND ` + live
	providerExists = "SELECT 1 FROM providers WHERE organisation_id = $1 AND id = $2 AND " + live
)

// UpdateProvider writes what may change about a provider (its workspace and
// integration may not) where the version is still p.Version, and makes it one
// higher.
func (t *Tx) UpdateProvider(ctx context.Context, p claviger.Provider) error {
	n, err := t.exec(ctx, step{name: "update provider", taken: "slug is already taken"}, updateProvider,
		p.Slug, p.Name, p.Note, raw(p.UsageLimits), raw(p.RateLimits), micros(p.ExpiresAt), notArchived(p.Status),
		p.UpdatedAt.UnixMicro(), micros(p.ResetAt), micros(p.LimitedAt), p.OrganisationID, p.WorkspaceID, p.ID, p.Version)
	return t.changed(ctx, n, err, "provider", providerExists, p.OrganisationID, p.ID)
}

// ArchiveProvider archives a provider where the version is still p.Version, at
// p.UpdatedAt.
func (t *Tx) ArchiveProvider(ctx context.Context, p claviger.Provider) error {
	n, err := t.exec(ctx, step{name: "archive provider"}, archiveProvider,
		p.UpdatedAt.UnixMicro(), p.OrganisationID, p.WorkspaceID, p.ID, p.Version)
	return t.changed(ctx, n, err, "provider", providerExists, p.OrganisationID, p.ID)
}
