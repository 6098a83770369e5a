package adminapi

import (
	"context"
	"net/http"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

const (
	referencesPath    = "/secret-references"
	referencePath     = referencesPath + "/{slug}"
	referencesPage    = 20
	maxReferencesPage = 100
)

func (a *api) secretReferences() {
	op := func(id, method, path, summary, verb string, body int64) operation {
		return operation{ID: id, Method: method, Path: path, Summary: summary, Tag: "Secret references",
			Scopes: []claviger.Scope{claviger.Scope("secret_references." + verb)}, Body: body}
	}
	register(a, op("create-secret-reference", http.MethodPost, referencesPath, "Say where a secret lives", "create", fullBody), a.createReference)
	register(a, op("list-secret-references", http.MethodGet, referencesPath, "List secret references", "list", noBody), a.listReferences)
	register(a, op("get-secret-reference", http.MethodGet, referencePath, "Read a secret reference, masked", "read", noBody), a.getReference)
	register(a, op("update-secret-reference", http.MethodPut, referencePath, "Change a secret reference", "update", fullBody), a.updateReference)
	register(a, op("delete-secret-reference", http.MethodDelete, referencePath, "Delete a secret reference that nothing uses", "delete", noBody), a.deleteReference)
}

func (a *api) createReference(ctx context.Context, by authz.Caller, in *struct {
	Body Body[NewSecretReferenceRequest]
}) (Created, error) {
	r, err := a.admin.CreateSecretReference(ctx, by, newReference(in.Body.Value, in.Body.Found))
	return Created{ID: string(r.ID), Slug: r.Slug, Object: "secret-reference"}, err
}

type referenceList struct {
	Paging
	ManagerType string `query:"manager_type" doc:"aws_sm, azure_kv or hashicorp_vault."`
	Search      string `query:"search" doc:"Part of the name, whatever its case."`
	Tags        string `query:"tags" doc:"A JSON object: references with all of these tags."`
}

func (a *api) listReferences(ctx context.Context, by authz.Caller, in *referenceList) (list[SecretReference], error) {
	f := admin.SecretReferenceFilter{Manager: in.ManagerType, Search: in.Search, Tags: in.Tags, Page: in.page(referencesPage)}
	f.Page.Size = min(f.Page.Size, maxReferencesPage)
	all, total, err := a.admin.SecretReferences(ctx, by, f)
	return listOf(all, total, referenceWire), err
}

func (a *api) getReference(ctx context.Context, by authz.Caller, in *SlugRef) (SecretReferenceDetail, error) {
	d, err := a.admin.SecretReference(ctx, by, in.Slug)
	return referenceDetailWire(d), err
}

func (a *api) updateReference(ctx context.Context, by authz.Caller, in *struct {
	SlugRef
	Body Body[SecretReferenceRequest]
}) (empty, error) {
	return empty{}, a.admin.UpdateSecretReference(ctx, by, in.Slug, referenceInput(in.Body.Value, in.Body.Found))
}

func (a *api) deleteReference(ctx context.Context, by authz.Caller, in *SlugRef) (empty, error) {
	return empty{}, a.admin.DeleteSecretReference(ctx, by, in.Slug)
}
