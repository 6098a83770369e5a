package adminapi

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
)

// rates are rate limits in a request: an array, or one limit without it.
type rates struct{ raw }

func (r rates) bytes() json.RawMessage { return r.RawMessage }

// Schema implements huma.SchemaProvider. It says nothing of the type: package
// admin says what is wrong with either form.
func (rates) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "Rate limits as answers have them, in an array, or one limit alone."}
}

// ProviderRequest changes a provider: absent fields stay, null clears.
type ProviderRequest struct {
	Name        Optional[string]      `json:"name"`
	Note        Optional[string]      `json:"note"`
	UsageLimits Optional[usageObject] `json:"usage_limits"`
	RateLimits  Optional[rates]       `json:"rate_limits"`
	ExpiresAt   Optional[string]      `json:"expires_at" doc:"ISO 8601."`
	ResetUsage  bool                  `json:"reset_usage" doc:"Count from zero again."`
	WorkspaceID string                `json:"workspace_id" doc:"The same as the parameter."`
}

// NewProviderRequest makes a provider.
type NewProviderRequest struct {
	Name          Optional[string]      `json:"name" required:"true"`
	IntegrationID string                `json:"integration_id" required:"true" doc:"Slug or UUID of an integration that is enabled for the workspace."`
	WorkspaceID   string                `json:"workspace_id" doc:"UUID or slug; needed with an organisation key."`
	Slug          string                `json:"slug" doc:"Generated when absent."`
	Note          Optional[string]      `json:"note"`
	UsageLimits   Optional[usageObject] `json:"usage_limits"`
	RateLimits    Optional[rates]       `json:"rate_limits"`
	ExpiresAt     Optional[string]      `json:"expires_at" doc:"ISO 8601."`
}

func providerInput(v ProviderRequest, found claviger.Problems) admin.ProviderInput {
	return admin.ProviderInput{
		Name: v.Name.Optional, Note: v.Note.Optional, ExpiresAt: v.ExpiresAt.Optional, ResetUsage: v.ResetUsage, Found: found,
		UsageLimits: rawField(v.UsageLimits.Optional, usageObject.bytes), RateLimits: rawField(v.RateLimits.Optional, rates.bytes),
	}
}
