package store

import (
	"context"

	claviger "github.com/claviger/claviger"
)

const insertAudit = `INSERT INTO audit_entries (organisation_id, id, workspace_id, at_us, actor_key_id, actor_type,
	action, resource_type, resource_id, before, after, method, uri, request_id, address)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`

// InsertAudit adds an audit entry; claviger.Missing if its organisation is.
func (t *Tx) InsertAudit(ctx context.Context, e claviger.AuditEntry) error {
	_, err := t.exec(ctx, step{name: "insert audit entry", taken: "audit entry already exists", parent: "organisation"},
		insertAudit, e.OrganisationID, e.ID, orNull(e.WorkspaceID), e.At.UnixMicro(), orNull(e.ActorKeyID), e.ActorType,
		e.Action, e.ResourceType, e.ResourceID, raw(e.Before), raw(e.After), e.Method, e.URI, e.RequestID, e.Address)
	return err
}
