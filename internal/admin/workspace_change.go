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
// without its icon in front. Without force the name may be left out: the
// published description has no place for it, and keys and providers keep the
// workspace.
type DeleteWorkspaceInput struct {
	Name  string // "" for none
	Force bool   // delete what is in it as well
	Found claviger.Problems
}

// DeleteWorkspace archives a workspace; with keys or providers in it only by
// force. Access makes providers by itself: they go along once the access is gone.
func (s *Service) DeleteWorkspace(ctx context.Context, by authz.Caller, ref string, in DeleteWorkspaceInput) error {
	if err := by.Allow("workspaces.delete"); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		ws, err := ownWorkspace(ctx, w, by, ref)
		if err != nil {
			return err
		}
		p := startWith(in.Found)
		switch name := strings.TrimSpace(in.Name); {
		case name == "" && in.Force:
			p.add("name", "is required with force_delete, to confirm")
		case name != "" && name != ws.Name && name != DisplayName(ws):
			p.add("name", "must be the workspace's name, to confirm")
		}
		if err := p.err(); err != nil {
			return err
		}
		dependents, err := w.WorkspaceDependents(ctx, by.OrganisationID, ws.ID)
		if err != nil {
			return err
		}
		if dependents > 0 && !in.Force {
			return claviger.Fail(claviger.Conflict, "Unable to delete. Please ensure that all Virtual Keys are deleted")
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

// recordContents records the deletion of the keys and the credentials that go
// with a workspace.
func (w *work) recordContents(ctx context.Context, ws claviger.WorkspaceID) error {
	org, size := w.by.OrganisationID, 500
	for page := 0; ; page++ {
		keys, total, err := w.APIKeys(ctx, org, claviger.APIKeyQuery{WorkspaceID: ws, Page: claviger.Page{Number: page, Size: size}})
		if err != nil {
			return err
		}
		for _, k := range keys {
			change := audit.Change{Action: "delete", ResourceID: string(k.ID), WorkspaceID: ws, Before: apiKeyFields(k)}
			if err := w.record(ctx, claviger.APIKeyChanged, change); err != nil {
				return err
			}
		}
		if (page+1)*size >= total {
			break
		}
	}
	for page := 0; ; page++ {
		q := claviger.IntegrationQuery{AccessibleTo: ws, Type: "workspace", Page: claviger.Page{Number: page, Size: size}}
		list, total, err := w.Integrations(ctx, org, q)
		if err != nil {
			return err
		}
		for _, i := range list {
			if err := w.recordDeletion(ctx, i); err != nil {
				return err
			}
		}
		if (page+1)*size >= total {
			return nil
		}
	}
}

// DisplayName is the name as clients are shown it: behind its icon.
func DisplayName(w claviger.Workspace) string {
	if w.Icon == "" {
		return w.Name
	}
	return w.Icon + " " + w.Name
}
