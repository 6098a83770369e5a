package store

import (
	"context"

	claviger "github.com/claviger/claviger"
)

// What a workspace may use: what it was granted, and its own without a grant.
// Every row is there once, in two parts that an index each has in the order of
// the list.
const (
	granted = `SELECT integration_created_us AS at, integration_id AS id FROM grants
WHERE organisation_id = $1 AND workspace_id = $2 AND enabled`
	accessible = granted + `
UNION ALL
SELECT own.created_us, own.id FROM integrations own
WHERE own.organisation_id = $1 AND own.workspace_id = $2 AND own.` + live + ` AND NOT EXISTS (SELECT 1 FROM grants g
	WHERE g.organisation_id = $1 AND g.integration_id = own.id AND g.workspace_id = $2 AND g.enabled)`
)

// countAccessible is how many integrations a workspace was granted, how many of
// these are its own, and how many it has of its own. The database keeps count,
// in shards, as rows come and go.
const countAccessible = `SELECT COALESCE(SUM(granted), 0), COALESCE(SUM(own_granted), 0), COALESCE(SUM(own), 0)
FROM accessible_counts WHERE organisation_id = $1 AND workspace_id = $2`

// The page is cut out before its rows are read. CROSS JOIN keeps SQLite from
// starting with all of the organisation's. The rows are found by their time, in
// the index of the whole list, and not by their random ids: what is shown
// together lies near each other there, and on SQLite the index has all that the
// page shows. A range of one id keeps the primary key out of it.
var (
	listGranted    = pageOf + granted + pageEnd
	listAccessible = pageOf + accessible + pageEnd
	pageOf         = "SELECT " + of("i", briefColumns) + " FROM ("
)

const pageEnd = `
ORDER BY 1 DESC, 2 DESC LIMIT $3 OFFSET $4) a CROSS JOIN integrations i
WHERE i.organisation_id = $1 AND i.created_us = a.at AND i.id BETWEEN a.id AND a.id AND i.` + live + ` ORDER BY a.at DESC, a.id DESC`

// accessibleIntegrations is a brief page of what a workspace may use, with no
// other filter.
func (t *Tx) accessibleIntegrations(ctx context.Context, org claviger.OrganisationID, q claviger.IntegrationQuery) (out []claviger.Integration, total int, err error) {
	var all, ownGranted, own int
	err = t.row(ctx, "integrations", []any{&all, &ownGranted, &own}, countAccessible, org, q.AccessibleTo)
	if claviger.CodeOf(err) == claviger.NotFound {
		return nil, 0, nil // no workspace has such a name
	}
	if total = all + own - ownGranted; err != nil || beyond(q.Page, total) {
		return nil, total, err
	}
	query := listGranted
	if own > ownGranted {
		query = listAccessible
	}
	err = t.rows(ctx, "integrations", query, []any{org, q.AccessibleTo, q.Page.Size, q.Page.Offset()}, integrationsTo(&out, q))
	return out, total, err
}

// The same for an organisation.
const (
	countIntegrations   = "SELECT COALESCE(SUM(live), 0) FROM integration_counts WHERE organisation_id = $1"
	countOfOrganisation = countIntegrations + " AND NOT of_workspaces"
	countOfWorkspaces   = countIntegrations + " AND of_workspaces"
)

// allIntegrations is a page of all of an organisation's, or of those of a type.
func (t *Tx) allIntegrations(ctx context.Context, org claviger.OrganisationID, q claviger.IntegrationQuery) (out []claviger.Integration, total int, err error) {
	counting := countIntegrations
	switch q.Type {
	case "organisation":
		counting = countOfOrganisation
	case "workspace":
		counting = countOfWorkspaces
	}
	total, err = t.count(ctx, "integrations", counting, org)
	if err != nil || beyond(q.Page, total) {
		return nil, total, err
	}
	w, from := integrationsWhere(org, q)
	err = integrationList(from, q).page(ctx, t, w, integrationsTo(&out, q))
	return out, total, err
}
