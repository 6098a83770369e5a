package claviger

import (
	"encoding/json"
	"time"
)

// Integration is one stored provider account. What is secret in it is in
// Sealed only; the vault opens it.
type Integration struct {
	ID             IntegrationID
	OrganisationID OrganisationID
	WorkspaceID    WorkspaceID // empty: organisation-level
	Slug           string      // unique in the organisation among active ones
	Name           string
	Description    string
	AIProvider     string // the kind: "openai", "anthropic", …
	// Configurations are the plain fields, by their wire names.
	Configurations map[string]json.RawMessage
	// Sealed is the envelope of the secret fields; nil when there are none.
	Sealed []byte
	// RootKeyID names the root key Sealed was made under; zero with nil Sealed.
	RootKeyID          uint32
	KeyVersion         int64 // grows whenever what is sealed changes; bound into the envelope
	SecretMappings     json.RawMessage
	PricingAdjustments json.RawMessage
	GlobalAccess       json.RawMessage // global_workspace_access_settings; nil when unset
	Tags               map[string]string
	AllowAllModels     bool
	Status             Status
	CreatedAt          time.Time
	UpdatedAt          time.Time
	KeyRotatedAt       time.Time
	Version            int64
}

// Grant is one workspace's access to an integration.
type Grant struct {
	OrganisationID OrganisationID
	IntegrationID  IntegrationID
	WorkspaceID    WorkspaceID
	WorkspaceSlug  string // filled on reads
	Enabled        bool
	UsageLimits    json.RawMessage
	RateLimits     json.RawMessage
	Status         Status
	// LastResetAt is when usage was last counted from zero: by hand, or because a
	// usage limit was set where none of its kind was; zero: never. LimitedAt is
	// when the latter was.
	LastResetAt time.Time
	LimitedAt   time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Provider is an integration as one workspace sees it, called "@slug". The
// admin API shows the same row as a provider and as a virtual key.
type Provider struct {
	ID             ProviderID
	OrganisationID OrganisationID
	WorkspaceID    WorkspaceID
	IntegrationID  IntegrationID
	Slug           string // unique in the workspace among active ones
	Name           string
	Note           string
	UsageLimits    json.RawMessage
	RateLimits     json.RawMessage
	ExpiresAt      time.Time // zero: never
	// ResetAt is when usage was last counted from zero: by hand, or because a
	// usage limit was set where none of its kind was; zero: never. LimitedAt is
	// when the latter was.
	ResetAt   time.Time
	LimitedAt time.Time
	// OwnsIntegration: the integration was made with the provider, as a virtual
	// key, and goes with it.
	OwnsIntegration bool
	// NamedAs is the id of the integration as whoever made the provider wrote it,
	// who is shown that rather than its slug; "" when it was named by its slug.
	NamedAs string
	// MadeByAccess: nobody asked for the provider itself; it came with access to
	// its integration. Nobody changed it either while Version is 1.
	MadeByAccess bool
	Status       Status
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Version      int64
	// Filled on reads, from the integration.
	AIProvider      string
	IntegrationSlug string
}

// Target is all that is stored about where a "@slug" of one workspace leads,
// as it was at one time.
type Target struct {
	Provider    Provider
	Integration Integration
	Grant       Grant
	Models      []Model // the integration's rows, in no order
}
