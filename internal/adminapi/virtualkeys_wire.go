package adminapi

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/secret"
)

// VirtualKey is a provider in its older form.
type VirtualKey struct {
	ID             string       `json:"id" format:"uuid"`
	AIProviderName string       `json:"ai_provider_name"`
	Name           string       `json:"name"`
	Note           *string      `json:"note"`
	Status         string       `json:"status" enum:"active,exhausted,expired"`
	UsageLimits    usageObject  `json:"usage_limits"`
	RateLimits     rateArray    `json:"rate_limits"`
	Usage          []LimitUsage `json:"usage,omitempty" doc:"How each limit stands; where it is known."`
	LastResetAt    *string      `json:"last_reset_at" format:"date-time"`
	ResetUsage     *int         `json:"reset_usage"`
	CreatedAt      *string      `json:"created_at" format:"date-time"`
	LastUpdatedAt  *string      `json:"last_updated_at" format:"date-time"`
	ExpiresAt      *string      `json:"expires_at" format:"date-time"`
	Slug           string       `json:"slug"`
	WorkspaceID    string       `json:"workspace_id"`
	Object         string       `json:"object" enum:"virtual-key"`
}

// VirtualKeyDetail is a virtual key with what may be shown of its settings.
type VirtualKeyDetail struct {
	VirtualKey
	MaskedAPIKey   *string                    `json:"masked_api_key"`
	ModelConfig    map[string]json.RawMessage `json:"model_config" doc:"A sensitive field f is shown as maskedF."`
	SecretMappings []SecretMapping            `json:"secret_mappings"`
}

func virtualKeyWire(p claviger.Provider, st admin.Standing) VirtualKey {
	return VirtualKey{
		ID: string(p.ID), AIProviderName: p.AIProvider, Name: p.Name, Note: orNull(p.Note), Status: string(st.Status),
		UsageLimits: usageObject{raw{st.UsageLimits}}, Usage: limitsWire(st), LastResetAt: instant(st.LastResetAt), RateLimits: rateArray{raw{p.RateLimits}},
		CreatedAt: instant(p.CreatedAt), LastUpdatedAt: instant(p.UpdatedAt), ExpiresAt: instant(p.ExpiresAt),
		Slug: p.Slug, WorkspaceID: string(p.WorkspaceID), Object: "virtual-key",
	}
}

func virtualKeyDetailWire(d admin.ProviderDetail, st admin.Standing) VirtualKeyDetail {
	return VirtualKeyDetail{
		VirtualKey: virtualKeyWire(d.Provider, st), MaskedAPIKey: orNull(d.MaskedKey),
		ModelConfig: admin.ModelConfig(d.Configurations), SecretMappings: mappingsWire(admin.VirtualKeyMappings(d.SecretMappings)),
	}
}

// ChangedVirtualKey names what was made or changed, in both places where
// clients look for it.
type ChangedVirtualKey struct {
	Created
	Success bool `json:"success"`
	Data    struct {
		Slug string `json:"slug"`
	} `json:"data"`
}

func changedVirtualKey(p claviger.Provider) (out ChangedVirtualKey) {
	out.Created = Created{ID: string(p.ID), Slug: p.Slug, Object: "virtual-key"}
	out.Success, out.Data.Slug = true, p.Slug
	return out
}

// VirtualKeyRequest changes a virtual key: absent fields stay, null clears. The
// settings of its account stand beside these fields, in camel or snake case
// (awsRegion, aws_region, deploymentConfig), or in model_config.
type VirtualKeyRequest struct {
	Name           Optional[string]          `json:"name"`
	Note           Optional[string]          `json:"note"`
	Key            Optional[hidden]          `json:"key" doc:"The provider's key; takes the place of the stored one."`
	ModelConfig    Optional[openMap]         `json:"model_config" doc:"Settings of the account; merged field by field, null removes one."`
	SecretMappings Optional[[]SecretMapping] `json:"secret_mappings" doc:"Replaced whole; a target is key, or model_config. and the name of a field."`
	UsageLimits    Optional[usageObject]     `json:"usage_limits"`
	RateLimits     Optional[rates]           `json:"rate_limits"`
	ExpiresAt      Optional[string]          `json:"expires_at" doc:"ISO 8601."`
	ResetUsage     bool                      `json:"reset_usage" doc:"Count from zero again."`
	WorkspaceID    string                    `json:"workspace_id" doc:"The same as the parameter."`
}

// NewVirtualKeyRequest makes a virtual key: an account of one workspace, and the
// provider it is called by. The settings of the account stand beside these
// fields, as in VirtualKeyRequest.
type NewVirtualKeyRequest struct {
	Name           Optional[string]          `json:"name" required:"true"`
	Provider       string                    `json:"provider" required:"true" doc:"Kind of provider, as ai_provider_id of integrations."`
	Slug           string                    `json:"slug" doc:"Generated when absent."`
	WorkspaceID    string                    `json:"workspace_id" doc:"UUID or slug; needed with an organisation key."`
	Note           Optional[string]          `json:"note"`
	Key            Optional[hidden]          `json:"key" doc:"The provider's key."`
	ModelConfig    Optional[openMap]         `json:"model_config" doc:"Settings of the account."`
	SecretMappings Optional[[]SecretMapping] `json:"secret_mappings" doc:"A target is key, or model_config. and the name of a field."`
	UsageLimits    Optional[usageObject]     `json:"usage_limits"`
	RateLimits     Optional[rates]           `json:"rate_limits"`
	ExpiresAt      Optional[string]          `json:"expires_at" doc:"ISO 8601."`
}

// accountFields puts the settings that may stand at the top of T into its
// schema, so that they count as known.
func accountFields[T any](r huma.Registry, names []string) {
	s := resolve(r, r.Schema(reflect.TypeFor[T](), true, ""))
	for _, name := range names {
		if s.Properties[name] == nil {
			s.Properties[name] = &huma.Schema{Description: "A setting of the account; its kind of provider says what it is."}
		}
	}
}

// account collects the settings of the account from the top of a body and from
// its model_config.
func (a *api) account(body []byte, config map[string]json.RawMessage) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	var top map[string]json.RawMessage
	if json.Unmarshal(body, &top) != nil {
		return out // a problem already
	}
	for name, v := range top {
		if _, known := slices.BinarySearch(a.accountNames, name); known {
			out[name] = v
		}
	}
	for name, v := range config {
		out[name] = v
	}
	return out
}

func (a *api) virtualKeyInput(b Body[VirtualKeyRequest]) admin.VirtualKeyInput {
	v := b.Value
	in := admin.VirtualKeyInput{
		ProviderInput: providerInput(ProviderRequest{
			Name: v.Name, Note: v.Note, UsageLimits: v.UsageLimits, RateLimits: v.RateLimits, ExpiresAt: v.ExpiresAt, ResetUsage: v.ResetUsage,
		}, b.Found),
		Key:            admin.Optional[secret.String]{Set: v.Key.Set, Null: v.Key.Null, Value: v.Key.Value.String},
		Config:         a.account(b.raw, v.ModelConfig.Value),
		SecretMappings: admin.Optional[[]admin.SecretMapping]{Set: v.SecretMappings.Set, Null: v.SecretMappings.Null},
	}
	for _, m := range v.SecretMappings.Value {
		in.SecretMappings.Value = append(in.SecretMappings.Value, admin.SecretMapping(m))
	}
	return in
}

func (a *api) newVirtualKey(b Body[NewVirtualKeyRequest]) admin.NewVirtualKey {
	v := b.Value
	return admin.NewVirtualKey{Provider: v.Provider, Slug: v.Slug, Workspace: v.WorkspaceID, VirtualKeyInput: a.virtualKeyInput(Body[VirtualKeyRequest]{
		Found: b.Found, raw: b.raw, Value: VirtualKeyRequest{
			Name: v.Name, Note: v.Note, Key: v.Key, ModelConfig: v.ModelConfig, SecretMappings: v.SecretMappings,
			UsageLimits: v.UsageLimits, RateLimits: v.RateLimits, ExpiresAt: v.ExpiresAt,
		},
	})}
}
