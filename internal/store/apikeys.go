package store

import (
	"context"
	"database/sql"

	claviger "github.com/claviger/claviger"
)

const apiKeyColumns = `organisation_id, id, workspace_id, type, sub_type, user_id, name, description, hash,
	masked, scopes, usage_limits, rate_limits, defaults, alert_emails, expires_us, status,
	creation_mode, created_us, updated_us, version, old_hash, old_until_us, rotated_us, rotation_policy, reset_us, limited_us`

func apiKeyTo(k *claviger.APIKey) []any {
	return []any{text(&k.OrganisationID), text(&k.ID), text(&k.WorkspaceID), text(&k.Type), text(&k.SubType), text(&k.UserID),
		text(&k.Name), text(&k.Description), fixedTo{k.Hash[:]},
		text(&k.Masked), jsonTo{&k.Scopes}, rawTo{&k.UsageLimits}, rawTo{&k.RateLimits}, rawTo{&k.Defaults},
		jsonTo{&k.AlertEmails}, timeTo{&k.ExpiresAt}, text(&k.Status),
		text(&k.CreationMode), timeTo{&k.CreatedAt}, timeTo{&k.UpdatedAt}, number(&k.Version),
		fixedTo{k.OldHash[:]}, timeTo{&k.OldUntil}, timeTo{&k.RotatedAt}, rawTo{&k.RotationPolicy}, timeTo{&k.ResetAt},
		timeTo{&k.LimitedAt}}
}

const insertAPIKey = `INSERT INTO api_keys (` + apiKeyColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)
ON CONFLICT DO NOTHING`

// InsertAPIKey adds a key; claviger.Conflict if the same key is stored already,
// claviger.Missing if its workspace is not there.
func (t *Tx) InsertAPIKey(ctx context.Context, k claviger.APIKey) error {
	scopes, err := encoded(k.Scopes, k.Scopes == nil)
	if err != nil {
		return err
	}
	emails, err := encoded(k.AlertEmails, k.AlertEmails == nil)
	if err != nil {
		return err
	}
	return t.insert(ctx, step{name: "insert api key", taken: "API key already exists", parent: "workspace"}, insertAPIKey,
		k.OrganisationID, k.ID, orNull(k.WorkspaceID), k.Type, k.SubType, k.UserID, k.Name, k.Description, hashOrNull(k.Hash),
		k.Masked, scopes, raw(k.UsageLimits), raw(k.RateLimits), raw(k.Defaults), emails, micros(k.ExpiresAt), k.Status,
		k.CreationMode, k.CreatedAt.UnixMicro(), k.UpdatedAt.UnixMicro(), k.Version,
		hashOrNull(k.OldHash), micros(k.OldUntil), micros(k.RotatedAt), raw(k.RotationPolicy), micros(k.ResetAt), micros(k.LimitedAt))
}

const selectAPIKey = "SELECT " + apiKeyColumns + " FROM api_keys WHERE organisation_id = $1 AND id = $2 AND " + live

// APIKey reads a key by id.
func (t *Tx) APIKey(ctx context.Context, org claviger.OrganisationID, id claviger.APIKeyID) (k claviger.APIKey, err error) {
	err = t.row(ctx, "api key", apiKeyTo(&k), selectAPIKey, org, id)
	return k, err
}

// APIKeys lists a page, newest first, and counts all that match.
func (t *Tx) APIKeys(ctx context.Context, org claviger.OrganisationID, q claviger.APIKeyQuery) ([]claviger.APIKey, int, error) {
	var w where
	w.and("organisation_id = ?", org)
	w.and(live)
	if q.WorkspaceID != "" {
		w.and("workspace_id = ?", q.WorkspaceID)
	}
	if q.IDs != nil {
		among(&w, "id", q.IDs)
	}
	counts := kept("api_keys", org, q.WorkspaceID)
	if q.Kinds != nil {
		kinds := make([]string, len(q.Kinds))
		for i, k := range q.Kinds {
			kinds[i] = k.String()
		}
		among(&w, "type || '-' || sub_type", kinds)
		among(counts, "kind", kinds)
	}
	l := list{what: "api keys", columns: apiKeyColumns, from: "api_keys",
		order: "created_us DESC, id DESC", part: q.Page}
	if q.IDs == nil {
		l.kept = counts
	}
	var out []claviger.APIKey
	total, err := l.read(ctx, t, &w, func(rows *sql.Rows) error {
		out = append(out, claviger.APIKey{})
		return rows.Scan(apiKeyTo(&out[len(out)-1])...)
	})
	return out, total, err
}

const (
	updateAPIKey = `UPDATE api_keys SET name = $1, description = $2, hash = $3, masked = $4, scopes = $5, usage_limits = $6,
	rate_limits = $7, defaults = $8, alert_emails = $9, expires_us = $10, status = $11, updated_us = $12,
	old_hash = $13, old_until_us = $14, rotated_us = $15, rotation_policy = $16, reset_us = $17,
	limited_us = $18, version = version + 1
WHERE organisation_id = $19 AND id = $20 AND version = $21 AND ` + live
	apiKeyExists = "SELECT 1 FROM api_keys WHERE organisation_id = $1 AND id = $2 AND " + live
)

// UpdateAPIKey writes what may change about a key, its hashes included, where the
// version is still k.Version, and makes it one higher.
func (t *Tx) UpdateAPIKey(ctx context.Context, k claviger.APIKey) error {
	scopes, err := encoded(k.Scopes, k.Scopes == nil)
	if err != nil {
		return err
	}
	emails, err := encoded(k.AlertEmails, k.AlertEmails == nil)
	if err != nil {
		return err
	}
	n, err := t.exec(ctx, step{name: "update api key", taken: "API key already exists"}, updateAPIKey,
		k.Name, k.Description, hashOrNull(k.Hash), k.Masked, scopes, raw(k.UsageLimits), raw(k.RateLimits), raw(k.Defaults),
		emails, micros(k.ExpiresAt), notArchived(k.Status), k.UpdatedAt.UnixMicro(),
		hashOrNull(k.OldHash), micros(k.OldUntil), micros(k.RotatedAt), raw(k.RotationPolicy), micros(k.ResetAt),
		micros(k.LimitedAt), k.OrganisationID, k.ID, k.Version)
	return t.changed(ctx, n, err, "api key", apiKeyExists, k.OrganisationID, k.ID)
}

const archiveAPIKey = `UPDATE api_keys SET status = 'archived', hash = NULL, old_hash = NULL, updated_us = $1, version = version + 1
WHERE organisation_id = $2 AND id = $3 AND version = $4 AND ` + live

// ArchiveAPIKey archives a key where the version is still k.Version, at
// k.UpdatedAt, and wipes its hashes: it authenticates nobody from the commit on.
func (t *Tx) ArchiveAPIKey(ctx context.Context, k claviger.APIKey) error {
	n, err := t.exec(ctx, step{name: "archive api key"}, archiveAPIKey, k.UpdatedAt.UnixMicro(), k.OrganisationID, k.ID, k.Version)
	return t.changed(ctx, n, err, "api key", apiKeyExists, k.OrganisationID, k.ID)
}

// The zero hash is no key's: it is kept as NULL, which is never equal.
func hashOrNull(h claviger.KeyHash) any {
	if h == (claviger.KeyHash{}) {
		return nil
	}
	return h[:]
}

// What authenticates, by the current secret and by the one before it.
var (
	apiKeyByHash    = selectAuthenticated + "k.hash = $1" + andAuthentic
	apiKeyByOldHash = selectAuthenticated + "k.old_hash = $1" + andAuthentic
)

var selectAuthenticated = "SELECT " + of("k", apiKeyColumns) + ", " + of("w", workspaceColumns) + `
FROM api_keys k LEFT JOIN workspaces w ON w.organisation_id = k.organisation_id AND w.id = k.workspace_id
WHERE `

const andAuthentic = " AND k.status = 'active' AND (k.workspace_id IS NULL OR w.status = 'active')"

// APIKeyByHash finds, in all organisations, the active key that has that hash
// or had it before its last rotation, with its workspace, which is zero for
// organisation keys. A key of an archived workspace is claviger.Missing.
// Whether it is expired, and whether the old secret still counts, is the
// caller's to see.
func (s *Store) APIKeyByHash(ctx context.Context, h claviger.KeyHash) (k claviger.APIKey, w claviger.Workspace, err error) {
	// The current secret first: a rotation in between moves a hash from the
	// first question to the second, so it is missed by neither.
	for _, query := range []string{apiKeyByHash, apiKeyByOldHash} {
		err = s.one(ctx, "api key", append(apiKeyTo(&k), workspaceTo(&w)...), query, h[:])
		if claviger.CodeOf(err) != claviger.NotFound {
			break
		}
	}
	return k, w, err
}
