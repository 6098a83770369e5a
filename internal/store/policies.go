package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	claviger "github.com/claviger/claviger"
)

const policyColumns = `organisation_id, id, workspace_id, kind, name, description, conditions, group_by, bound, target,
	counts_from_us, status, created_us, updated_us, version`

func policyTo(p *claviger.Policy) []any {
	return []any{text(&p.OrganisationID), text(&p.ID), text(&p.WorkspaceID), text(&p.Kind), text(&p.Name), text(&p.Description),
		rawTo{&p.Conditions}, rawTo{&p.GroupBy}, rawTo{&p.Limit}, text(&p.Target), timeTo{&p.CountsFrom},
		text(&p.Status), timeTo{&p.CreatedAt}, timeTo{&p.UpdatedAt}, number(&p.Version)}
}

// listed is what policies are listed by of their limit.
type listed struct {
	Type string `json:"type"`
	Unit string `json:"unit"`
}

func listedBy(limit json.RawMessage) (l listed, err error) {
	if len(limit) > 0 {
		err = json.Unmarshal(limit, &l)
	}
	return l, err
}

// The row is taken from a live workspace, so that a policy cannot outlive it.
const insertPolicy = `INSERT INTO policies (` + policyColumns + `, measure, unit)
SELECT organisation_id, $2, id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17
FROM workspaces WHERE organisation_id = $1 AND id = $3 AND ` + live

// InsertPolicy adds a policy; claviger.Missing if its workspace is not there.
// Its resets are not taken.
func (t *Tx) InsertPolicy(ctx context.Context, p claviger.Policy) error {
	by, err := listedBy(p.Limit)
	if err != nil {
		return fmt.Errorf("insert policy: %w", err)
	}
	n, err := t.exec(ctx, step{name: "insert policy", taken: "policy already exists"}, insertPolicy, p.OrganisationID, p.ID, p.WorkspaceID, p.Kind, p.Name, p.Description,
		raw(p.Conditions), raw(p.GroupBy), raw(p.Limit), p.Target, micros(p.CountsFrom), p.Status, p.CreatedAt.UnixMicro(), p.UpdatedAt.UnixMicro(), p.Version,
		by.Type, by.Unit)
	if err == nil && n == 0 {
		return claviger.Missing("workspace")
	}
	return err
}

const (
	selectPolicy = "SELECT " + policyColumns + " FROM policies WHERE organisation_id = $1 AND id = $2 AND kind = $3"
	listResets   = "SELECT value_key, reset_us FROM policy_resets WHERE organisation_id = $1 AND policy_id = $2"
)

// Policy reads a policy of a kind by id, archived ones as well, with its resets.
func (t *Tx) Policy(ctx context.Context, org claviger.OrganisationID, kind claviger.PolicyKind, id claviger.PolicyID) (p claviger.Policy, err error) {
	if err := t.row(ctx, "policy", policyTo(&p), selectPolicy, org, id, kind); err != nil {
		return p, err
	}
	err = t.rows(ctx, "resets", listResets, []any{org, id}, func(rows *sql.Rows) error {
		var value string
		var at time.Time
		if err := rows.Scan(text(&value), timeTo{&at}); err != nil {
			return err
		}
		addReset(&p, value, at)
		return nil
	})
	return p, err
}

// Policies lists a page, newest first, without their resets, and counts all
// that match.
func (t *Tx) Policies(ctx context.Context, org claviger.OrganisationID, q claviger.PolicyQuery) ([]claviger.Policy, int, error) {
	var w where
	w.and("organisation_id = ?", org)
	w.and("workspace_id = ?", q.WorkspaceID)
	w.and("status = ?", q.Status)
	w.and("kind = ?", q.Kind)
	if q.Measure != "" {
		w.and("measure = ?", q.Measure)
	}
	if q.Unit != "" {
		w.and("unit = ?", q.Unit)
	}
	l := list{what: "policies", columns: policyColumns, from: "policies", order: "created_us DESC, id DESC", part: q.Page}
	var out []claviger.Policy
	total, err := l.read(ctx, t, &w, func(rows *sql.Rows) error {
		out = append(out, claviger.Policy{})
		return rows.Scan(policyTo(&out[len(out)-1])...)
	})
	return out, total, err
}

const (
	updatePolicy = `UPDATE policies SET name = $1, description = $2, conditions = $3, bound = $4, measure = $5, unit = $6,
	counts_from_us = $7, updated_us = $8, version = version + 1
WHERE organisation_id = $9 AND id = $10 AND version = $11 AND ` + live
	policyExists  = "SELECT 1 FROM policies WHERE organisation_id = $1 AND id = $2 AND " + live
	archivePolicy = `UPDATE policies SET status = 'archived', updated_us = $1, version = version + 1
WHERE organisation_id = $2 AND id = $3 AND version = $4 AND ` + live
	deleteResets = "DELETE FROM policy_resets WHERE organisation_id = $1 AND policy_id = $2"
)

// UpdatePolicy writes what may change about a policy (its workspace, groups and
// target may not) where the version is still p.Version, and makes it one higher.
func (t *Tx) UpdatePolicy(ctx context.Context, p claviger.Policy) error {
	by, err := listedBy(p.Limit)
	if err != nil {
		return fmt.Errorf("update policy: %w", err)
	}
	n, err := t.exec(ctx, step{name: "update policy"}, updatePolicy, p.Name, p.Description, raw(p.Conditions), raw(p.Limit), by.Type, by.Unit,
		micros(p.CountsFrom), p.UpdatedAt.UnixMicro(), p.OrganisationID, p.ID, p.Version)
	return t.changed(ctx, n, err, "policy", policyExists, p.OrganisationID, p.ID)
}

// ArchivePolicy archives a policy where the version is still p.Version, at
// p.UpdatedAt, and forgets its resets.
func (t *Tx) ArchivePolicy(ctx context.Context, p claviger.Policy) error {
	s := step{name: "archive policy"}
	n, err := t.exec(ctx, s, archivePolicy, p.UpdatedAt.UnixMicro(), p.OrganisationID, p.ID, p.Version)
	if err := t.changed(ctx, n, err, "policy", policyExists, p.OrganisationID, p.ID); err != nil {
		return err
	}
	_, err = t.exec(ctx, s, deleteResets, p.OrganisationID, p.ID)
	return err
}

const (
	putPolicyReset = `INSERT INTO policy_resets (organisation_id, policy_id, value_key, reset_us)
SELECT organisation_id, id, $3, $4 FROM policies WHERE organisation_id = $1 AND id = $2 AND ` + live + `
ON CONFLICT (organisation_id, policy_id, value_key) DO UPDATE SET reset_us = excluded.reset_us`
	deleteOldResets = "DELETE FROM policy_resets WHERE organisation_id = $1 AND policy_id = $2 AND reset_us < $3"
)

// PutPolicyReset notes that a group of requests is counted from zero since at.
func (t *Tx) PutPolicyReset(ctx context.Context, org claviger.OrganisationID, id claviger.PolicyID, value string, at time.Time) error {
	n, err := t.exec(ctx, step{name: "reset policy"}, putPolicyReset, org, id, value, at.UnixMicro())
	if err == nil && n == 0 {
		return claviger.Missing("policy")
	}
	return err
}

// ForgetPolicyResets drops the resets of a policy that are older than before:
// they lie in windows that are over.
func (t *Tx) ForgetPolicyResets(ctx context.Context, org claviger.OrganisationID, id claviger.PolicyID, before time.Time) error {
	_, err := t.exec(ctx, step{name: "forget resets"}, deleteOldResets, org, id, before.UnixMicro())
	return err
}

const (
	activePolicies = "SELECT " + policyColumns + ` FROM policies
WHERE organisation_id = $1 AND workspace_id = $2 AND status = 'active' ORDER BY kind, created_us, id`
	activeResets = `SELECT policy_id, value_key, reset_us FROM policy_resets WHERE organisation_id = $1 AND policy_id IN
	(SELECT id FROM policies WHERE organisation_id = $1 AND workspace_id = $2 AND status = 'active')`
)

// Policies reads the active policies of a workspace, of both kinds, with their
// resets, as they were at one time.
func (s *Store) Policies(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID) (out []claviger.Policy, err error) {
	err = s.View(ctx, func(tx *Tx) error {
		out = nil
		err := tx.rows(ctx, "policies", activePolicies, []any{org, ws}, func(rows *sql.Rows) error {
			out = append(out, claviger.Policy{})
			return rows.Scan(policyTo(&out[len(out)-1])...)
		})
		if err != nil || len(out) == 0 {
			return err
		}
		at := make(map[claviger.PolicyID]int, len(out))
		for i := range out {
			at[out[i].ID] = i
		}
		return tx.rows(ctx, "resets", activeResets, []any{org, ws}, func(rows *sql.Rows) error {
			var id claviger.PolicyID
			var value string
			var when time.Time
			if err := rows.Scan(text(&id), text(&value), timeTo{&when}); err != nil {
				return err
			}
			addReset(&out[at[id]], value, when)
			return nil
		})
	})
	return out, err
}

func addReset(p *claviger.Policy, value string, at time.Time) {
	if p.Resets == nil {
		p.Resets = map[string]time.Time{}
	}
	p.Resets[value] = at
}
