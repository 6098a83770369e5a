package adminapi

import (
	"cmp"
	"context"
	"net/http"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

const providersPage = 50

// providerScopes let a caller do verb to providers, which are also called
// virtual keys.
func providerScopes(verb string) []claviger.Scope {
	return []claviger.Scope{claviger.Scope("providers." + verb), claviger.Scope("virtual_keys." + verb)}
}

const (
	providersPath = "/providers"
	providerPath  = providersPath + "/{slug}"
)

func (a *api) providers() {
	op := func(id, method, path, summary, verb string, body int64) operation {
		return operation{ID: id, Method: method, Path: path, Summary: summary, Tag: "Providers", Scopes: providerScopes(verb), Body: body}
	}
	register(a, op("create-provider", http.MethodPost, providersPath, "Give a workspace another way to an integration", "create", fullBody), a.createProvider)
	register(a, op("list-providers", http.MethodGet, providersPath, "List the providers of a workspace", "list", noBody), a.listProviders)
	register(a, op("get-provider", http.MethodGet, providerPath, "Read a provider", "read", noBody), a.getProvider)
	register(a, op("update-provider", http.MethodPut, providerPath, "Change a provider", "update", fullBody), a.updateProvider)
	register(a, op("delete-provider", http.MethodDelete, providerPath, "Delete a provider", "delete", noBody), a.deleteProvider)
}

// Provider is a provider on the wire.
type Provider struct {
	ID             string       `json:"id" format:"uuid"`
	Name           string       `json:"name"`
	Slug           string       `json:"slug"`
	IntegrationID  string       `json:"integration_id" doc:"The integration, by slug or UUID, as it was named when the provider was made."`
	AIProviderName string       `json:"ai_provider_name"`
	WorkspaceID    string       `json:"workspace_id"`
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
	Object         string       `json:"object" enum:"provider"`
}

func providerWire(p claviger.Provider, st admin.Standing) Provider {
	return Provider{
		ID: string(p.ID), Name: p.Name, Slug: p.Slug, IntegrationID: cmp.Or(p.NamedAs, p.IntegrationSlug), AIProviderName: p.AIProvider,
		WorkspaceID: string(p.WorkspaceID), Note: orNull(p.Note), Status: string(st.Status),
		UsageLimits: usageObject{raw{st.UsageLimits}}, Usage: limitsWire(st), LastResetAt: instant(st.LastResetAt), RateLimits: rateArray{raw{p.RateLimits}},
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
	return standingList(all, total, a.admin.ProviderStandings(ctx, false, all...), providerWire), err
}

// ProviderRef names a provider or virtual key of a workspace.
type ProviderRef struct {
	SlugRef
	InWorkspace
}

func (a *api) getProvider(ctx context.Context, by authz.Caller, in *ProviderRef) (Provider, error) {
	d, err := a.admin.Provider(ctx, by, in.WorkspaceID, in.Slug)
	return providerWire(d.Provider, a.admin.ProviderStandings(ctx, true, d.Provider)[0]), err
}

func (a *api) createProvider(ctx context.Context, by authz.Caller, in *struct {
	InWorkspace
	Body Body[NewProviderRequest]
}) (Created, error) {
	v := in.Body.Value
	p, err := a.admin.CreateProvider(ctx, by, admin.NewProvider{
		Workspace: cmp.Or(v.WorkspaceID, in.WorkspaceID), Integration: v.IntegrationID, Slug: v.Slug,
		ProviderInput: providerInput(ProviderRequest{
			Name: v.Name, Note: v.Note, UsageLimits: v.UsageLimits, RateLimits: v.RateLimits, ExpiresAt: v.ExpiresAt,
		}, in.Body.Found),
	})
	return providerNamed(p), err
}

func providerNamed(p claviger.Provider) Created {
	return Created{ID: string(p.ID), Slug: p.Slug, Object: "provider"}
}

func (a *api) updateProvider(ctx context.Context, by authz.Caller, in *struct {
	ProviderRef
	Body Body[ProviderRequest]
}) (Created, error) {
	v := in.Body.Value
	p, err := a.admin.UpdateProvider(ctx, by, cmp.Or(in.WorkspaceID, v.WorkspaceID), in.Slug, providerInput(v, in.Body.Found))
	return providerNamed(p), err
}

func (a *api) deleteProvider(ctx context.Context, by authz.Caller, in *ProviderRef) (empty, error) {
	return empty{}, a.admin.DeleteProvider(ctx, by, in.WorkspaceID, in.Slug)
}
