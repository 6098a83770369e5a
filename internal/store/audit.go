package store

import (
	"context"
	"database/sql"

	claviger "github.com/claviger/claviger"
)

const auditColumns = `organisation_id, id, workspace_id, at_us, actor_key_id, actor_type, action, resource_type,
	resource_id, before, after, method, uri, request_id, address, status, attempts`

func auditTo(e *claviger.AuditEntry) []any {
	return []any{text(&e.OrganisationID), text(&e.ID), text(&e.WorkspaceID), timeTo{&e.At}, text(&e.ActorKeyID), text(&e.ActorType),
		text(&e.Action), text(&e.ResourceType), text(&e.ResourceID), rawTo{&e.Before}, rawTo{&e.After},
		text(&e.Method), text(&e.URI), text(&e.RequestID), text(&e.Address), number(&e.Status), number(&e.Attempts)}
}

const insertAudit = `INSERT INTO audit_entries (` + auditColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`

// InsertAudit adds an audit entry; claviger.Missing if its organisation is.
func (t *Tx) InsertAudit(ctx context.Context, e claviger.AuditEntry) error {
	_, err := t.exec(ctx, step{name: "insert audit entry", taken: "audit entry already exists", parent: "organisation"},
		insertAudit, e.OrganisationID, e.ID, orNull(e.WorkspaceID), e.At.UnixMicro(), orNull(e.ActorKeyID), e.ActorType,
		e.Action, e.ResourceType, e.ResourceID, raw(e.Before), raw(e.After), e.Method, e.URI, e.RequestID, e.Address,
		e.Status, e.Attempts)
	return err
}

// AuditEntries lists a page, newest first, and counts all that match.
func (t *Tx) AuditEntries(ctx context.Context, org claviger.OrganisationID, q claviger.AuditQuery) ([]claviger.AuditEntry, int, error) {
	l := list{what: "audit entries", columns: auditColumns, from: "audit_entries", order: newestAudit, part: q.Page}
	var out []claviger.AuditEntry
	total, err := l.read(ctx, t, auditWhere(org, q), func(rows *sql.Rows) error {
		out = append(out, claviger.AuditEntry{})
		return rows.Scan(auditTo(&out[len(out)-1])...)
	})
	return out, total, err
}

const newestAudit = "at_us DESC, id DESC"

// auditWhere is bounded by a span of time, always: the log only grows.
func auditWhere(org claviger.OrganisationID, q claviger.AuditQuery) *where {
	var w where
	w.and("organisation_id = ?", org)
	w.and("at_us >= ? AND at_us < ?", q.From.UnixMicro(), q.To.UnixMicro())
	for _, f := range []struct{ column, value string }{
		{"workspace_id", string(q.WorkspaceID)}, {"actor_key_id", string(q.ActorKeyID)}, {"actor_type", q.ActorType},
		{"action", q.Action}, {"resource_type", q.ResourceType}, {"method", q.Method}, {"uri", q.URI},
		{"request_id", q.RequestID}, {"address", q.Address},
	} {
		if f.value != "" {
			w.and(f.column+" = ?", f.value)
		}
	}
	if q.Status != 0 {
		w.and("status = ?", q.Status)
	}
	return &w
}
