package store

import (
	"context"
	"database/sql"
	"fmt"

	claviger "github.com/claviger/claviger"
)

// TotalDifference is a total that the database keeps and that is not what there
// is: of a list, or of the integrations that a workspace may use.
type TotalDifference struct {
	OrganisationID claviger.OrganisationID
	// Total is what is counted: "api_keys", "providers", "integrations",
	// "accessible" or "granted". Scope is the workspace, or for "granted" the
	// integration; "" is all of the organisation. Kind is a part of it.
	Total, Scope, Kind string
	Stored, Counted    int64
}

// String names the total.
func (d TotalDifference) String() string {
	out := d.Total
	if d.Kind != "" {
		out += "/" + d.Kind
	}
	if d.Scope != "" {
		out += " of " + d.Scope
	}
	return out
}

// Every kept number, and what there is, as rows to add up.
const keptTotals = `WITH numbers (organisation_id, total, scope, kind, stored, counted) AS (
SELECT organisation_id, list, workspace_id, kind, live, 0 FROM list_counts
UNION ALL SELECT organisation_id, 'api_keys', '', type || '-' || sub_type, 0, 1 FROM api_keys WHERE ` + live + `
UNION ALL SELECT organisation_id, 'api_keys', workspace_id, type || '-' || sub_type, 0, 1 FROM api_keys WHERE workspace_id IS NOT NULL AND ` + live + `
UNION ALL SELECT organisation_id, 'providers', '', '', 0, 1 FROM providers WHERE ` + live + `
UNION ALL SELECT organisation_id, 'providers', workspace_id, '', 0, 1 FROM providers WHERE ` + live + `
UNION ALL SELECT organisation_id, 'integrations', '', CASE WHEN of_workspaces THEN 'workspace' ELSE 'organisation' END, live, 0 FROM integration_counts
UNION ALL SELECT organisation_id, 'integrations', '', CASE WHEN workspace_id IS NULL THEN 'organisation' ELSE 'workspace' END, 0, 1 FROM integrations WHERE ` + live + `
UNION ALL SELECT organisation_id, 'accessible', workspace_id, 'granted', granted, 0 FROM accessible_counts
UNION ALL SELECT organisation_id, 'accessible', workspace_id, 'granted', 0, 1 FROM grants WHERE enabled
UNION ALL SELECT organisation_id, 'accessible', workspace_id, 'own_granted', own_granted, 0 FROM accessible_counts
UNION ALL SELECT organisation_id, 'accessible', workspace_id, 'own_granted', 0, 1 FROM grants WHERE enabled AND own
UNION ALL SELECT organisation_id, 'accessible', workspace_id, 'own', own, 0 FROM accessible_counts
UNION ALL SELECT organisation_id, 'accessible', workspace_id, 'own', 0, 1 FROM integrations WHERE workspace_id IS NOT NULL AND ` + live

const wrongTotals = `)
SELECT organisation_id, total, scope, kind, SUM(stored), SUM(counted) FROM numbers
GROUP BY organisation_id, total, scope, kind HAVING SUM(stored) <> SUM(counted) ORDER BY organisation_id, total, scope, kind`

// CheckTotals counts the control data again, in one consistent state, and returns
// the totals that are kept otherwise. It changes nothing and may run beside a
// server.
func (s *Store) CheckTotals(ctx context.Context) (wrong []TotalDifference, err error) {
	err = s.View(ctx, func(t *Tx) error {
		wrong, err = t.wrongTotals(ctx)
		return err
	})
	return wrong, err
}

// RepairTotals makes the totals what CheckTotals counts, all or none, and returns
// those that were wrong.
func (s *Store) RepairTotals(ctx context.Context) (wrong []TotalDifference, err error) {
	err = s.Update(ctx, func(t *Tx) error {
		if wrong, err = t.wrongTotals(ctx); err != nil {
			return err
		}
		for _, d := range wrong {
			if err := t.repairTotal(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
	return wrong, err
}

func (t *Tx) wrongTotals(ctx context.Context) (wrong []TotalDifference, err error) {
	err = t.rows(ctx, "totals", keptTotals+t.d.GrantedTotals+wrongTotals, nil, func(rows *sql.Rows) error {
		var d TotalDifference
		err := rows.Scan(text(&d.OrganisationID), &d.Total, &d.Scope, &d.Kind, &d.Stored, &d.Counted)
		wrong = append(wrong, d)
		return err
	})
	return wrong, err
}

// repairTotal adds what is missing to the first of the total's shards.
func (t *Tx) repairTotal(ctx context.Context, d TotalDifference) error {
	s, more := step{name: "repair total"}, d.Counted-d.Stored
	var err error
	switch d.Total {
	case "integrations":
		_, err = t.exec(ctx, s, `INSERT INTO integration_counts AS c (organisation_id, of_workspaces, shard, live) VALUES ($1, $2, 0, $3)
ON CONFLICT (organisation_id, of_workspaces, shard) DO UPDATE SET live = c.live + excluded.live`,
			d.OrganisationID, d.Kind == "workspace", more)
	case "accessible":
		of := map[string]int64{d.Kind: more}
		_, err = t.exec(ctx, s, `INSERT INTO accessible_counts AS c (organisation_id, workspace_id, shard, granted, own_granted, own) VALUES ($1, $2, 0, $3, $4, $5)
ON CONFLICT (organisation_id, workspace_id, shard) DO UPDATE
SET granted = c.granted + excluded.granted, own_granted = c.own_granted + excluded.own_granted, own = c.own + excluded.own`,
			d.OrganisationID, d.Scope, of["granted"], of["own_granted"], of["own"])
	case "granted":
		var n int64
		if n, err = t.exec(ctx, s, t.d.RepairGranted, more, d.OrganisationID, d.Scope); err == nil && n == 0 {
			err = fmt.Errorf("repair total: %s has grants and is not there", d.Scope)
		}
	default:
		_, err = t.exec(ctx, s, `INSERT INTO list_counts AS c (organisation_id, list, workspace_id, kind, shard, live) VALUES ($1, $2, $3, $4, 0, $5)
ON CONFLICT (organisation_id, list, workspace_id, kind, shard) DO UPDATE SET live = c.live + excluded.live`,
			d.OrganisationID, d.Total, d.Scope, d.Kind, more)
	}
	return err
}
