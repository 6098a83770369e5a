package claviger

import (
	"encoding/json"
	"time"
)

// ManagerType is a kind of secret manager.
type ManagerType string

// The kinds of secret manager, by their wire names.
const (
	AWSSecretsManager ManagerType = "aws_sm"
	AzureKeyVault     ManagerType = "azure_kv"
	HashicorpVault    ManagerType = "hashicorp_vault"
)

// SecretReference says where a secret lives in an outside manager and how to
// read it. The secret itself is nowhere in it. What is secret of the way to the
// manager is in Sealed only; the vault opens it.
type SecretReference struct {
	ID             SecretReferenceID
	OrganisationID OrganisationID
	Slug           string // unique in the organisation among active ones
	Name           string
	Description    string
	Manager        ManagerType
	// AuthConfig are the plain fields, by their wire names.
	AuthConfig map[string]json.RawMessage
	// Sealed is the envelope of the secret fields; nil when there are none.
	Sealed []byte
	// RootKeyID names the root key Sealed was made under; zero with nil Sealed.
	RootKeyID  uint32
	KeyVersion int64 // grows whenever what is sealed changes; bound into the envelope
	SecretPath string
	SecretKey  string // picks one value of a secret that has several; empty: the whole
	// AllWorkspaces: every workspace may use it. Otherwise those in Workspaces.
	AllWorkspaces bool
	// Workspaces is nil with AllWorkspaces, and in lists of references.
	Workspaces []AllowedWorkspace
	Tags       map[string]string
	CreatedBy  string // the API key that made it, or who stands for the operator
	Status     Status
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// AllowedWorkspace is a workspace that may use a secret reference. Said is the
// id or slug it was named by, because clients compare it with what they wrote.
type AllowedWorkspace struct {
	ID   WorkspaceID
	Said string
}

// Open reports whether a workspace may use the reference; the empty id stands
// for all of them. It needs Workspaces.
func (r SecretReference) Open(ws WorkspaceID) bool {
	if r.AllWorkspaces {
		return true
	}
	for _, w := range r.Workspaces {
		if w.ID == ws {
			return true
		}
	}
	return false
}

// SecretUses counts what reads a value through a secret reference.
type SecretUses struct {
	Integrations int
	VirtualKeys  int // the providers of those integrations
}
