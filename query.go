package claviger

import "time"

// Page selects part of a list: Number counts from 0, Size is at least 1.
type Page struct{ Number, Size int }

// Offset is how many rows come before the page.
func (p Page) Offset() int { return p.Number * p.Size }

// WorkspaceQuery selects workspaces, oldest first.
type WorkspaceQuery struct {
	Show      Shown
	Name      string // contains, case-sensitive; "" for any
	ExactName string
	Only      WorkspaceID // "" for any
	Page      Page
}

// Shown says which of a list's rows to show. The zero value shows active ones.
type Shown int

// What lists can show.
const (
	ShowActive Shown = iota
	ShowArchived
	ShowAll
)

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
	Tags         []Tag  // all of them; nil for any
	// Brief leaves out what lists do not show: settings, secrets, mappings,
	// limits and tags.
	Brief bool
	Page  Page
}

// Tag is a label of an integration. An empty Value stands for any.
type Tag struct{ Name, Value string }

// ProviderQuery selects active providers, newest first.
type ProviderQuery struct {
	WorkspaceID   WorkspaceID   // "" for any
	IntegrationID IntegrationID // "" for any
	Ref           string        // an id or a slug; "" for any
	Page          Page
}

// SecretReferenceQuery selects active secret references, newest first.
type SecretReferenceQuery struct {
	Manager ManagerType       // "" for any
	Name    string            // contains, whatever the case; "" for any
	Tags    map[string]string // all of them, with these values
	// AllowedTo: a workspace is among those it is open to by name; "" for any.
	AllowedTo WorkspaceID
	Page      Page
}

// EntryQuery selects ledger entries of one organisation, newest first. Zero
// fields select everything.
type EntryQuery struct {
	Entry        EntryID
	WorkspaceID  WorkspaceID
	APIKeyID     APIKeyID
	ProviderSlug string
	RequestID    string    // all attempts of one request
	From, To     time.Time // of admission: From inclusive, To exclusive
	Page         Page
}

// AuditQuery selects audit entries of one organisation, newest first. Zero
// fields but From and To select everything.
type AuditQuery struct {
	From, To     time.Time // From inclusive, To exclusive
	WorkspaceID  WorkspaceID
	ActorKeyID   APIKeyID
	ActorType    string
	Action       string
	ResourceType string
	Method       string
	URI          string
	RequestID    string
	Address      string
	Status       int
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
	// SecretReferenceChanged concerns what was read through the reference.
	SecretReferenceChanged ChangeKind = "secret_reference"
	// PolicyChanged concerns all policies of the workspace that ID names.
	PolicyChanged ChangeKind = "policy"
)
