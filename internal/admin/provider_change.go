package admin

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
)

// ProviderInput is what a request says of a provider. On change absent fields
// stay.
type ProviderInput struct {
	Name        Optional[string]
	Note        Optional[string]
	UsageLimits Optional[json.RawMessage] // an object
	RateLimits  Optional[json.RawMessage] // an array, or one limit alone
	ExpiresAt   Optional[string]          // null: never
	ResetUsage  bool
	Found       claviger.Problems // wrong already on the wire
}

// NewProvider asks for a provider.
type NewProvider struct {
	Workspace   string // id or slug
	Integration string // id or slug
	Slug        string // "" for a generated one
	ProviderInput
}

// apply checks in and writes it into row.
func (in ProviderInput) apply(row *claviger.Provider, p *problems, now time.Time) {
	row.Name = in.Name.Or(row.Name)
	row.Note = in.Note.Or(row.Note)
	p.text("name", row.Name, true, maxName)
	p.text("note", row.Note, false, maxDescription)
	if in.UsageLimits.Set {
		old := row.UsageLimits
		row.UsageLimits = p.usageLimits("usage_limits", in.UsageLimits.Value, old, asObject, now)
		counting{&row.ResetAt, &row.LimitedAt}.since(old, row.UsageLimits, asObject, now)
	}
	if in.RateLimits.Set {
		row.RateLimits = p.oneOrMoreRates("rate_limits", in.RateLimits.Value, row.RateLimits)
	}
	if in.ExpiresAt.Set {
		row.ExpiresAt = p.time("expires_at", in.ExpiresAt.Value)
		if !row.ExpiresAt.IsZero() && !now.Before(row.ExpiresAt) {
			p.add("expires_at", "is in the past")
		}
	}
	if in.ResetUsage {
		counting{&row.ResetAt, &row.LimitedAt}.byHand(now)
	}
}

// oneOrMoreRates is rateLimits that takes one limit without its array, too.
func (p *problems) oneOrMoreRates(path string, raw, old json.RawMessage) json.RawMessage {
	if kind(raw) != '{' {
		return p.rateLimits(path, raw, old, maxRateLimits)
	}
	return slices.Concat([]byte("["), p.rateLimit(path, raw, old), []byte("]"))
}

// newRow is a provider in the making.
func (w *work) newRow(ws claviger.WorkspaceID) claviger.Provider {
	return claviger.Provider{
		ID: claviger.NewID[claviger.ProviderID](), OrganisationID: w.by.OrganisationID, WorkspaceID: ws,
		Status: claviger.Active, CreatedAt: w.now, UpdatedAt: w.now, Version: 1,
	}
}

// asked is the provider that a request asks for, without what it leads to, and
// what is wrong with the request so far.
func (w *work) asked(ctx context.Context, workspace, slug string, in ProviderInput) (row claviger.Provider, p *problems, err error) {
	p = startWith(in.Found)
	ws, err := w.whose(ctx, workspace, p)
	if err != nil {
		return row, p, err
	}
	row = w.newRow(ws)
	in.apply(&row, p, w.now)
	p.slug("slug", slug)
	row.Slug = cmp.Or(slug, claviger.NewSlug("", row.Name, 15))
	return row, p, nil
}

// CreateProvider gives a workspace another way to an integration it may use.
func (s *Service) CreateProvider(ctx context.Context, by authz.Caller, in NewProvider) (made claviger.Provider, err error) {
	if err := by.Allow("providers.create", "virtual_keys.create"); err != nil {
		return made, err
	}
	err = s.update(ctx, by, func(w *work) error {
		row, p, err := w.asked(ctx, in.Workspace, in.Slug, in.ProviderInput)
		if err != nil {
			return err
		}
		if err := w.enabledFor(ctx, &row, in.Integration, p); err != nil {
			return err
		}
		if err := p.err(); err != nil {
			return err
		}
		made = row
		return w.insertProvider(ctx, row)
	})
	return made, err
}

// whose is the workspace a new provider is for; empty, and a problem, when an
// organisation key does not say.
func (w *work) whose(ctx context.Context, ref string, p *problems) (claviger.WorkspaceID, error) {
	if w.by.IsOrganisation() && ref == "" {
		p.add("workspace_id", needsWorkspace)
		return "", nil
	}
	ws, err := workspaceOf(ctx, w, w.by, ref)
	return ws.ID, err
}

// enabledFor points row at the integration that ref names, if its workspace may
// use that. Whether another one may is not said.
func (w *work) enabledFor(ctx context.Context, row *claviger.Provider, ref string, p *problems) error {
	const path = "integration_id"
	if ref == "" || row.WorkspaceID == "" {
		if ref == "" {
			p.add(path, "is required")
		}
		return nil
	}
	i, err := w.Integration(ctx, w.by.OrganisationID, ref)
	var g claviger.Grant
	if err == nil {
		g, err = w.Grant(ctx, w.by.OrganisationID, i.ID, row.WorkspaceID)
	}
	switch {
	case claviger.CodeOf(err) == claviger.NotFound, err == nil && !g.Enabled:
		p.refuse(path, "is no integration that is enabled for the workspace")
		return nil
	case err != nil:
		return err
	}
	row.IntegrationID, row.IntegrationSlug, row.AIProvider = i.ID, i.Slug, i.AIProvider
	if strings.EqualFold(ref, string(i.ID)) {
		row.NamedAs = ref
	}
	return nil
}

func (w *work) insertProvider(ctx context.Context, row claviger.Provider) error {
	if err := w.InsertProvider(ctx, row); err != nil {
		return err
	}
	return w.record(ctx, claviger.ProviderChanged, audit.Change{
		Action: "create", ResourceID: string(row.ID), WorkspaceID: row.WorkspaceID, After: providerFields(row),
	})
}

// UpdateProvider changes what in names. The workspace, the integration and the
// slug of a provider never change.
func (s *Service) UpdateProvider(ctx context.Context, by authz.Caller, workspace, ref string, in ProviderInput) (made claviger.Provider, err error) {
	if err := by.Allow("providers.update", "virtual_keys.update"); err != nil {
		return made, err
	}
	err = s.update(ctx, by, func(w *work) error {
		old, err := findProvider(ctx, w, by, workspace, ref, oneWorkspace)
		if err != nil {
			return err
		}
		row, p := old, startWith(in.Found)
		in.apply(&row, p, w.now)
		if err := p.err(); err != nil {
			return err
		}
		made = row
		return w.changeProvider(ctx, old, row)
	})
	return made, err
}

func (w *work) changeProvider(ctx context.Context, old, row claviger.Provider) error {
	if unchanged(old, row) {
		return nil
	}
	row.UpdatedAt = w.now
	if err := w.UpdateProvider(ctx, row); err != nil {
		return err
	}
	return w.record(ctx, claviger.ProviderChanged, audit.Change{
		Action: "update", ResourceID: string(row.ID), WorkspaceID: row.WorkspaceID,
		Before: providerFields(old), After: providerFields(row),
	})
}

// DeleteProvider archives a provider. An integration that was made with it goes
// as well, unless another provider uses it by now.
func (s *Service) DeleteProvider(ctx context.Context, by authz.Caller, workspace, ref string) error {
	return s.deleteProvider(ctx, by, workspace, ref, oneWorkspace)
}

func (s *Service) deleteProvider(ctx context.Context, by authz.Caller, workspace, ref string, look where) error {
	if err := by.Allow("providers.delete", "virtual_keys.delete"); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		row, err := findProvider(ctx, w, by, workspace, ref, look)
		if err != nil {
			return err
		}
		row.UpdatedAt = w.now
		if err := w.ArchiveProvider(ctx, row); err != nil {
			return err
		}
		err = w.record(ctx, claviger.ProviderChanged, audit.Change{
			Action: "delete", ResourceID: string(row.ID), WorkspaceID: row.WorkspaceID, Before: providerFields(row),
		})
		if err != nil || !row.OwnsIntegration {
			return err
		}
		return w.deleteOwned(ctx, row)
	})
}

// deleteOwned archives the integration that was made with row and wipes its
// secrets, when nothing is left that uses it.
func (w *work) deleteOwned(ctx context.Context, row claviger.Provider) error {
	q := claviger.ProviderQuery{IntegrationID: row.IntegrationID, Page: claviger.Page{Size: 1}}
	if _, left, err := w.Providers(ctx, row.OrganisationID, q); err != nil || left > 0 {
		return err
	}
	i, err := w.Integration(ctx, row.OrganisationID, string(row.IntegrationID))
	if err != nil {
		return err
	}
	if err := w.recordDeletion(ctx, i); err != nil {
		return err
	}
	i.UpdatedAt = w.now
	return w.ArchiveIntegration(ctx, i)
}
