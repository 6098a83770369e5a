package store

import (
	"context"
	"fmt"

	claviger "github.com/claviger/claviger"
)

var (
	selectTargets = "SELECT " + of("p", providerColumns) + ", " + of("i", integrationColumns) + ", " + of("g", grantColumns) + `, w.slug
FROM providers p
JOIN integrations i ON i.organisation_id = p.organisation_id AND i.id = p.integration_id
JOIN grants g ON g.organisation_id = p.organisation_id AND g.integration_id = p.integration_id AND g.workspace_id = p.workspace_id
JOIN workspaces w ON w.organisation_id = p.organisation_id AND w.id = p.workspace_id
WHERE p.organisation_id = $1 AND p.workspace_id = $2 AND p.status <> 'archived' AND p.status = 'active'
	AND i.status = 'active' AND w.status = 'active'`
	listTargets        = selectTargets + " ORDER BY p.created_us DESC, p.id DESC"
	selectTargetByID   = selectTargets + " AND p.id = $3"
	selectTargetBySlug = selectTargets + " AND p.slug = $3"
)

func targetTo(t *claviger.Target) []any {
	return append(append(providerTo(&t.Provider), integrationTo(&t.Integration)...), grantTo(&t.Grant)...)
}

func complete(t *claviger.Target) {
	t.Provider.AIProvider, t.Provider.IntegrationSlug = t.Integration.AIProvider, t.Integration.Slug
}

// Target reads where an active provider of a workspace leads, by id or slug:
// its active integration, that one's models, and the workspace's grant, which
// may be disabled. Without a grant row it is claviger.Missing. Whether the provider is expired
// is the caller's to see.
func (s *Store) Target(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID, ref string) (t claviger.Target, err error) {
	query, value := byRef(ref, selectTargetByID, selectTargetBySlug)
	err = s.View(ctx, func(tx *Tx) error {
		t = claviger.Target{}
		if err := tx.row(ctx, "provider", targetTo(&t), query, org, ws, value); err != nil {
			return err
		}
		t.Models, err = tx.models(ctx, org, t.Integration.ID)
		return err
	})
	complete(&t)
	return t, err
}

// Targets reads all of a workspace's targets, newest provider first, without
// their models.
func (s *Store) Targets(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID) ([]claviger.Target, error) {
	rows, err := s.control.Read.QueryContext(ctx, listTargets, string(org), string(ws))
	if err != nil {
		return nil, s.dialect.fail("list providers", err)
	}
	defer rows.Close()
	var out []claviger.Target
	for rows.Next() {
		var t claviger.Target
		if err := rows.Scan(targetTo(&t)...); err != nil {
			return nil, fmt.Errorf("list providers: %w", err)
		}
		complete(&t)
		out = append(out, t)
	}
	return out, s.dialect.fail("list providers", rows.Err())
}
