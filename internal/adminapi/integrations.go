package adminapi

import (
	"context"
	"net/http"

	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

const (
	integrationsPath = "/integrations"
	integrationPath  = integrationsPath + "/{slug}"
	integrationsPage = 100
)

func (a *api) integrations() {
	op := func(id, method, path, summary, verb string, body int64) operation {
		return operation{ID: id, Method: method, Path: path, Summary: summary, Tag: "Integrations", Scopes: admin.IntegrationScopes(verb), Body: body}
	}
	register(a, op("create-integration", http.MethodPost, integrationsPath, "Store a provider account", "create", fullBody), a.createIntegration)
	register(a, op("list-integrations", http.MethodGet, integrationsPath, "List integrations", "list", noBody), a.listIntegrations)
	register(a, op("get-integration", http.MethodGet, integrationPath, "Read an integration, masked", "read", noBody), a.getIntegration)
	register(a, op("update-integration", http.MethodPut, integrationPath, "Change an integration, or rotate its key", "update", fullBody), a.updateIntegration)
	register(a, op("delete-integration", http.MethodDelete, integrationPath, "Delete an integration and wipe its secrets", "delete", noBody), a.deleteIntegration)
}

// SlugRef names an integration, provider or virtual key in the path.
type SlugRef struct {
	Slug string `path:"slug" doc:"Slug or UUID."`
}

// Created names what was made.
type Created struct {
	ID     string `json:"id" format:"uuid"`
	Slug   string `json:"slug"`
	Object string `json:"object"`
}

func (a *api) createIntegration(ctx context.Context, by authz.Caller, in *struct{ Body Body[NewIntegrationRequest] }) (Created, error) {
	ask, said := newIntegration(in.Body.Value, in.Body.Found), admin.Remarks{}
	ask.Remarks = &said
	i, err := a.admin.CreateIntegration(ctx, by, ask)
	remark(ctx, said)
	if err == nil {
		nameIgnored(requestOf(ctx).header, idleProviderFields(in.Body.Value, i.WorkspaceID != "")...)
	}
	return Created{ID: string(i.ID), Slug: i.Slug, Object: "integration"}, err
}

// idleProviderFields are the fields about a provider that v holds to no effect:
// all where no provider is made for a workspace, and the slug of one that is not
// to be made.
func idleProviderFields(v NewIntegrationRequest, local bool) (names []string) {
	if !local && v.CreateDefaultProvider != nil {
		names = append(names, "create_default_provider")
	}
	if v.DefaultProviderSlug != "" && (!local || !yes(v.CreateDefaultProvider)) {
		names = append(names, "default_provider_slug")
	}
	return names
}

type integrationList struct {
	Paging
	WorkspaceID string `query:"workspace_id" doc:"UUID or slug: those the workspace may use."`
	Type        string `query:"type" enum:"workspace,organisation,all"`
	Tags        string `query:"tags" doc:"Names and name:value separated by commas, or an object of strings; all must match."`
}

func (a *api) listIntegrations(ctx context.Context, by authz.Caller, in *integrationList) (list[Integration], error) {
	f := admin.IntegrationFilter{Workspace: in.WorkspaceID, Type: in.Type, Tags: in.Tags, Page: in.page(integrationsPage)}
	all, total, err := a.admin.Integrations(ctx, by, f)
	return listOf(all, total, integrationWire), err
}

func (a *api) getIntegration(ctx context.Context, by authz.Caller, in *SlugRef) (IntegrationDetail, error) {
	d, err := a.admin.Integration(ctx, by, in.Slug)
	return integrationDetailWire(d), err
}

func (a *api) updateIntegration(ctx context.Context, by authz.Caller, in *struct {
	SlugRef
	Body Body[IntegrationRequest]
}) (empty, error) {
	ask, said := integrationInput(in.Body.Value, in.Body.Found), admin.Remarks{}
	ask.Remarks = &said
	err := a.admin.UpdateIntegration(ctx, by, in.Slug, ask)
	remark(ctx, said)
	return empty{}, err
}

func (a *api) deleteIntegration(ctx context.Context, by authz.Caller, in *SlugRef) (empty, error) {
	return empty{}, a.admin.DeleteIntegration(ctx, by, in.Slug)
}
