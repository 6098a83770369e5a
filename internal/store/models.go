package store

import (
	"context"
	"database/sql"

	claviger "github.com/claviger/claviger"
)

const modelColumns = `organisation_id, integration_id, slug, id, enabled, custom, fine_tune, base_model, custom_host, sealed,
	root_key_id, key_version, pricing, created_us, updated_us`

func modelTo(m *claviger.Model) []any {
	return []any{text(&m.OrganisationID), text(&m.IntegrationID), text(&m.Slug), text(&m.ID), flag(&m.Enabled), flag(&m.Custom),
		flag(&m.FineTune), text(&m.BaseModel), text(&m.CustomHost), bytesTo{&m.Sealed}, number(&m.RootKeyID),
		number(&m.KeyVersion), rawTo{&m.Pricing}, timeTo{&m.CreatedAt}, timeTo{&m.UpdatedAt}}
}

const listModels = "SELECT " + modelColumns + ` FROM integration_models
WHERE organisation_id = $1 AND integration_id = $2`

// Models lists an integration's rows in no order: what the databases call
// alphabetical differs.
func (t *Tx) Models(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID) ([]claviger.Model, error) {
	out, err := t.models(ctx, org, id)
	if err == nil && len(out) == 0 {
		err = t.integrationExists(ctx, org, id)
	}
	return out, err
}

func (t *Tx) models(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID) ([]claviger.Model, error) {
	var out []claviger.Model
	err := t.rows(ctx, "models", listModels, []any{org, id}, func(rows *sql.Rows) error {
		out = append(out, claviger.Model{})
		return rows.Scan(modelTo(&out[len(out)-1])...)
	})
	return out, err
}

// The row is taken from its live integration, which it cannot outlive.
const putModel = `INSERT INTO integration_models (` + modelColumns + `)
SELECT i.organisation_id, i.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
FROM integrations i WHERE i.organisation_id = $1 AND i.id = $2 AND i.status <> 'archived'
ON CONFLICT (organisation_id, integration_id, slug) DO UPDATE
SET enabled = excluded.enabled, custom = excluded.custom, fine_tune = excluded.fine_tune, base_model = excluded.base_model,
	custom_host = excluded.custom_host, sealed = excluded.sealed, root_key_id = excluded.root_key_id,
	key_version = excluded.key_version, pricing = excluded.pricing, updated_us = excluded.updated_us
WHERE integration_models.id = excluded.id`

// PutModel writes a model's row, new or changed. A changed one keeps its ID,
// which must be the one it has, and its CreatedAt.
func (t *Tx) PutModel(ctx context.Context, m claviger.Model) error {
	t.wiped = true // what was sealed before
	n, err := t.exec(ctx, step{name: "put model"}, putModel, m.OrganisationID, m.IntegrationID, m.Slug, m.ID, m.Enabled,
		m.Custom, m.FineTune, m.BaseModel, m.CustomHost, bytesOrNull(m.Sealed), int64(m.RootKeyID), m.KeyVersion,
		raw(m.Pricing), m.CreatedAt.UnixMicro(), m.UpdatedAt.UnixMicro())
	if err != nil || n > 0 {
		return err
	}
	if err := t.integrationExists(ctx, m.OrganisationID, m.IntegrationID); err != nil {
		return err
	}
	return claviger.Fail(claviger.Stale, "model changed since it was read")
}

const deleteModel = "DELETE FROM integration_models WHERE organisation_id = $1 AND integration_id = $2 AND slug = $3"

// DeleteModel deletes a model's row with what is sealed in it.
func (t *Tx) DeleteModel(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID, slug string) error {
	t.wiped = true
	n, err := t.exec(ctx, step{name: "delete model"}, deleteModel, org, id, slug)
	if err == nil && n == 0 {
		return claviger.Missing("model")
	}
	return err
}

const deleteModels = "DELETE FROM integration_models WHERE organisation_id = $1 AND integration_id = $2"
