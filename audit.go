package claviger

import (
	"encoding/json"
	"time"
)

// AuditEntry is one change to a credential or to who may use it, written in the
// same transaction as the change, or attempts at one that were refused. Before
// and After hold the row as the admin API shows it, each secret replaced by a
// keyed fingerprint.
type AuditEntry struct {
	ID             AuditID
	OrganisationID OrganisationID
	WorkspaceID    WorkspaceID // empty: organisation-level
	At             time.Time
	ActorKeyID     APIKeyID // empty: the command line
	ActorType      string   // "api_key" or "operator"
	Action         string   // "create", "update", "delete", …
	ResourceType   string   // "integration", "api_key", …
	ResourceID     string
	Before, After  json.RawMessage
	Method         string
	URI            string
	RequestID      string
	Address        string // of the client, without port
	// Status is the HTTP status of the answer: 200 for a change, 401 or 403 for
	// attempts that were refused.
	Status int
	// Attempts is how many requests the entry stands for: 1 for a change, more
	// where refused attempts of one caller were counted together.
	Attempts int
}
