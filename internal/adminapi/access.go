package adminapi

import (
	"context"
	"net/http"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

const accessPath = integrationPath + "/workspaces"

func (a *api) integrationAccess() {
	register(a, operation{
		ID: "list-integration-workspaces", Method: http.MethodGet, Path: accessPath, Tag: "Integrations",
		Summary: "List the workspaces of an integration", Scopes: admin.IntegrationScopes("read"), Body: noBody,
	}, a.listAccess)
	register(a, operation{
		ID: "update-integration-workspaces", Method: http.MethodPut, Path: accessPath, Tag: "Integrations",
		Summary: "Grant and take away access", Scopes: admin.IntegrationScopes("update"), Body: fullBody,
	}, a.updateAccess)
}

// IntegrationWorkspace is one workspace's access to an integration.
type IntegrationWorkspace struct {
	ID            string       `json:"id" doc:"The workspace's slug."`
	Enabled       bool         `json:"enabled"`
	UsageLimits   usageArray   `json:"usage_limits"`
	RateLimits    rateArray    `json:"rate_limits"`
	CreatedAt     *string      `json:"created_at" format:"date-time"`
	LastUpdatedAt *string      `json:"last_updated_at" format:"date-time"`
	LastResetAt   *string      `json:"last_reset_at" format:"date-time"`
	Status        string       `json:"status" enum:"active,exhausted"`
	Usage         []LimitUsage `json:"usage,omitempty" doc:"How each limit stands; where it is known."`
}

// IntegrationWorkspaces is who may use an integration.
type IntegrationWorkspaces struct {
	Total      int                    `json:"total"`
	Workspaces []IntegrationWorkspace `json:"workspaces"`
	Global     GlobalAccess           `json:"global_workspace_access"`
}

func (a *api) listAccess(ctx context.Context, by authz.Caller, in *SlugRef) (IntegrationWorkspaces, error) {
	access, err := a.admin.IntegrationAccess(ctx, by, in.Slug)
	out := IntegrationWorkspaces{Total: len(access.Grants), Workspaces: []IntegrationWorkspace{}, Global: GlobalAccess{raw{access.Global}}}
	standings := a.admin.GrantStandings(ctx, true, access.Grants...)
	for i, g := range access.Grants {
		out.Workspaces = append(out.Workspaces, accessWire(g, standings[i]))
	}
	return out, err
}

func accessWire(g claviger.Grant, st admin.Standing) IntegrationWorkspace {
	return IntegrationWorkspace{
		ID: g.WorkspaceSlug, Enabled: g.Enabled,
		UsageLimits: usageArray{raw{st.UsageLimits}}, RateLimits: rateArray{raw{g.RateLimits}},
		CreatedAt: instant(g.CreatedAt), LastUpdatedAt: instant(g.UpdatedAt),
		LastResetAt: instant(st.LastResetAt), Status: string(st.Status), Usage: limitsWire(st),
	}
}

// AccessRequest changes who may use an integration. Workspaces it does not
// name stay as they are.
type AccessRequest struct {
	Workspaces            []AccessRow                   `json:"workspaces"`
	Global                Optional[GlobalAccessRequest] `json:"global_workspace_access" doc:"For workspaces made later: absent limits stay, null clears them."`
	Override              bool                          `json:"override_existing_workspace_access" doc:"Give the rows there are the global settings."`
	Override2             bool                          `json:"override_existing_workspaces_access" doc:"The same as override_existing_workspace_access."`
	CreateDefaultProvider Optional[bool]                `json:"create_default_provider" doc:"True when absent; of rows that newly grant access."`
	DefaultProviderSlug   string                        `json:"default_provider_slug" doc:"Of the providers that are made; an existing one keeps its own."`
}

// AccessRow is one workspace's access: absent limits stay, null clears them.
type AccessRow struct {
	ID                    string               `json:"id" required:"true" doc:"UUID or slug."`
	Enabled               Optional[bool]       `json:"enabled" required:"true"`
	UsageLimits           Optional[usageArray] `json:"usage_limits"`
	RateLimits            Optional[rateArray]  `json:"rate_limits"`
	ResetUsage            bool                 `json:"reset_usage" doc:"Count from zero again."`
	CreateDefaultProvider Optional[bool]       `json:"create_default_provider"`
	DefaultProviderSlug   string               `json:"default_provider_slug"`
}

// GlobalAccessRequest is what workspaces made later get: absent limits stay,
// null clears them.
type GlobalAccessRequest struct {
	Enabled     Optional[bool]       `json:"enabled" required:"true"`
	UsageLimits Optional[usageArray] `json:"usage_limits"`
	RateLimits  Optional[rateArray]  `json:"rate_limits"`
}

func (a *api) updateAccess(ctx context.Context, by authz.Caller, in *struct {
	SlugRef
	Body Body[AccessRequest]
}) (empty, error) {
	ignored, err := a.admin.UpdateAccess(ctx, by, in.Slug, accessInput(in.Body))
	if err == nil {
		nameIgnored(requestOf(ctx).header, ignored...)
	}
	return empty{}, err
}

func accessInput(b Body[AccessRequest]) admin.AccessInput {
	v, global := b.Value, b.Value.Global
	in := admin.AccessInput{
		Override: v.Override || v.Override2, CreateProvider: v.CreateDefaultProvider.Optional, ProviderSlug: v.DefaultProviderSlug,
		Global: admin.Optional[admin.GlobalAccessInput]{Set: global.Set, Null: global.Null, Value: admin.GlobalAccessInput{
			Enabled:     global.Value.Enabled.Optional,
			UsageLimits: rawField(global.Value.UsageLimits.Optional, usageArray.bytes), RateLimits: rawField(global.Value.RateLimits.Optional, rateArray.bytes),
		}},
		Found: b.Found,
	}
	for _, r := range v.Workspaces {
		in.Rows = append(in.Rows, admin.AccessRow{
			Workspace: r.ID, Enabled: r.Enabled.Optional, ResetUsage: r.ResetUsage,
			UsageLimits: rawField(r.UsageLimits.Optional, usageArray.bytes), RateLimits: rawField(r.RateLimits.Optional, rateArray.bytes),
			CreateProvider: r.CreateDefaultProvider.Optional, ProviderSlug: r.DefaultProviderSlug,
		})
	}
	return in
}
