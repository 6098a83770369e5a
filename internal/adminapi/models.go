package adminapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

const modelsPath = integrationPath + "/models"

func (a *api) integrationModels() {
	op := func(id, method, summary, verb string, body int64) operation {
		return operation{ID: id, Method: method, Path: modelsPath, Summary: summary, Tag: "Integrations", Scopes: admin.IntegrationScopes(verb), Body: body}
	}
	register(a, op("list-integration-models", http.MethodGet, "List the models of an integration", "read", noBody), a.listModels)
	register(a, op("update-integration-models", http.MethodPut, "Allow, refuse and price models", "update", fullBody), a.updateModels)
	register(a, op("delete-integration-models", http.MethodDelete, "Delete custom models", "update", fullBody), a.deleteModels)
}

func (a *api) listModels(ctx context.Context, by authz.Caller, in *SlugRef) (IntegrationModels, error) {
	m, err := a.admin.Models(ctx, by, in.Slug)
	out := IntegrationModels{Object: "list", Total: len(m.List), AllowAllModels: m.AllowAll, Models: make([]IntegrationModel, len(m.List))}
	for i, d := range m.List {
		out.Models[i] = modelWire(d)
	}
	return out, err
}

func (a *api) updateModels(ctx context.Context, by authz.Caller, in *struct {
	SlugRef
	Body Body[ModelsRequest]
}) (empty, error) {
	return empty{}, a.admin.UpdateModels(ctx, by, in.Slug, modelsInput(in.Body))
}

func (a *api) deleteModels(ctx context.Context, by authz.Caller, in *struct {
	SlugRef
	Slugs string `query:"slugs" doc:"Slugs separated by commas."`
	Body  Body[DeleteModelsRequest]
}) (empty, error) {
	// Some clients name the models in the query, others in the body.
	slugs := slices.Clone(in.Body.Value.Models)
	for slug := range strings.SplitSeq(in.Slugs, ",") {
		if slug = strings.TrimSpace(slug); slug != "" {
			slugs = append(slugs, slug)
		}
	}
	return empty{}, a.admin.DeleteModels(ctx, by, in.Slug, slugs, in.Body.Found)
}
