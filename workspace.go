package claviger

import (
	"encoding/json"
	"time"
)

// Status is the state of a stored thing.
type Status string

// The states. Archived rows stay for the ledger and read as gone.
const (
	Active    Status = "active"
	Archived  Status = "archived"
	Exhausted Status = "exhausted"
	Expired   Status = "expired"
)

// Workspace is a team inside an organisation.
type Workspace struct {
	ID             WorkspaceID
	OrganisationID OrganisationID
	Slug           string // "ws-…", unique in the organisation among active ones
	Name           string
	Description    string
	Icon           string
	// Metadata are the default metadata of requests; nil when unset.
	Metadata map[string]string
	// InputGuardrails and OutputGuardrails name the guardrails of every request;
	// nil when unset. UserAPIKeyConfig is the config, by slug or id, of keys made
	// for users; empty when unset.
	InputGuardrails, OutputGuardrails []string
	UserAPIKeyConfig                  string

	UsageLimits json.RawMessage // as the admin API takes and gives them; nil when unset
	RateLimits  json.RawMessage
	// ResetAt is when usage was last counted from zero: by hand, or because a
	// usage limit was set where none of its kind was; zero: never. LimitedAt is
	// when the latter was.
	ResetAt   time.Time
	LimitedAt time.Time
	IsDefault bool
	Status    Status
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64 // grows with every write
}

// WorkspaceContents is how much is in a workspace, as its deletion asks. Archived
// things do not count.
type WorkspaceContents struct {
	APIKeys int
	// Providers are all but those that access made, that nobody changed since and
	// whose integration the workspace has no access to any more.
	Providers    int
	Integrations int // of its own
	Policies     int
}
