package claviger

import "time"

// Page selects part of a list: Number counts from 0, Size is at least 1.
type Page struct{ Number, Size int }

// Offset is how many rows come before the page.
func (p Page) Offset() int { return p.Number * p.Size }

// WorkspaceQuery selects active workspaces, oldest first.
type WorkspaceQuery struct {
	Name      string // contains, case-sensitive; "" for any
	ExactName string
	Only      WorkspaceID // "" for any
	Page      Page
}

// APIKeyQuery selects active API keys, newest first.
type APIKeyQuery struct {
	WorkspaceID WorkspaceID // "" for any
	IDs         []APIKeyID  // nil for any
	Kinds       []KeyKind   // nil for any
	Page        Page
}

// IntegrationQuery selects active integrations, newest first.
type IntegrationQuery struct {
	// AccessibleTo selects those a workspace may use (enabled grant) or owns.
	AccessibleTo WorkspaceID
	Type         string // "organisation", "workspace"; "" or "all" for both
	Page         Page
}

// ProviderQuery selects active providers, newest first.
type ProviderQuery struct {
	WorkspaceID   WorkspaceID   // "" for any
	IntegrationID IntegrationID // "" for any
	Page          Page
}

// EntryQuery selects ledger entries of one organisation, newest first. Zero
// fields select everything.
type EntryQuery struct {
	Entry        EntryID
	WorkspaceID  WorkspaceID
	APIKeyID     APIKeyID
	ProviderSlug string
	From, To     time.Time // of admission: From inclusive, To exclusive
	Page         Page
}

// Change names a row that a committed transaction changed, so that whoever
// holds it in memory drops it.
type Change struct {
	OrganisationID OrganisationID
	Kind           ChangeKind
	ID             string
}

// ChangeKind is what changed.
type ChangeKind string

// The kinds of change. A change of a workspace or an integration concerns
// everything that is read through it.
const (
	WorkspaceChanged   ChangeKind = "workspace"
	APIKeyChanged      ChangeKind = "api_key"
	IntegrationChanged ChangeKind = "integration"
	ProviderChanged    ChangeKind = "provider"
)
