package admin

import (
	"context"
	"encoding/json"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
)

// WorkspaceInput is what a request says of a workspace. On creation everything
// but the name may be left out; on change absent fields stay.
type WorkspaceInput struct {
	Name        Optional[string]
	Description Optional[string]
	Icon        Optional[string]
	Metadata    Optional[map[string]string]
	UsageLimits Optional[json.RawMessage]
	RateLimits  Optional[json.RawMessage]
	Found       claviger.Problems // wrong already on the wire
}

// WorkspaceFilter selects workspaces of a list.
type WorkspaceFilter struct {
	Name, ExactName string
	// Statuses the caller asked for; nil for active. Archived workspaces are
	// gone, so asking for them alone finds none.
	Statuses []string
	Page     claviger.Page
}

// Workspace is the workspace that ref, an id or a slug, names.
func (s *Service) Workspace(ctx context.Context, by authz.Caller, ref string) (w claviger.Workspace, err error) {
	if err := by.Allow("workspaces.read"); err != nil {
		return w, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		w, err = ownWorkspace(ctx, tx, by, ref)
		return err
	})
	return w, err
}

// Workspaces lists what the caller may see, and how many there are in all.
func (s *Service) Workspaces(ctx context.Context, by authz.Caller, f WorkspaceFilter) (list []claviger.Workspace, total int, err error) {
	if err := by.Allow("workspaces.list"); err != nil {
		return nil, 0, err
	}
	if !wantsActive(f.Statuses) {
		return nil, 0, nil
	}
	q := claviger.WorkspaceQuery{Name: f.Name, ExactName: f.ExactName, Only: by.WorkspaceID, Page: f.Page}
	err = s.store.View(ctx, func(tx Tx) error {
		list, total, err = tx.Workspaces(ctx, by.OrganisationID, q)
		return err
	})
	return list, total, err
}

func wantsActive(statuses []string) bool {
	for _, s := range statuses {
		if s == string(claviger.Active) {
			return true
		}
	}
	return len(statuses) == 0
}

// apply checks in and writes it into w.
func (in WorkspaceInput) apply(w *claviger.Workspace, p *problems) {
	w.Icon = in.Icon.Or(w.Icon)
	if name, ok := in.Name.Get(); ok {
		w.Name, w.Icon = liftIcon(name, w.Icon)
	} else if in.Name.Null {
		w.Name = ""
	}
	w.Description = in.Description.Or(w.Description)
	w.Metadata = in.Metadata.Or(w.Metadata)
	p.text("name", w.Name, true, maxName)
	p.text("description", w.Description, false, maxDescription)
	p.text("icon", w.Icon, false, 32)
	p.metadata("defaults.metadata", w.Metadata)
	if in.UsageLimits.Set {
		w.UsageLimits = p.usageLimits("usage_limits", in.UsageLimits.Value, inArray)
	}
	if in.RateLimits.Set {
		w.RateLimits = p.rateLimits("rate_limits", in.RateLimits.Value, 1)
	}
}

func workspaceFields(w claviger.Workspace) audit.Fields {
	return audit.Fields{
		"id": w.ID, "slug": w.Slug, "name": w.Name, "description": w.Description, "icon": w.Icon,
		"defaults":     map[string]any{"metadata": w.Metadata},
		"usage_limits": w.UsageLimits, "rate_limits": w.RateLimits, "status": w.Status,
	}
}
