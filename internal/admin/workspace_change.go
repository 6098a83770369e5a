package admin

import (
	"context"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
)

// CreateWorkspace makes a workspace and gives it every integration with global
// access.
func (s *Service) CreateWorkspace(ctx context.Context, by authz.Caller, in WorkspaceInput) (claviger.Workspace, error) {
	var made claviger.Workspace
	if err := by.Allow("workspaces.create"); err != nil {
		return made, err
	}
	err := s.update(ctx, by, func(w *work) error {
		ws := claviger.Workspace{
			ID:             claviger.NewID[claviger.WorkspaceID](),
			OrganisationID: by.OrganisationID,
			Status:         claviger.Active,
			CreatedAt:      w.now,
			UpdatedAt:      w.now,
			Version:        1,
		}
		p := startWith(in.Found)
		in.apply(&ws, p, w.now)
		if err := p.err(); err != nil {
			return err
		}
		ws.Slug = claviger.NewSlug("ws-", ws.Name, 6)
		made = ws
		return w.insertWorkspace(ctx, ws)
	})
	return made, err
}

func (w *work) insertWorkspace(ctx context.Context, ws claviger.Workspace) error {
	if err := w.InsertWorkspace(ctx, ws); err != nil {
		return err
	}
	err := w.record(ctx, claviger.WorkspaceChanged, audit.Change{
		Action: "create", ResourceID: string(ws.ID), WorkspaceID: ws.ID, After: workspaceFields(ws),
	})
	if err != nil {
		return err
	}
	return w.attachGlobal(ctx, ws)
}

// UpdateWorkspace changes what in names.
func (s *Service) UpdateWorkspace(ctx context.Context, by authz.Caller, ref string, in WorkspaceInput) (claviger.Workspace, error) {
	var made claviger.Workspace
	if err := by.Allow("workspaces.update"); err != nil {
		return made, err
	}
	err := s.update(ctx, by, func(w *work) error {
		old, err := ownWorkspace(ctx, w, by, ref)
		if err != nil {
			return err
		}
		ws, p := old, startWith(in.Found)
		in.apply(&ws, p, w.now)
		if err := p.err(); err != nil {
			return err
		}
		if made = ws; unchanged(old, ws) {
			return nil
		}
		ws.UpdatedAt = w.now
		made = ws
		if err := w.UpdateWorkspace(ctx, ws); err != nil {
			return err
		}
		return w.record(ctx, claviger.WorkspaceChanged, audit.Change{
			Action: "update", ResourceID: string(ws.ID), WorkspaceID: ws.ID,
			Before: workspaceFields(old), After: workspaceFields(ws),
		})
	})
	return made, err
}

// DeleteWorkspaceInput confirms a deletion by the workspace's name, with or
// without its icon in front. The published description has no place for the name:
// an empty workspace goes without it.
type DeleteWorkspaceInput struct {
	Name  string // "" for none
	Force bool   // delete what is in it as well
	Found claviger.Problems
}

// DeleteWorkspace archives a workspace. Without its name only one that holds
// nothing, and never the default one; by its name one without keys, providers and
// own integrations, whose policies go along; by its name and force one with all
// that is in it. A provider that access made counts for nothing once the access is
// gone, unless somebody changed it.
func (s *Service) DeleteWorkspace(ctx context.Context, by authz.Caller, ref string, in DeleteWorkspaceInput) error {
	if err := by.Allow("workspaces.delete"); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		ws, err := ownWorkspace(ctx, w, by, ref)
		if err != nil {
			return err
		}
		if err := w.mayDelete(ctx, ws, in); err != nil {
			return err
		}
		if err := w.recordContents(ctx, ws.ID); err != nil {
			return err
		}
		ws.UpdatedAt = w.now
		if err := w.ArchiveWorkspace(ctx, ws); err != nil {
			return err
		}
		return w.record(ctx, claviger.WorkspaceChanged, audit.Change{
			Action: "delete", ResourceID: string(ws.ID), WorkspaceID: ws.ID, Before: workspaceFields(ws),
		})
	})
}

// mayDelete holds a deletion against what is in the workspace.
func (w *work) mayDelete(ctx context.Context, ws claviger.Workspace, in DeleteWorkspaceInput) error {
	p, name := startWith(in.Found), strings.TrimSpace(in.Name)
	switch {
	case name == "" && in.Force:
		p.add("name", "is required with force_delete, to confirm")
	case name != "" && name != ws.Name && name != DisplayName(ws):
		p.add("name", "must be the workspace's name, to confirm")
	}
	if err := p.err(); err != nil || in.Force {
		return err
	}
	holds, err := w.WorkspaceContents(ctx, ws.OrganisationID, ws.ID)
	switch {
	case err != nil:
		return err
	case holds.Integrations > 0 && holds.APIKeys+holds.Providers == 0:
		return claviger.Fail(claviger.Conflict, "Unable to delete. Please ensure that all Integrations of the workspace are deleted")
	case holds.APIKeys+holds.Providers+holds.Integrations > 0:
		return claviger.Fail(claviger.Conflict, "Unable to delete. Please ensure that all Virtual Keys are deleted")
	case name != "":
	case ws.IsDefault:
		p.add("name", "is required to delete the default workspace, to confirm")
	case holds.Policies > 0:
		p.add("name", "is required to delete a workspace that has policies, to confirm")
	}
	return p.err()
}

// DisplayName is the name as clients are shown it: behind its icon.
func DisplayName(w claviger.Workspace) string {
	if w.Icon == "" {
		return w.Name
	}
	return w.Icon + " " + w.Name
}
