package store

import (
	"context"
	"database/sql"

	claviger "github.com/claviger/claviger"
)

const workspaceColumns = `organisation_id, id, slug, name, description, icon, metadata, usage_limits, rate_limits,
	is_default, status, created_us, updated_us, version, input_guardrails, output_guardrails, user_api_key_config, reset_us, limited_us`

func workspaceTo(w *claviger.Workspace) []any {
	return []any{text(&w.OrganisationID), text(&w.ID), text(&w.Slug), text(&w.Name), text(&w.Description), text(&w.Icon),
		jsonTo{&w.Metadata}, rawTo{&w.UsageLimits}, rawTo{&w.RateLimits},
		flag(&w.IsDefault), text(&w.Status), timeTo{&w.CreatedAt}, timeTo{&w.UpdatedAt}, number(&w.Version),
		jsonTo{&w.InputGuardrails}, jsonTo{&w.OutputGuardrails}, text(&w.UserAPIKeyConfig),
		timeTo{&w.ResetAt}, timeTo{&w.LimitedAt}}
}

const insertWorkspace = `INSERT INTO workspaces (` + workspaceColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT DO NOTHING`

// InsertWorkspace adds a workspace; claviger.Conflict if its slug is taken.
func (t *Tx) InsertWorkspace(ctx context.Context, w claviger.Workspace) error {
	defaults, err := workspaceDefaults(w)
	if err != nil {
		return err
	}
	return t.insert(ctx, step{name: "insert workspace", taken: "slug is already taken", parent: "organisation"}, insertWorkspace,
		w.OrganisationID, w.ID, w.Slug, w.Name, w.Description, w.Icon, defaults.metadata, raw(w.UsageLimits), raw(w.RateLimits),
		w.IsDefault, w.Status, w.CreatedAt.UnixMicro(), w.UpdatedAt.UnixMicro(), w.Version,
		defaults.input, defaults.output, w.UserAPIKeyConfig, micros(w.ResetAt), micros(w.LimitedAt))
}

// encodedDefaults are the columns of a workspace that hold JSON of ours.
type encodedDefaults struct{ metadata, input, output any }

func workspaceDefaults(w claviger.Workspace) (d encodedDefaults, err error) {
	if d.metadata, err = encoded(w.Metadata, w.Metadata == nil); err != nil {
		return d, err
	}
	if d.input, err = encoded(w.InputGuardrails, w.InputGuardrails == nil); err != nil {
		return d, err
	}
	d.output, err = encoded(w.OutputGuardrails, w.OutputGuardrails == nil)
	return d, err
}

const (
	selectWorkspace       = "SELECT " + workspaceColumns + " FROM workspaces WHERE organisation_id = $1 AND " + live
	selectWorkspaceByID   = selectWorkspace + " AND id = $2"
	selectWorkspaceBySlug = selectWorkspace + " AND slug = $2"
)

// Workspace reads a workspace by id or slug.
func (t *Tx) Workspace(ctx context.Context, org claviger.OrganisationID, ref string) (w claviger.Workspace, err error) {
	query, value := byRef(ref, selectWorkspaceByID, selectWorkspaceBySlug)
	err = t.row(ctx, "workspace", workspaceTo(&w), query, org, value)
	return w, err
}

// Workspaces lists a page, oldest first, and counts all that match.
func (t *Tx) Workspaces(ctx context.Context, org claviger.OrganisationID, q claviger.WorkspaceQuery) ([]claviger.Workspace, int, error) {
	var w where
	w.and("organisation_id = ?", org)
	switch q.Show {
	case claviger.ShowArchived:
		w.and("status = 'archived'")
	case claviger.ShowAll:
	default:
		w.and(live)
	}
	if q.Name != "" {
		w.and(t.d.Position+"(name, ?) > 0", q.Name)
	}
	if q.ExactName != "" {
		w.and("name = ?", q.ExactName)
	}
	if q.Only != "" {
		w.and("id = ?", q.Only)
	}
	l := list{what: "workspaces", columns: workspaceColumns, from: "workspaces",
		order: "created_us, id", part: q.Page}
	var out []claviger.Workspace
	total, err := l.read(ctx, t, &w, func(rows *sql.Rows) error {
		out = append(out, claviger.Workspace{})
		return rows.Scan(workspaceTo(&out[len(out)-1])...)
	})
	return out, total, err
}

const (
	updateWorkspace = `UPDATE workspaces SET slug = $1, name = $2, description = $3, icon = $4, metadata = $5,
	usage_limits = $6, rate_limits = $7, is_default = $8, status = $9, updated_us = $10,
	input_guardrails = $11, output_guardrails = $12, user_api_key_config = $13, reset_us = $14, limited_us = $15, version = version + 1
WHERE organisation_id = $16 AND id = $17 AND version = $18 AND ` + live
	workspaceExists = "SELECT 1 FROM workspaces WHERE organisation_id = $1 AND id = $2 AND " + live
)

// UpdateWorkspace writes what may change about a workspace where the version is
// still w.Version, and makes it one higher.
func (t *Tx) UpdateWorkspace(ctx context.Context, w claviger.Workspace) error {
	defaults, err := workspaceDefaults(w)
	if err != nil {
		return err
	}
	n, err := t.exec(ctx, step{name: "update workspace", taken: "slug is already taken"}, updateWorkspace,
		w.Slug, w.Name, w.Description, w.Icon, defaults.metadata, raw(w.UsageLimits), raw(w.RateLimits), w.IsDefault,
		notArchived(w.Status), w.UpdatedAt.UnixMicro(), defaults.input, defaults.output, w.UserAPIKeyConfig,
		micros(w.ResetAt), micros(w.LimitedAt), w.OrganisationID, w.ID, w.Version)
	return t.changed(ctx, n, err, "workspace", workspaceExists, w.OrganisationID, w.ID)
}

const workspaceContents = `SELECT
	(SELECT COUNT(*) FROM api_keys WHERE organisation_id = $1 AND workspace_id = $2 AND ` + live + `),
	(SELECT COUNT(*) FROM providers p WHERE p.organisation_id = $1 AND p.workspace_id = $2 AND p.` + live + ` AND (
		NOT p.made_by_access OR p.version > 1 OR EXISTS (
			SELECT 1 FROM grants g WHERE g.organisation_id = p.organisation_id AND g.integration_id = p.integration_id
				AND g.workspace_id = p.workspace_id AND g.enabled))),
	(SELECT COUNT(*) FROM integrations WHERE organisation_id = $1 AND workspace_id = $2 AND ` + live + `),
	(SELECT COUNT(*) FROM policies WHERE organisation_id = $1 AND workspace_id = $2 AND ` + live + `)
FROM workspaces WHERE organisation_id = $1 AND id = $2 AND ` + live

// WorkspaceContents counts what is in a workspace.
func (t *Tx) WorkspaceContents(ctx context.Context, org claviger.OrganisationID, id claviger.WorkspaceID) (c claviger.WorkspaceContents, err error) {
	err = t.row(ctx, "workspace", []any{&c.APIKeys, &c.Providers, &c.Integrations, &c.Policies}, workspaceContents, org, id)
	return c, err
}

const archiveWorkspace = `UPDATE workspaces SET status = 'archived', updated_us = $1, version = version + 1
WHERE organisation_id = $2 AND id = $3 AND version = $4 AND ` + live

const ownIntegrations = "SELECT id FROM integrations WHERE organisation_id = $1 AND workspace_id = $2 AND " + live

// The secret references that a workspace may use by its name: they lose it.
const closeReferences = `UPDATE secret_references SET updated_us = $3, version = version + 1
WHERE organisation_id = $1 AND ` + live + ` AND id IN (
	SELECT reference_id FROM secret_reference_workspaces WHERE organisation_id = $1 AND workspace_id = $2)`

// The totals of a workspace, all 0 when everything in it is archived. Nothing is
// added to them any more.
var forgetTotals = []string{
	"DELETE FROM list_counts WHERE organisation_id = $1 AND list IN ('api_keys', 'providers') AND workspace_id = $2",
	"DELETE FROM accessible_counts WHERE organisation_id = $1 AND workspace_id = $2",
}

// What a workspace was granted, and what others were granted of its own; what
// it may read secrets through, and what its own do; the models and tags of its
// own; the resets of its policies.
var deleteWorkspaceGrants = []string{
	"DELETE FROM grants WHERE organisation_id = $1 AND workspace_id = $2",
	"DELETE FROM grants WHERE organisation_id = $1 AND integration_id IN (" + ownIntegrations + ")",
	"DELETE FROM secret_reference_workspaces WHERE organisation_id = $1 AND workspace_id = $2",
	"DELETE FROM secret_uses WHERE organisation_id = $1 AND integration_id IN (" + ownIntegrations + ")",
	"DELETE FROM integration_models WHERE organisation_id = $1 AND integration_id IN (" + ownIntegrations + ")",
	"DELETE FROM policy_resets WHERE organisation_id = $1 AND policy_id IN (SELECT id FROM policies WHERE organisation_id = $1 AND workspace_id = $2)",
	"DELETE FROM integration_tags WHERE organisation_id = $1 AND integration_id IN (" + ownIntegrations + ")",
}

// What is archived with a workspace; integrations last, since providers and
// grants find theirs.
var archiveWithWorkspace = []string{
	`UPDATE api_keys SET status = 'archived', hash = NULL, old_hash = NULL, updated_us = $3, version = version + 1
WHERE organisation_id = $1 AND workspace_id = $2 AND ` + live,
	`UPDATE providers SET status = 'archived', updated_us = $3, version = version + 1
WHERE organisation_id = $1 AND workspace_id = $2 AND ` + live,
	`UPDATE providers SET status = 'archived', updated_us = $3, version = version + 1
WHERE organisation_id = $1 AND ` + live + ` AND integration_id IN (` + ownIntegrations + `)`,
	`UPDATE policies SET status = 'archived', updated_us = $3, version = version + 1
WHERE organisation_id = $1 AND workspace_id = $2 AND ` + live,
	`UPDATE integrations SET status = 'archived', sealed = NULL, root_key_id = 0, updated_us = $3, version = version + 1
WHERE organisation_id = $1 AND workspace_id = $2 AND ` + live,
}

// ArchiveWorkspace archives the workspace where the version is still
// w.Version, at w.UpdatedAt, with its keys, its providers, its policies and its
// own integrations; what is sealed in them and the hashes of the keys are wiped,
// and grants to it are gone.
func (t *Tx) ArchiveWorkspace(ctx context.Context, w claviger.Workspace) error {
	s := step{name: "archive workspace"}
	t.wiped = true
	at := w.UpdatedAt.UnixMicro()
	n, err := t.exec(ctx, s, archiveWorkspace, at, w.OrganisationID, w.ID, w.Version)
	if err := t.changed(ctx, n, err, "workspace", workspaceExists, w.OrganisationID, w.ID); err != nil {
		return err
	}
	if _, err := t.exec(ctx, s, closeReferences, w.OrganisationID, w.ID, at); err != nil {
		return err
	}
	for _, query := range deleteWorkspaceGrants {
		if _, err := t.exec(ctx, s, query, w.OrganisationID, w.ID); err != nil {
			return err
		}
	}
	for _, query := range archiveWithWorkspace {
		if _, err := t.exec(ctx, s, query, w.OrganisationID, w.ID, at); err != nil {
			return err
		}
	}
	for _, query := range forgetTotals {
		if _, err := t.exec(ctx, s, query, w.OrganisationID, w.ID); err != nil {
			return err
		}
	}
	return nil
}

// notArchived keeps an update from archiving, which has more to do: an empty
// status breaks the check of the column.
func notArchived(s claviger.Status) claviger.Status {
	if s == claviger.Archived {
		return ""
	}
	return s
}
