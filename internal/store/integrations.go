package store

import (
	"context"
	"database/sql"
	"encoding/json"

	claviger "github.com/claviger/claviger"
)

const integrationColumns = `organisation_id, id, workspace_id, slug, name, description, ai_provider, configurations, sealed,
	root_key_id, key_version, secret_mappings, pricing_adjustments, global_access, tags, allow_all_models, status,
	created_us, updated_us, key_rotated_us, version`

func integrationTo(i *claviger.Integration) []any {
	return []any{text(&i.OrganisationID), text(&i.ID), text(&i.WorkspaceID), text(&i.Slug), text(&i.Name), text(&i.Description),
		text(&i.AIProvider), jsonTo{&i.Configurations}, bytesTo{&i.Sealed},
		number(&i.RootKeyID), number(&i.KeyVersion), rawTo{&i.SecretMappings}, rawTo{&i.PricingAdjustments},
		rawTo{&i.GlobalAccess}, jsonTo{&i.Tags}, flag(&i.AllowAllModels), text(&i.Status),
		timeTo{&i.CreatedAt}, timeTo{&i.UpdatedAt}, timeTo{&i.KeyRotatedAt}, number(&i.Version)}
}

// briefColumns are those that lists show. The index integrations_list has them
// all on SQLite.
const briefColumns = "organisation_id, id, workspace_id, slug, name, description, ai_provider, status, created_us, updated_us"

func briefTo(i *claviger.Integration) []any {
	return []any{text(&i.OrganisationID), text(&i.ID), text(&i.WorkspaceID), text(&i.Slug), text(&i.Name), text(&i.Description),
		text(&i.AIProvider), text(&i.Status), timeTo{&i.CreatedAt}, timeTo{&i.UpdatedAt}}
}

const insertIntegration = `INSERT INTO integrations (` + integrationColumns + `, globally_granted)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
ON CONFLICT DO NOTHING`

// InsertIntegration adds an integration; claviger.Conflict if its slug is
// taken, claviger.Missing if its workspace is not there.
func (t *Tx) InsertIntegration(ctx context.Context, i claviger.Integration) error {
	configurations, err := encoded(i.Configurations, i.Configurations == nil)
	if err != nil {
		return err
	}
	tags, err := encoded(i.Tags, i.Tags == nil)
	if err != nil {
		return err
	}
	err = t.insert(ctx, step{name: "insert integration", taken: "slug is already taken", parent: "workspace"}, insertIntegration,
		i.OrganisationID, i.ID, orNull(i.WorkspaceID), i.Slug, i.Name, i.Description, i.AIProvider, configurations,
		bytesOrNull(i.Sealed), int64(i.RootKeyID), i.KeyVersion, raw(i.SecretMappings), raw(i.PricingAdjustments),
		raw(i.GlobalAccess), tags, i.AllowAllModels, i.Status,
		i.CreatedAt.UnixMicro(), i.UpdatedAt.UnixMicro(), micros(i.KeyRotatedAt), i.Version, globallyGranted(i))
	if err != nil || len(i.Tags) == 0 {
		return err
	}
	return t.putTags(ctx, i)
}

// globallyGranted reads the one field of the JSON that queries ask for.
func globallyGranted(i claviger.Integration) bool {
	var settings struct {
		Enabled bool `json:"enabled"`
	}
	return i.WorkspaceID == "" && json.Unmarshal(i.GlobalAccess, &settings) == nil && settings.Enabled
}

const (
	selectIntegration       = "SELECT " + integrationColumns + " FROM integrations WHERE organisation_id = $1 AND " + live
	selectIntegrationByID   = selectIntegration + " AND id = $2"
	selectIntegrationBySlug = selectIntegration + " AND slug = $2"
)

// Integration reads an integration by id or slug.
func (t *Tx) Integration(ctx context.Context, org claviger.OrganisationID, ref string) (i claviger.Integration, err error) {
	query, value := byRef(ref, selectIntegrationByID, selectIntegrationBySlug)
	err = t.row(ctx, "integration", integrationTo(&i), query, org, value)
	return i, err
}

var (
	selectWithGrants = "SELECT " + of("i", integrationColumns) + ", "
	fromOneByID      = fromOneIntegration + "id = $2"
	fromOneBySlug    = fromOneIntegration + "slug = $2"
)

const fromOneIntegration = " FROM integrations i WHERE i.organisation_id = $1 AND i." + live + " AND i."

// IntegrationAndGrants is [Tx.Integration] with how many workspaces may use it,
// in one statement.
func (t *Tx) IntegrationAndGrants(ctx context.Context, org claviger.OrganisationID, ref string) (i claviger.Integration, granted int, err error) {
	from, value := byRef(ref, fromOneByID, fromOneBySlug)
	err = t.row(ctx, "integration", append(integrationTo(&i), &granted), selectWithGrants+t.d.Granted+from, org, value)
	return i, granted, err
}

// Integrations lists a page, newest first, and counts all that match.
func (t *Tx) Integrations(ctx context.Context, org claviger.OrganisationID, q claviger.IntegrationQuery) ([]claviger.Integration, int, error) {
	switch {
	case len(q.Tags) == 0 && q.AccessibleTo == "":
		return t.allIntegrations(ctx, org, q)
	case len(q.Tags) == 0 && q.Brief && (q.Type == "" || q.Type == "all"):
		return t.accessibleIntegrations(ctx, org, q)
	}
	w, from := integrationsWhere(org, q)
	var out []claviger.Integration
	total, err := integrationList(from, q).read(ctx, t, w, integrationsTo(&out, q))
	return out, total, err
}

func integrationList(from string, q claviger.IntegrationQuery) list {
	l := list{what: "integrations", columns: of("i", integrationColumns), from: from, order: "i.created_us DESC, i.id DESC", part: q.Page}
	if q.Brief {
		l.columns = of("i", briefColumns)
	}
	return l
}

func integrationsWhere(org claviger.OrganisationID, q claviger.IntegrationQuery) (w *where, from string) {
	w, from = &where{}, "integrations i"
	if q.AccessibleTo != "" {
		// The few rows of the workspace come first in the join: CROSS JOIN keeps
		// SQLite from reading all of the organisation's instead.
		w.bind(org)
		w.bind(q.AccessibleTo)
		from = "(" + accessible + ") accessible CROSS JOIN integrations i"
		w.and("i.id = accessible.id")
	}
	from = w.tagged(org, q.Tags, from)
	w.and("i.organisation_id = ?", org)
	w.and("i." + live)
	switch q.Type {
	case "organisation":
		w.and("i.workspace_id IS NULL")
	case "workspace":
		w.and("i.workspace_id IS NOT NULL")
	}
	return w, from
}

func integrationsTo(out *[]claviger.Integration, q claviger.IntegrationQuery) func(*sql.Rows) error {
	to := integrationTo
	if q.Brief {
		to = briefTo
	}
	return func(rows *sql.Rows) error {
		*out = append(*out, claviger.Integration{})
		return rows.Scan(to(&(*out)[len(*out)-1])...)
	}
}

const globallyGrantedIntegrations = "SELECT " + integrationColumns + ` FROM integrations
WHERE organisation_id = $1 AND globally_granted AND ` + live + ` ORDER BY id`

// GloballyGranted lists the organisation-level integrations that a new
// workspace gets, by id.
func (t *Tx) GloballyGranted(ctx context.Context, org claviger.OrganisationID) ([]claviger.Integration, error) {
	var out []claviger.Integration
	err := t.rows(ctx, "integrations", globallyGrantedIntegrations, []any{org}, integrationsTo(&out, claviger.IntegrationQuery{}))
	return out, err
}

const (
	updateIntegration = `UPDATE integrations SET slug = $1, name = $2, description = $3, configurations = $4, sealed = $5,
	root_key_id = $6, key_version = $7, secret_mappings = $8, pricing_adjustments = $9, global_access = $10,
	globally_granted = $11, tags = $12, allow_all_models = $13, status = $14, updated_us = $15, key_rotated_us = $16,
	version = version + 1
WHERE organisation_id = $17 AND id = $18 AND version = $19 AND ` + live
	integrationExists = "SELECT 1 FROM integrations WHERE organisation_id = $1 AND id = $2 AND " + live
)

// UpdateIntegration writes what may change about an integration (its kind and
// workspace may not) where the version is still i.Version, and makes it one
// higher.
func (t *Tx) UpdateIntegration(ctx context.Context, i claviger.Integration) error {
	configurations, err := encoded(i.Configurations, i.Configurations == nil)
	if err != nil {
		return err
	}
	tags, err := encoded(i.Tags, i.Tags == nil)
	if err != nil {
		return err
	}
	t.wiped = true // what was sealed before
	n, err := t.exec(ctx, step{name: "update integration", taken: "slug is already taken"}, updateIntegration,
		i.Slug, i.Name, i.Description, configurations, bytesOrNull(i.Sealed),
		int64(i.RootKeyID), i.KeyVersion, raw(i.SecretMappings), raw(i.PricingAdjustments), raw(i.GlobalAccess),
		globallyGranted(i), tags, i.AllowAllModels, notArchived(i.Status), i.UpdatedAt.UnixMicro(), micros(i.KeyRotatedAt),
		i.OrganisationID, i.ID, i.Version)
	if err := t.changed(ctx, n, err, "integration", integrationExists, i.OrganisationID, i.ID); err != nil {
		return err
	}
	return t.putTags(ctx, i)
}

const archiveIntegration = `UPDATE integrations SET status = 'archived', sealed = NULL, root_key_id = 0, updated_us = $1,
	version = version + 1
WHERE organisation_id = $2 AND id = $3 AND version = $4 AND ` + live

const archiveIntegrationProviders = `UPDATE providers SET status = 'archived', updated_us = $1, version = version + 1
WHERE organisation_id = $2 AND integration_id = $3 AND ` + live

const deleteIntegrationGrants = "DELETE FROM grants WHERE organisation_id = $1 AND integration_id = $2"

// ArchiveIntegration archives an integration where the version is still
// i.Version, at i.UpdatedAt, and its providers; what is sealed is wiped, and
// its grants, models and tags are gone.
func (t *Tx) ArchiveIntegration(ctx context.Context, i claviger.Integration) error {
	s := step{name: "archive integration"}
	t.wiped = true
	at := i.UpdatedAt.UnixMicro()
	n, err := t.exec(ctx, s, archiveIntegration, at, i.OrganisationID, i.ID, i.Version)
	if err := t.changed(ctx, n, err, "integration", integrationExists, i.OrganisationID, i.ID); err != nil {
		return err
	}
	if _, err := t.exec(ctx, s, archiveIntegrationProviders, at, i.OrganisationID, i.ID); err != nil {
		return err
	}
	if _, err := t.exec(ctx, s, forgetUses, i.OrganisationID, i.ID); err != nil {
		return err
	}
	for _, query := range []string{deleteIntegrationGrants, deleteModels, deleteTags} {
		if _, err := t.exec(ctx, s, query, i.OrganisationID, i.ID); err != nil {
			return err
		}
	}
	return nil
}
