package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
)

// WorkspaceInput is what a request says of a workspace. On creation everything
// but the name may be left out; on change absent fields stay.
type WorkspaceInput struct {
	Name             Optional[string]
	Description      Optional[string]
	Icon             Optional[string]
	Metadata         Optional[map[string]string]
	InputGuardrails  Optional[[]string]
	OutputGuardrails Optional[[]string]
	UserAPIKeyConfig Optional[string]
	UsageLimits      Optional[json.RawMessage]
	RateLimits       Optional[json.RawMessage]
	ResetUsage       bool
	Found            claviger.Problems // wrong already on the wire
}

// WorkspaceFilter selects workspaces of a list.
type WorkspaceFilter struct {
	Name, ExactName string
	// Statuses the caller asked for; nil for active. Archived workspaces are
	// shown to organisation keys only.
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
	shown, err := f.shown()
	if err != nil {
		return nil, 0, err
	}
	if !by.IsOrganisation() {
		if shown == claviger.ShowArchived {
			return nil, 0, nil
		}
		shown = claviger.ShowActive
	}
	q := claviger.WorkspaceQuery{Show: shown, Name: f.Name, ExactName: f.ExactName, Only: by.WorkspaceID, Page: f.Page}
	err = s.store.View(ctx, func(tx Tx) error {
		list, total, err = tx.Workspaces(ctx, by.OrganisationID, q)
		return err
	})
	return list, total, err
}

func (f WorkspaceFilter) shown() (claviger.Shown, error) {
	var p problems
	active, archived := len(f.Statuses) == 0, false
	for _, s := range f.Statuses {
		switch claviger.Status(s) {
		case claviger.Active:
			active = true
		case claviger.Archived:
			archived = true
		default:
			p.add("status", "must be active, archived, or both with a comma")
		}
	}
	switch {
	case active && archived:
		return claviger.ShowAll, p.err()
	case archived:
		return claviger.ShowArchived, p.err()
	default:
		return claviger.ShowActive, p.err()
	}
}

// apply checks in and writes it into w.
func (in WorkspaceInput) apply(w *claviger.Workspace, p *problems, now time.Time) {
	old := w.Icon
	w.Icon = strings.TrimSpace(in.Icon.Or(w.Icon))
	if name, ok := in.Name.Get(); ok {
		w.Name, w.Icon = liftIcon(name, w.Icon, old, in.Icon.Set && w.Icon != "")
	} else if in.Name.Null {
		w.Name = ""
	}
	w.Description = in.Description.Or(w.Description)
	w.Metadata = in.Metadata.Or(w.Metadata)
	p.text("name", w.Name, true, maxName)
	p.text("description", w.Description, false, maxDescription)
	p.text("icon", w.Icon, false, 32)
	p.metadata("defaults.metadata", w.Metadata)
	w.InputGuardrails = p.guardrails("defaults.input_guardrails", in.InputGuardrails, w.InputGuardrails)
	w.OutputGuardrails = p.guardrails("defaults.output_guardrails", in.OutputGuardrails, w.OutputGuardrails)
	w.UserAPIKeyConfig = in.UserAPIKeyConfig.Or(w.UserAPIKeyConfig)
	if !claviger.IsUUID(w.UserAPIKeyConfig) {
		p.slug("defaults.user_api_key_config", w.UserAPIKeyConfig)
	}
	if in.UsageLimits.Set {
		old := w.UsageLimits
		w.UsageLimits = p.usageLimits("usage_limits", in.UsageLimits.Value, old, inArray, now)
		counting{&w.ResetAt, &w.LimitedAt}.since(old, w.UsageLimits, inArray, now)
	}
	if in.RateLimits.Set {
		w.RateLimits = p.rateLimits("rate_limits", in.RateLimits.Value, w.RateLimits, 1)
	}
	if in.ResetUsage {
		counting{&w.ResetAt, &w.LimitedAt}.byHand(now)
	}
}

const maxGuardrails = 100

// guardrails checks a list of guardrails by slug or id; an empty one clears.
func (p *problems) guardrails(path string, in Optional[[]string], stored []string) []string {
	if !in.Set {
		return stored
	}
	if len(in.Value) > maxGuardrails {
		p.add(path, fmt.Sprintf("may hold at most %d", maxGuardrails))
		return nil
	}
	for i, ref := range in.Value {
		if wrong := claviger.CheckSlug(ref); wrong != "" && !claviger.IsUUID(ref) {
			p.add(fmt.Sprintf("%s[%d]", path, i), wrong)
		}
	}
	if len(in.Value) == 0 {
		return nil
	}
	return in.Value
}

func workspaceFields(w claviger.Workspace) audit.Fields {
	return audit.Fields{
		"id": w.ID, "slug": w.Slug, "name": w.Name, "description": w.Description, "icon": w.Icon,
		"defaults": map[string]any{
			"metadata": w.Metadata, "input_guardrails": w.InputGuardrails, "output_guardrails": w.OutputGuardrails,
			"user_api_key_config": w.UserAPIKeyConfig,
		},
		"usage_limits": w.UsageLimits, "rate_limits": w.RateLimits, "status": w.Status,
		"last_reset_at": orNil(lastReset(w.ResetAt, w.LimitedAt)),
	}
}
