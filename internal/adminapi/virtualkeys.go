package adminapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

func (a *api) virtualKeys() {
	register(a, operation{
		ID: "list-virtual-keys", Method: http.MethodGet, Path: "/virtual-keys", Tag: "Virtual keys",
		Summary: "List providers by their old name", Scopes: providerScopes("list"), Body: noBody,
	}, a.listVirtualKeys)
	register(a, operation{
		ID: "get-virtual-key", Method: http.MethodGet, Path: "/virtual-keys/{slug}", Tag: "Virtual keys",
		Summary: "Read a provider by its old name", Scopes: providerScopes("read"), Body: noBody,
	}, a.getVirtualKey)
}

// VirtualKey is a provider in its older form.
type VirtualKey struct {
	ID             string      `json:"id" format:"uuid"`
	AIProviderName string      `json:"ai_provider_name"`
	Name           string      `json:"name"`
	Note           *string     `json:"note"`
	Status         string      `json:"status" enum:"active,exhausted,expired"`
	UsageLimits    usageObject `json:"usage_limits"`
	RateLimits     rateArray   `json:"rate_limits"`
	ResetUsage     *int        `json:"reset_usage"`
	CreatedAt      *string     `json:"created_at" format:"date-time"`
	LastUpdatedAt  *string     `json:"last_updated_at" format:"date-time"`
	ExpiresAt      *string     `json:"expires_at" format:"date-time"`
	Slug           string      `json:"slug"`
	WorkspaceID    string      `json:"workspace_id"`
	Object         string      `json:"object" enum:"virtual-key"`
}

// VirtualKeyDetail is a virtual key with what may be shown of its settings.
type VirtualKeyDetail struct {
	VirtualKey
	MaskedAPIKey   *string                    `json:"masked_api_key"`
	ModelConfig    map[string]json.RawMessage `json:"model_config" doc:"A sensitive field f is shown as maskedF."`
	SecretMappings []SecretMapping            `json:"secret_mappings"`
}

func (a *api) virtualKeyWire(p claviger.Provider) VirtualKey {
	return VirtualKey{
		ID: string(p.ID), AIProviderName: p.AIProvider, Name: p.Name, Note: orNull(p.Note), Status: string(a.admin.ProviderStatus(p)),
		UsageLimits: usageObject{raw{p.UsageLimits}}, RateLimits: rateArray{raw{p.RateLimits}},
		CreatedAt: instant(p.CreatedAt), LastUpdatedAt: instant(p.UpdatedAt), ExpiresAt: instant(p.ExpiresAt),
		Slug: p.Slug, WorkspaceID: string(p.WorkspaceID), Object: "virtual-key",
	}
}

func (a *api) listVirtualKeys(ctx context.Context, by authz.Caller, in *providerList) (list[VirtualKey], error) {
	all, total, err := a.admin.Providers(ctx, by, in.WorkspaceID, in.page(providersPage))
	return listOf(all, total, a.virtualKeyWire), err
}

func (a *api) getVirtualKey(ctx context.Context, by authz.Caller, in *providerRef) (VirtualKeyDetail, error) {
	d, err := a.admin.Provider(ctx, by, in.WorkspaceID, in.Slug)
	return a.virtualKeyDetailWire(d), err
}

func (a *api) virtualKeyDetailWire(d admin.ProviderDetail) VirtualKeyDetail {
	out := VirtualKeyDetail{
		VirtualKey: a.virtualKeyWire(d.Provider), MaskedAPIKey: orNull(d.MaskedKey),
		ModelConfig: map[string]json.RawMessage{}, SecretMappings: mappingsWire(d.SecretMappings),
	}
	for name, v := range d.Configurations {
		out.ModelConfig[camel(name)] = v
	}
	for i, m := range out.SecretMappings {
		if field, ok := strings.CutPrefix(m.TargetField, "configurations."); ok {
			out.SecretMappings[i].TargetField = "model_config." + camel(field)
		}
	}
	return out
}

// camel is a field name as virtual keys spell it: aws_region as awsRegion.
func camel(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}
