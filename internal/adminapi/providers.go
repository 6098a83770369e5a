package adminapi

import (
	"context"
	"net/http"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
)

const providersPage = 50

// providerScopes let a caller do verb to providers, which are also called
// virtual keys.
func providerScopes(verb string) []claviger.Scope {
	return []claviger.Scope{claviger.Scope("providers." + verb), claviger.Scope("virtual_keys." + verb)}
}

func (a *api) providers() {
	register(a, operation{
		ID: "list-providers", Method: http.MethodGet, Path: "/providers", Tag: "Providers",
		Summary: "List the providers of a workspace", Scopes: providerScopes("list"), Body: noBody,
	}, a.listProviders)
	register(a, operation{
		ID: "get-provider", Method: http.MethodGet, Path: "/providers/{slug}", Tag: "Providers",
		Summary: "Read a provider", Scopes: providerScopes("read"), Body: noBody,
	}, a.getProvider)
}

// Provider is a provider on the wire.
type Provider struct {
	ID             string      `json:"id" format:"uuid"`
	Name           string      `json:"name"`
	Slug           string      `json:"slug"`
	IntegrationID  string      `json:"integration_id" doc:"The integration's slug."`
	AIProviderName string      `json:"ai_provider_name"`
	WorkspaceID    string      `json:"workspace_id"`
	Note           *string     `json:"note"`
	Status         string      `json:"status" enum:"active,exhausted,expired"`
	UsageLimits    usageObject `json:"usage_limits"`
	RateLimits     rateArray   `json:"rate_limits"`
	ResetUsage     *int        `json:"reset_usage"`
	CreatedAt      *string     `json:"created_at" format:"date-time"`
	LastUpdatedAt  *string     `json:"last_updated_at" format:"date-time"`
	ExpiresAt      *string     `json:"expires_at" format:"date-time"`
	Object         string      `json:"object" enum:"provider"`
}

func (a *api) providerWire(p claviger.Provider) Provider {
	return Provider{
		ID: string(p.ID), Name: p.Name, Slug: p.Slug, IntegrationID: p.IntegrationSlug, AIProviderName: p.AIProvider,
		WorkspaceID: string(p.WorkspaceID), Note: orNull(p.Note), Status: string(a.admin.ProviderStatus(p)),
		UsageLimits: usageObject{raw{p.UsageLimits}}, RateLimits: rateArray{raw{p.RateLimits}},
		CreatedAt: instant(p.CreatedAt), LastUpdatedAt: instant(p.UpdatedAt), ExpiresAt: instant(p.ExpiresAt), Object: "provider",
	}
}

// InWorkspace says whose providers are meant.
type InWorkspace struct {
	WorkspaceID string `query:"workspace_id" doc:"UUID or slug; needed with an organisation key, of no effect with a workspace key."`
}

type providerList struct {
	Paging
	InWorkspace
}

func (a *api) listProviders(ctx context.Context, by authz.Caller, in *providerList) (list[Provider], error) {
	all, total, err := a.admin.Providers(ctx, by, in.WorkspaceID, in.page(providersPage))
	return listOf(all, total, a.providerWire), err
}

type providerRef struct {
	SlugRef
	InWorkspace
}

func (a *api) getProvider(ctx context.Context, by authz.Caller, in *providerRef) (Provider, error) {
	d, err := a.admin.Provider(ctx, by, in.WorkspaceID, in.Slug)
	return a.providerWire(d.Provider), err
}
