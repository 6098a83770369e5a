package store

import (
	"cmp"
	"context"
	"database/sql"

	claviger "github.com/claviger/claviger"
)

const grantColumns = `organisation_id, integration_id, workspace_id, enabled, usage_limits, rate_limits, status, last_reset_us,
	limited_us, created_us, updated_us`

func grantTo(g *claviger.Grant) []any {
	return []any{text(&g.OrganisationID), text(&g.IntegrationID), text(&g.WorkspaceID), flag(&g.Enabled),
		rawTo{&g.UsageLimits}, rawTo{&g.RateLimits}, text(&g.Status), timeTo{&g.LastResetAt},
		timeTo{&g.LimitedAt}, timeTo{&g.CreatedAt}, timeTo{&g.UpdatedAt}, text(&g.WorkspaceSlug)}
}

var (
	selectGrants = "SELECT " + of("g", grantColumns) + `, w.slug
FROM grants g JOIN workspaces w ON w.organisation_id = g.organisation_id AND w.id = g.workspace_id
WHERE g.organisation_id = $1 AND g.integration_id = $2`
	listGrants  = selectGrants + " ORDER BY g.created_us, g.workspace_id"
	selectGrant = selectGrants + " AND g.workspace_id = $3"
)

// Grants lists every workspace row of an integration, enabled or not, oldest
// first.
func (t *Tx) Grants(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID) ([]claviger.Grant, error) {
	var out []claviger.Grant
	err := t.rows(ctx, "grants", listGrants, []any{org, id}, func(rows *sql.Rows) error {
		out = append(out, claviger.Grant{})
		return rows.Scan(grantTo(&out[len(out)-1])...)
	})
	if err == nil && len(out) == 0 {
		err = t.integrationExists(ctx, org, id)
	}
	return out, err
}

func (t *Tx) integrationExists(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID) error {
	var one int
	return t.row(ctx, "integration", []any{&one}, integrationExists, org, id)
}

// Grant reads one workspace's row.
func (t *Tx) Grant(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID, ws claviger.WorkspaceID) (g claviger.Grant, err error) {
	err = t.row(ctx, "workspace access", grantTo(&g), selectGrant, org, id, ws)
	return g, err
}

// The row is taken from live parents, so that a grant cannot outlive either.
const putGrant = `INSERT INTO grants (` + grantColumns + `, integration_created_us, own)
SELECT i.organisation_id, i.id, w.id, $4, $5, $6, $7, $8, $9, $10, $11, i.created_us, i.workspace_id IS NOT NULL AND i.workspace_id = w.id
FROM integrations i JOIN workspaces w ON w.organisation_id = i.organisation_id
WHERE i.organisation_id = $1 AND i.id = $2 AND w.id = $3 AND i.status <> 'archived' AND w.status <> 'archived'
ON CONFLICT (organisation_id, integration_id, workspace_id) DO UPDATE
SET enabled = excluded.enabled, usage_limits = excluded.usage_limits, rate_limits = excluded.rate_limits,
	status = excluded.status, last_reset_us = excluded.last_reset_us, limited_us = excluded.limited_us, updated_us = excluded.updated_us`

// PutGrant writes a workspace's row, new or changed; CreatedAt counts only for
// a new one, and no Status is Active.
func (t *Tx) PutGrant(ctx context.Context, g claviger.Grant) error {
	n, err := t.exec(ctx, step{name: "put grant"}, putGrant, g.OrganisationID, g.IntegrationID, g.WorkspaceID,
		g.Enabled, raw(g.UsageLimits), raw(g.RateLimits), cmp.Or(g.Status, claviger.Active), micros(g.LastResetAt),
		micros(g.LimitedAt), g.CreatedAt.UnixMicro(), g.UpdatedAt.UnixMicro())
	if err == nil && n == 0 {
		return claviger.Missing("integration or workspace")
	}
	return err
}
