package store

import (
	"context"

	claviger "github.com/claviger/claviger"
)

const (
	forgetUses = "DELETE FROM secret_uses WHERE organisation_id = $1 AND integration_id = $2"
	// The row is taken from live parents, so that a reference in use stays.
	insertUse = `INSERT INTO secret_uses (organisation_id, integration_id, reference_id)
SELECT i.organisation_id, i.id, r.id
FROM integrations i JOIN secret_references r ON r.organisation_id = i.organisation_id
WHERE i.organisation_id = $1 AND i.id = $2 AND r.id = $3 AND i.status <> 'archived' AND r.status <> 'archived'
ON CONFLICT DO NOTHING`
)

// PutSecretUses notes through which secret references an integration reads, in
// the place of what was noted before. An id may not be named twice.
func (t *Tx) PutSecretUses(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID, refs []claviger.SecretReferenceID) error {
	if err := t.integrationExists(ctx, org, id); err != nil {
		return err
	}
	if _, err := t.exec(ctx, step{name: "forget secret uses"}, forgetUses, org, id); err != nil {
		return err
	}
	for _, ref := range refs {
		n, err := t.exec(ctx, step{name: "put secret use"}, insertUse, org, id, ref)
		if err != nil {
			return err
		}
		if n == 0 {
			return claviger.Missing("secret reference")
		}
	}
	return nil
}

// The few uses of the reference come first in the joins: CROSS JOIN keeps SQLite
// from reading all of the organisation's instead.
const (
	countSecretUses = `SELECT
	(SELECT COUNT(*) FROM secret_uses WHERE organisation_id = $1 AND reference_id = $2),
	(SELECT COUNT(*) FROM secret_uses u CROSS JOIN providers p
		WHERE u.organisation_id = $1 AND u.reference_id = $2
			AND p.organisation_id = u.organisation_id AND p.integration_id = u.integration_id AND p.` + live + `)
FROM secret_references WHERE organisation_id = $1 AND id = $2 AND ` + live
	countSecretUsesOutside = `SELECT
	(SELECT COUNT(*) FROM secret_uses u CROSS JOIN integrations i
		WHERE u.organisation_id = $1 AND u.reference_id = $2 AND i.organisation_id = u.organisation_id AND i.id = u.integration_id AND (i.workspace_id IS NULL OR NOT EXISTS (
			SELECT 1 FROM secret_reference_workspaces w
			WHERE w.organisation_id = $1 AND w.reference_id = $2 AND w.workspace_id = i.workspace_id)))
FROM secret_references WHERE organisation_id = $1 AND id = $2 AND ` + live
)

// SecretUses counts the integrations that read through a secret reference, and
// their providers.
func (t *Tx) SecretUses(ctx context.Context, org claviger.OrganisationID, id claviger.SecretReferenceID) (u claviger.SecretUses, err error) {
	err = t.row(ctx, "secret reference", []any{&u.Integrations, &u.VirtualKeys}, countSecretUses, org, id)
	return u, err
}

// SecretUsesOutside counts the integrations that read through a secret
// reference without being of one of the workspaces listed with it.
func (t *Tx) SecretUsesOutside(ctx context.Context, org claviger.OrganisationID, id claviger.SecretReferenceID) (n int, err error) {
	err = t.row(ctx, "secret reference", []any{&n}, countSecretUsesOutside, org, id)
	return n, err
}
