package provider

import (
	"encoding/json"

	"github.com/claviger/claviger/internal/secret"
)

// Spec declares a kind of provider.
type Spec struct {
	ID   string // ai_provider_id: "openai"
	Name string // for people: "OpenAI"
	// KeyRequired: an integration needs a key, or a mapping that gives it.
	KeyRequired bool
	// HostRequired: there is no default base URL, so custom_host must be set.
	HostRequired bool
	// Fields are the kind's own configuration fields. custom_host and
	// custom_headers are common to all kinds and not listed.
	Fields []Field
}

// Field declares one configuration field. A field that no Spec declares is
// sensitive.
type Field struct {
	Name     string // its wire name
	Help     string
	Required bool
	Secret   bool
	Choices  []string // nil: any
}

// Settings is what an integration stores, opened: the key, the configuration
// fields that are plain, as JSON values, and those that are secret.
type Settings struct {
	AIProvider string // the integration's kind
	Key        secret.String
	Plain      map[string]json.RawMessage
	Secret     map[string]secret.String // JSON strings decoded; other values as JSON text
	// Mapped names the fields, or "key", that a secret mapping will give, so
	// that a required one may be missing.
	Mapped []string
}
