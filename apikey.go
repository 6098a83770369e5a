package claviger

import (
	"encoding/json"
	"time"
)

// KeyType says what an API key is for.
type KeyType string

// Organisation keys administer and cannot call models; workspace keys call
// models and see their own workspace only.
const (
	OrganisationKey KeyType = "organisation"
	WorkspaceKey    KeyType = "workspace"
)

// KeySubType says who holds an API key.
type KeySubType string

// Service keys belong to a program, user keys to a person.
const (
	ServiceKey KeySubType = "service"
	UserKey    KeySubType = "user"
)

// KeyKind is what an API key is for and who holds it.
type KeyKind struct {
	Type    KeyType
	SubType KeySubType
}

// String is the documented name: "workspace-service".
func (k KeyKind) String() string { return string(k.Type) + "-" + string(k.SubType) }

// KeyKinds lists the kinds of key there are.
func KeyKinds() []KeyKind {
	return []KeyKind{{OrganisationKey, ServiceKey}, {WorkspaceKey, ServiceKey}, {WorkspaceKey, UserKey}}
}

// KeyHash is the SHA-256 of an API key, all that is stored of it.
type KeyHash [32]byte

// APIKey is what a caller authenticates with. The key itself is shown once and
// never stored.
type APIKey struct {
	ID             APIKeyID
	OrganisationID OrganisationID
	WorkspaceID    WorkspaceID // empty for organisation keys
	Type           KeyType
	SubType        KeySubType
	UserID         string // empty for service keys
	Name           string
	Description    string
	Hash           KeyHash
	Masked         string // first two and last two characters
	Scopes         []Scope
	UsageLimits    json.RawMessage // as the admin API takes and gives them; nil when unset
	RateLimits     json.RawMessage
	Defaults       json.RawMessage
	AlertEmails    []string
	ExpiresAt      time.Time // zero: never
	// OldHash is of the secret that the last rotation replaced; zero: none. It
	// authenticates until OldUntil, while the key itself does.
	OldHash        KeyHash
	OldUntil       time.Time
	RotatedAt      time.Time       // zero: never
	RotationPolicy json.RawMessage // a [RotationPolicy]; nil when unset
	// ResetAt is when usage was last counted from zero: by hand, or, where it never
	// was, because a usage limit was set where none of its kind was; zero: never.
	// LimitedAt is when the latter was.
	ResetAt      time.Time
	LimitedAt    time.Time
	Status       Status
	CreationMode string // "api", "auto" (bootstrap), "ui"
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Version      int64
}

// Kind is the key's kind.
func (k APIKey) Kind() KeyKind { return KeyKind{k.Type, k.SubType} }

// InTransition reports whether the secret before the last rotation still
// authenticates at now.
func (k APIKey) InTransition(now time.Time) bool {
	return k.OldHash != KeyHash{} && now.Before(k.OldUntil)
}

// OpensWith reports whether the secret of hash h authenticates at now: the
// current one does, and the one before it while the transition lasts.
func (k APIKey) OpensWith(h KeyHash, now time.Time) bool {
	return h != KeyHash{} && (h == k.Hash || h == k.OldHash && now.Before(k.OldUntil))
}

// Expired reports whether the key is past its end at now.
func (k APIKey) Expired(now time.Time) bool {
	return !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt)
}
