package claviger

import (
	"errors"

	"github.com/google/uuid"
)

// Ids are UUIDs in lower-case text form. The zero value names nothing.
type (
	OrganisationID string
	WorkspaceID    string
	APIKeyID       string
	IntegrationID  string
	ProviderID     string
	ModelID        string
	AuditID        string
	// SecretReferenceID names a secret reference.
	SecretReferenceID string
	// EntryID names one attempt in the ledger. It is a version 7 UUID minted
	// by the gateway, so entries sort by the time of their admission.
	EntryID [16]byte
)

// NewID returns a fresh random id for any of the text id types.
func NewID[T ~string]() T { return T(uuid.NewString()) }

// NewEntryID mints the id of an attempt.
func NewEntryID() EntryID { return EntryID(uuid.Must(uuid.NewV7())) }

// String is the canonical text form.
func (id EntryID) String() string { return uuid.UUID(id).String() }

// IsZero reports whether id names nothing.
func (id EntryID) IsZero() bool { return id == EntryID{} }

// ParseEntryID reads the canonical text form.
func ParseEntryID(s string) (EntryID, error) {
	id, err := uuid.Parse(s)
	if err != nil || len(s) != 36 {
		return EntryID{}, errors.New("not an entry id")
	}
	return EntryID(id), nil
}

// IsUUID reports whether s has the shape of a UUID in canonical text form, in
// either case. Slugs of that shape are refused, so that a path element can be
// either without doubt.
func IsUUID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }
