package adminapi

import (
	"context"
	"net/http"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

const (
	workspacesPath = "/admin/workspaces"
	workspacePath  = workspacesPath + "/{workspaceId}"
	workspacesPage = 100
)

func (a *api) workspaces() {
	op := func(id, method, path, summary string, scope claviger.Scope, body int64) operation {
		return operation{ID: id, Method: method, Path: path, Summary: summary, Tag: "Workspaces", Scopes: []claviger.Scope{scope}, Body: body}
	}
	register(a, op("create-workspace", http.MethodPost, workspacesPath, "Make a workspace", "workspaces.create", fullBody), a.createWorkspace)
	register(a, op("list-workspaces", http.MethodGet, workspacesPath, "List workspaces", "workspaces.list", noBody), a.listWorkspaces)
	register(a, op("get-workspace", http.MethodGet, workspacePath, "Read a workspace", "workspaces.read", noBody), a.getWorkspace)
	register(a, op("update-workspace", http.MethodPut, workspacePath, "Change a workspace", "workspaces.update", fullBody), a.updateWorkspace)
	register(a, op("delete-workspace", http.MethodDelete, workspacePath, "Delete a workspace", "workspaces.delete", fullBody), a.deleteWorkspace)
}

// WorkspaceRef names a workspace in the path.
type WorkspaceRef struct {
	ID string `path:"workspaceId" doc:"UUID or slug."`
}

// NameStyle says how the names of workspaces are shown.
type NameStyle struct {
	NameFormat string `query:"name_format" enum:"plain,display" doc:"plain leaves the icon out of the name."`
}

func (f NameStyle) plain() bool { return f.NameFormat == "plain" }

func (a *api) createWorkspace(ctx context.Context, by authz.Caller, in *struct{ Body Body[WorkspaceRequest] }) (Workspace, error) {
	w, err := a.admin.CreateWorkspace(ctx, by, workspaceInput(in.Body))
	return workspaceWire(w, a.admin.WorkspaceStandings(ctx, true, w)[0], false), err
}

type workspaceList struct {
	Paging
	NameStyle
	Name      string `query:"name" doc:"Part of the name, case-sensitive."`
	ExactName string `query:"exact_name"`
	Status    string `query:"status" doc:"active, archived, or both with a comma."`
}

func (a *api) listWorkspaces(ctx context.Context, by authz.Caller, in *workspaceList) (list[Workspace], error) {
	f := admin.WorkspaceFilter{Name: in.Name, ExactName: in.ExactName, Page: in.page(workspacesPage)}
	if in.Status != "" {
		for s := range strings.SplitSeq(in.Status, ",") {
			f.Statuses = append(f.Statuses, strings.TrimSpace(s))
		}
	}
	all, total, err := a.admin.Workspaces(ctx, by, f)
	return standingList(all, total, a.admin.WorkspaceStandings(ctx, false, all...), func(w claviger.Workspace, st admin.Standing) Workspace {
		return workspaceWire(w, st, in.plain())
	}), err
}

func (a *api) getWorkspace(ctx context.Context, by authz.Caller, in *struct {
	WorkspaceRef
	NameStyle
}) (WorkspaceDetail, error) {
	w, err := a.admin.Workspace(ctx, by, in.ID)
	return WorkspaceDetail{Workspace: workspaceWire(w, a.admin.WorkspaceStandings(ctx, true, w)[0], in.plain()), Users: []struct{}{}}, err
}

func (a *api) updateWorkspace(ctx context.Context, by authz.Caller, in *struct {
	WorkspaceRef
	Body Body[WorkspaceRequest]
}) (Workspace, error) {
	w, err := a.admin.UpdateWorkspace(ctx, by, in.ID, workspaceInput(in.Body))
	return workspaceWire(w, a.admin.WorkspaceStandings(ctx, true, w)[0], false), err
}

// DeleteWorkspaceRequest confirms the deletion of a workspace.
type DeleteWorkspaceRequest struct {
	Name        string `json:"name" doc:"The workspace's name, to confirm. May be left out for a workspace that holds nothing (no API keys, providers, integrations of its own or policies) and is not the default one."`
	ForceDelete bool   `json:"force_delete" doc:"Delete its API keys, providers and integrations as well, which keep it otherwise."`
}

func (a *api) deleteWorkspace(ctx context.Context, by authz.Caller, in *struct {
	WorkspaceRef
	Body Body[DeleteWorkspaceRequest]
}) (empty, error) {
	v := in.Body.Value
	return empty{}, a.admin.DeleteWorkspace(ctx, by, in.ID, admin.DeleteWorkspaceInput{Name: v.Name, Force: v.ForceDelete, Found: in.Body.Found})
}
