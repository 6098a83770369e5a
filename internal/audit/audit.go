// Package audit makes the entries that record who changed what. An entry is
// written in the transaction of the change it records: when it cannot be made
// or stored, the change does not happen.
package audit

import (
	"encoding/json"
	"fmt"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/secret"
)

// Fingerprinter names a secret without giving it away; equal secrets of one
// organisation get equal names.
type Fingerprinter interface {
	Fingerprint(claviger.OrganisationID, secret.String) string
}

// Fields are a row as the admin API shows it, by wire name. A secret.String, or
// a map of them, is replaced by fingerprints; nil Fields are no row.
type Fields map[string]any

// Change is what happened to one row: no Before on creation, no After on
// deletion.
type Change struct {
	Action        string // "create", "update", "delete"
	ResourceType  string // "integration", "api_key", …
	ResourceID    string
	WorkspaceID   claviger.WorkspaceID // empty: organisation-level
	Before, After Fields
}

// Entry records change by the caller at a time. It fails, and the change with
// it, when a side cannot be written down.
func Entry(by authz.Caller, at time.Time, fp Fingerprinter, change Change) (claviger.AuditEntry, error) {
	before, err := encode(by.OrganisationID, fp, change.Before)
	if err != nil {
		return claviger.AuditEntry{}, fmt.Errorf("audit %s before: %w", change.ResourceType, err)
	}
	after, err := encode(by.OrganisationID, fp, change.After)
	if err != nil {
		return claviger.AuditEntry{}, fmt.Errorf("audit %s after: %w", change.ResourceType, err)
	}
	actor := "api_key"
	if by.KeyID == "" {
		actor = "operator"
	}
	return claviger.AuditEntry{
		ID:             claviger.NewID[claviger.AuditID](),
		OrganisationID: by.OrganisationID,
		WorkspaceID:    change.WorkspaceID,
		At:             at,
		ActorKeyID:     by.KeyID,
		ActorType:      actor,
		Action:         change.Action,
		ResourceType:   change.ResourceType,
		ResourceID:     change.ResourceID,
		Before:         before,
		After:          after,
		Method:         by.Origin.Method,
		URI:            by.Origin.URI,
		RequestID:      by.Origin.RequestID,
		Address:        by.Origin.Address,
		Status:         200,
		Attempts:       1,
	}, nil
}

func encode(org claviger.OrganisationID, fp Fingerprinter, f Fields) (json.RawMessage, error) {
	if f == nil {
		return nil, nil
	}
	out := make(map[string]any, len(f))
	for name, v := range f {
		switch v := v.(type) {
		case secret.String:
			out[name] = fingerprint(org, fp, v)
		case map[string]secret.String:
			m := make(map[string]any, len(v))
			for k, s := range v {
				m[k] = fingerprint(org, fp, s)
			}
			out[name] = m
		default:
			out[name] = v // a secret further down encodes as its mask
		}
	}
	return json.Marshal(out)
}

// fingerprint is null for no secret.
func fingerprint(org claviger.OrganisationID, fp Fingerprinter, s secret.String) any {
	if s.IsZero() {
		return nil
	}
	return fp.Fingerprint(org, s)
}
