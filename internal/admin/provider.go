package admin

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
)

// ProviderDetail is a provider with what of its integration may be shown.
type ProviderDetail struct {
	claviger.Provider
	MaskedKey string
	// Configurations are masked, by wire name.
	Configurations map[string]json.RawMessage
	SecretMappings []SecretMapping
}

// Providers lists the providers of a workspace, or for an organisation key that
// names none of all, and how many there are.
func (s *Service) Providers(ctx context.Context, by authz.Caller, workspace string, page claviger.Page) (list []claviger.Provider, total int, err error) {
	if err := by.Allow("providers.list", "virtual_keys.list"); err != nil {
		return nil, 0, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		q := claviger.ProviderQuery{Page: page}
		if q.WorkspaceID, err = only(ctx, tx, by, workspace); err != nil {
			return err
		}
		list, total, err = tx.Providers(ctx, by.OrganisationID, q)
		return err
	})
	return list, total, err
}

// Provider is one provider, by id or slug within a workspace.
func (s *Service) Provider(ctx context.Context, by authz.Caller, workspace, ref string) (ProviderDetail, error) {
	return s.provider(ctx, by, workspace, ref, oneWorkspace)
}

func (s *Service) provider(ctx context.Context, by authz.Caller, workspace, ref string, look where) (d ProviderDetail, err error) {
	if err := by.Allow("providers.read", "virtual_keys.read"); err != nil {
		return d, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		if d.Provider, err = findProvider(ctx, tx, by, workspace, ref, look); err != nil {
			return err
		}
		i, err := tx.Integration(ctx, by.OrganisationID, string(d.IntegrationID))
		if err != nil {
			return err
		}
		d.SecretMappings = Mappings(i.SecretMappings)
		d.MaskedKey, d.Configurations, err = s.masked(i)
		return err
	})
	return d, err
}

// newProvider makes the provider through which a workspace uses an integration.
// An asked-for slug that is taken is a problem at path; the integration's own
// gives way to a generated one.
func (w *work) newProvider(ctx context.Context, i claviger.Integration, ws claviger.WorkspaceID, slug, path string, p *problems) error {
	free, err := w.slugFree(ctx, ws, cmp.Or(slug, i.Slug))
	switch {
	case err != nil:
		return err
	case !free && slug != "":
		p.add(path, "is taken in the workspace")
		return nil
	case !free:
		slug = claviger.NewSlug("", i.Name, 15)
	}
	if !p.empty() {
		return nil // refused anyway: nothing more to store
	}
	row := w.newRow(ws)
	row.Slug, row.Name = cmp.Or(slug, i.Slug), i.Name
	row.IntegrationID, row.IntegrationSlug, row.AIProvider = i.ID, i.Slug, i.AIProvider
	row.MadeByAccess = true
	return w.insertProvider(ctx, row)
}

func (w *work) slugFree(ctx context.Context, ws claviger.WorkspaceID, slug string) (bool, error) {
	_, err := w.Provider(ctx, w.by.OrganisationID, ws, slug)
	if claviger.CodeOf(err) == claviger.NotFound {
		return true, nil
	}
	return false, err
}

func providerFields(p claviger.Provider) audit.Fields {
	return audit.Fields{
		"id": p.ID, "slug": p.Slug, "name": p.Name, "note": p.Note, "integration_id": p.IntegrationSlug,
		"ai_provider_name": p.AIProvider, "workspace_id": p.WorkspaceID,
		"usage_limits": p.UsageLimits, "rate_limits": p.RateLimits, "expires_at": orNil(p.ExpiresAt), "status": p.Status,
		"last_reset_at": orNil(lastReset(p.ResetAt, p.LimitedAt)),
	}
}

// providerStatus is the status of p now, whatever it has used.
func (s *Service) providerStatus(p claviger.Provider) claviger.Status {
	if !p.ExpiresAt.IsZero() && !s.now().Before(p.ExpiresAt) {
		return claviger.Expired
	}
	return p.Status
}

// orNil is a time for the audit log, where none is null.
func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
