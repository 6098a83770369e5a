package claviger

import (
	"encoding/json"
	"time"
)

// Model is what an integration says of one model. A model without such a row is
// as the catalogue has it, and allowed when the integration allows all models.
type Model struct {
	// ID is what the sealed value is bound to; clients go by the slug.
	ID             ModelID
	OrganisationID OrganisationID
	IntegrationID  IntegrationID
	Slug           string // what requests call it, exactly
	// Enabled allows the model; a row that is not enabled refuses it, even when
	// the integration allows all models.
	Enabled    bool
	Custom     bool
	FineTune   bool
	BaseModel  string // slug of the model it behaves like; empty when unset
	CustomHost string // base URL to call instead of the integration's; empty when unset
	// Sealed is the envelope of the model's own headers; nil when there are none.
	Sealed     []byte
	RootKeyID  uint32          // of Sealed; zero with nil
	KeyVersion int64           // grows whenever what is sealed changes; bound into the envelope
	Pricing    json.RawMessage // pricing_config; nil: the catalogue's price
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// MaxModelSlug is the longest slug of a model, in bytes.
const MaxModelSlug = 512
