package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
)

const secretReferenceColumns = `organisation_id, id, slug, name, description, manager, auth_config, sealed, root_key_id,
	key_version, secret_path, secret_key, all_workspaces, tags, created_by, status, created_us, updated_us, version`

func secretReferenceTo(r *claviger.SecretReference) []any {
	return []any{text(&r.OrganisationID), text(&r.ID), text(&r.Slug), text(&r.Name), text(&r.Description), text(&r.Manager),
		jsonTo{&r.AuthConfig}, bytesTo{&r.Sealed}, number(&r.RootKeyID), number(&r.KeyVersion), text(&r.SecretPath),
		text(&r.SecretKey), flag(&r.AllWorkspaces), jsonTo{&r.Tags}, text(&r.CreatedBy), text(&r.Status),
		timeTo{&r.CreatedAt}, timeTo{&r.UpdatedAt}, number(&r.Version)}
}

const insertSecretReference = `INSERT INTO secret_references (` + secretReferenceColumns + `, folded_name)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) ON CONFLICT DO NOTHING`

// InsertSecretReference adds a secret reference with the workspaces that may
// use it; claviger.Conflict if its slug is taken, claviger.Missing if a
// workspace is not there.
func (t *Tx) InsertSecretReference(ctx context.Context, r claviger.SecretReference) error {
	auth, tags, err := secretReferenceMaps(r)
	if err != nil {
		return err
	}
	err = t.insert(ctx, step{name: "insert secret reference", taken: "slug is already taken", parent: "organisation"}, insertSecretReference,
		r.OrganisationID, r.ID, r.Slug, r.Name, r.Description, r.Manager, auth, bytesOrNull(r.Sealed), int64(r.RootKeyID),
		r.KeyVersion, r.SecretPath, r.SecretKey, r.AllWorkspaces, tags, r.CreatedBy, r.Status,
		r.CreatedAt.UnixMicro(), r.UpdatedAt.UnixMicro(), r.Version, strings.ToLower(r.Name))
	if err != nil {
		return err
	}
	return t.allowWorkspaces(ctx, r)
}

func secretReferenceMaps(r claviger.SecretReference) (auth, tags any, err error) {
	if auth, err = encoded(r.AuthConfig, r.AuthConfig == nil); err != nil {
		return nil, nil, err
	}
	tags, err = encoded(r.Tags, r.Tags == nil)
	return auth, tags, err
}

// The row is taken from a live workspace.
const allowWorkspace = `INSERT INTO secret_reference_workspaces (organisation_id, reference_id, workspace_id, position, said)
SELECT organisation_id, $2, id, $4, $5 FROM workspaces WHERE organisation_id = $1 AND id = $3 AND ` + live + `
ON CONFLICT DO NOTHING`

func (t *Tx) allowWorkspaces(ctx context.Context, r claviger.SecretReference) error {
	if r.AllWorkspaces {
		return nil
	}
	for i, w := range r.Workspaces {
		n, err := t.exec(ctx, step{name: "allow workspace", parent: "secret reference"}, allowWorkspace,
			r.OrganisationID, r.ID, w.ID, i, w.Said)
		if err != nil {
			return err
		}
		if n == 0 {
			return claviger.Missing("workspace")
		}
	}
	return nil
}

const (
	selectSecretReference       = "SELECT " + secretReferenceColumns + " FROM secret_references WHERE organisation_id = $1 AND " + live
	selectSecretReferenceByID   = selectSecretReference + " AND id = $2"
	selectSecretReferenceBySlug = selectSecretReference + " AND slug = $2"
	listAllowedWorkspaces       = `SELECT workspace_id, said FROM secret_reference_workspaces
WHERE organisation_id = $1 AND reference_id = $2 ORDER BY position, workspace_id`
)

// SecretReference reads a secret reference by id or slug, with its workspaces.
func (t *Tx) SecretReference(ctx context.Context, org claviger.OrganisationID, ref string) (r claviger.SecretReference, err error) {
	query, value := byRef(ref, selectSecretReferenceByID, selectSecretReferenceBySlug)
	if err := t.row(ctx, "secret reference", secretReferenceTo(&r), query, org, value); err != nil || r.AllWorkspaces {
		return r, err
	}
	err = t.rows(ctx, "allowed workspaces", listAllowedWorkspaces, []any{org, r.ID}, func(rows *sql.Rows) error {
		r.Workspaces = append(r.Workspaces, claviger.AllowedWorkspace{})
		w := &r.Workspaces[len(r.Workspaces)-1]
		return rows.Scan(text(&w.ID), text(&w.Said))
	})
	return r, err
}

// SecretReferences lists a page, newest first, without the workspaces, and
// counts all that match.
func (t *Tx) SecretReferences(ctx context.Context, org claviger.OrganisationID, q claviger.SecretReferenceQuery) ([]claviger.SecretReference, int, error) {
	w := t.d.secretReferencesWhere(org, q)
	l := list{what: "secret references", columns: secretReferenceColumns, from: "secret_references",
		order: "created_us DESC, id DESC", part: q.Page}
	var out []claviger.SecretReference
	total, err := l.read(ctx, t, w, func(rows *sql.Rows) error {
		out = append(out, claviger.SecretReference{})
		return rows.Scan(secretReferenceTo(&out[len(out)-1])...)
	})
	return out, total, err
}

func (d *Dialect) secretReferencesWhere(org claviger.OrganisationID, q claviger.SecretReferenceQuery) *where {
	w := &where{}
	w.and("organisation_id = ?", org)
	w.and(live)
	if q.Manager != "" {
		w.and("manager = ?", q.Manager)
	}
	if q.Name != "" {
		w.and(d.Position+"(folded_name, ?) > 0", strings.ToLower(q.Name))
	}
	if q.AllowedTo != "" {
		w.and("id IN (SELECT reference_id FROM secret_reference_workspaces WHERE organisation_id = ? AND workspace_id = ?)", org, q.AllowedTo)
	}
	for _, name := range slices.Sorted(maps.Keys(q.Tags)) {
		w.and("EXISTS (SELECT 1 FROM "+d.Members("tags")+" tag WHERE tag.key = ? AND tag.value = ?)", name, q.Tags[name])
	}
	return w
}

const (
	updateSecretReference = `UPDATE secret_references SET name = $1, folded_name = $2, description = $3, auth_config = $4, sealed = $5,
	root_key_id = $6, key_version = $7, secret_path = $8, secret_key = $9, all_workspaces = $10, tags = $11, updated_us = $12,
	version = version + 1
WHERE organisation_id = $13 AND id = $14 AND version = $15 AND ` + live
	archiveSecretReference = `UPDATE secret_references SET status = 'archived', auth_config = NULL, sealed = NULL, root_key_id = 0,
	updated_us = $1, version = version + 1
WHERE organisation_id = $2 AND id = $3 AND version = $4 AND ` + live
	secretReferenceExists = "SELECT 1 FROM secret_references WHERE organisation_id = $1 AND id = $2 AND " + live
	forgetAllowed         = "DELETE FROM secret_reference_workspaces WHERE organisation_id = $1 AND reference_id = $2"
)

// UpdateSecretReference writes what may change about a secret reference (its
// slug and manager may not), its workspaces included, where the version is
// still r.Version, and makes it one higher.
func (t *Tx) UpdateSecretReference(ctx context.Context, r claviger.SecretReference) error {
	auth, tags, err := secretReferenceMaps(r)
	if err != nil {
		return err
	}
	t.wiped = true // what was sealed before
	n, err := t.exec(ctx, step{name: "update secret reference"}, updateSecretReference,
		r.Name, strings.ToLower(r.Name), r.Description, auth, bytesOrNull(r.Sealed), int64(r.RootKeyID), r.KeyVersion,
		r.SecretPath, r.SecretKey, r.AllWorkspaces, tags, r.UpdatedAt.UnixMicro(), r.OrganisationID, r.ID, r.Version)
	if err := t.changed(ctx, n, err, "secret reference", secretReferenceExists, r.OrganisationID, r.ID); err != nil {
		return err
	}
	if _, err := t.exec(ctx, step{name: "forget allowed workspaces"}, forgetAllowed, r.OrganisationID, r.ID); err != nil {
		return err
	}
	return t.allowWorkspaces(ctx, r)
}

// ArchiveSecretReference archives a secret reference where the version is still
// r.Version, at r.UpdatedAt, and wipes what is sealed. Whether something still
// reads through it is the caller's to see.
func (t *Tx) ArchiveSecretReference(ctx context.Context, r claviger.SecretReference) error {
	t.wiped = true
	n, err := t.exec(ctx, step{name: "archive secret reference"}, archiveSecretReference,
		r.UpdatedAt.UnixMicro(), r.OrganisationID, r.ID, r.Version)
	if err := t.changed(ctx, n, err, "secret reference", secretReferenceExists, r.OrganisationID, r.ID); err != nil {
		return err
	}
	_, err = t.exec(ctx, step{name: "forget allowed workspaces"}, forgetAllowed, r.OrganisationID, r.ID)
	return err
}
