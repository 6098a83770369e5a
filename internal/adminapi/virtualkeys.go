package adminapi

import (
	"cmp"
	"context"
	"net/http"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

const (
	virtualKeysPath = "/virtual-keys"
	virtualKeyPath  = virtualKeysPath + "/{slug}"
)

func (a *api) virtualKeys() {
	op := func(id, method, path, summary string, scopes []claviger.Scope, body int64) operation {
		return operation{ID: id, Method: method, Path: path, Summary: summary, Tag: "Virtual keys", Scopes: scopes, Body: body}
	}
	a.accountNames = a.admin.VirtualKeyFields()
	accountFields[NewVirtualKeyRequest](a.huma.OpenAPI().Components.Schemas, a.accountNames)
	accountFields[VirtualKeyRequest](a.huma.OpenAPI().Components.Schemas, a.accountNames)
	// It stores a credential, so the scope of providers is not enough.
	create := []claviger.Scope{"virtual_keys.create"}
	register(a, op("create-virtual-key", http.MethodPost, virtualKeysPath, "Store an account of a workspace with its provider", create, fullBody), a.createVirtualKey)
	register(a, op("list-virtual-keys", http.MethodGet, virtualKeysPath, "List providers by their old name", providerScopes("list"), noBody), a.listVirtualKeys)
	register(a, op("get-virtual-key", http.MethodGet, virtualKeyPath, "Read a provider by its old name", providerScopes("read"), noBody), a.getVirtualKey)
	register(a, op("update-virtual-key", http.MethodPut, virtualKeyPath, "Change a provider, or rotate the key behind it", providerScopes("update"), fullBody), a.updateVirtualKey)
	register(a, op("delete-virtual-key", http.MethodDelete, virtualKeyPath, "Delete a provider, and the account that was made with it", providerScopes("delete"), noBody), a.deleteVirtualKey)
}

func (a *api) createVirtualKey(ctx context.Context, by authz.Caller, in *struct {
	InWorkspace
	Body Body[NewVirtualKeyRequest]
}) (ChangedVirtualKey, error) {
	ask := a.newVirtualKey(in.Body)
	ask.Workspace = cmp.Or(ask.Workspace, in.WorkspaceID)
	var said admin.Remarks
	ask.Remarks = &said
	p, err := a.admin.CreateVirtualKey(ctx, by, ask)
	remark(ctx, said)
	return changedVirtualKey(p), err
}

func (a *api) listVirtualKeys(ctx context.Context, by authz.Caller, in *providerList) (list[VirtualKey], error) {
	all, total, err := a.admin.Providers(ctx, by, in.WorkspaceID, in.page(providersPage))
	return standingList(all, total, a.admin.ProviderStandings(ctx, false, all...), virtualKeyWire), err
}

func (a *api) getVirtualKey(ctx context.Context, by authz.Caller, in *ProviderRef) (VirtualKeyDetail, error) {
	d, err := a.admin.VirtualKey(ctx, by, in.WorkspaceID, in.Slug)
	return virtualKeyDetailWire(d, a.admin.ProviderStandings(ctx, true, d.Provider)[0]), err
}

func (a *api) updateVirtualKey(ctx context.Context, by authz.Caller, in *struct {
	ProviderRef
	Body Body[VirtualKeyRequest]
}) (ChangedVirtualKey, error) {
	ask, said := a.virtualKeyInput(in.Body), admin.Remarks{}
	ask.Remarks = &said
	p, err := a.admin.UpdateVirtualKey(ctx, by, cmp.Or(in.WorkspaceID, in.Body.Value.WorkspaceID), in.Slug, ask)
	remark(ctx, said)
	return changedVirtualKey(p), err
}

func (a *api) deleteVirtualKey(ctx context.Context, by authz.Caller, in *ProviderRef) (empty, error) {
	return empty{}, a.admin.DeleteVirtualKey(ctx, by, in.WorkspaceID, in.Slug)
}
