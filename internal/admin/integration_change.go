package admin

import (
	"bytes"
	"cmp"
	"context"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/vault"
)

// NewIntegration asks for an integration.
type NewIntegration struct {
	AIProvider string
	Slug       string // "" for a generated one
	Workspace  string // id or slug; "" for an organisation-level one
	// CreateProvider and ProviderSlug are about the provider of a
	// workspace-level integration; elsewhere they mean nothing.
	CreateProvider bool
	ProviderSlug   string
	IntegrationInput
}

// CreateIntegration stores a provider account. A workspace-level one is granted
// to its workspace at once.
func (s *Service) CreateIntegration(ctx context.Context, by authz.Caller, in NewIntegration) (made claviger.Integration, err error) {
	local := !by.IsOrganisation() || in.Workspace != ""
	verb := map[bool]claviger.Scope{true: "workspace_integrations.create", false: "organisation_integrations.create"}[local]
	if err := by.Allow(verb); err != nil {
		return made, err
	}
	err = s.update(ctx, by, func(w *work) error {
		i := w.newAccount(in.AIProvider, "")
		if local {
			ws, err := workspaceOf(ctx, w, by, in.Workspace)
			if err != nil {
				return err
			}
			i.WorkspaceID = ws.ID
		}
		p := startWith(in.Found)
		p.kind("ai_provider_id", in.AIProvider)
		p.slug("slug", in.Slug)
		if local {
			p.slug("default_provider_slug", in.ProviderSlug)
		}
		secrets, err := s.apply(ctx, by, &i, vault.Credentials{}, in.IntegrationInput, p, w)
		if err != nil {
			return err
		}
		i.Slug = cmp.Or(in.Slug, claviger.NewSlug("", i.Name, 15))
		made = i
		return w.insertIntegration(ctx, i, secrets, in)
	})
	return made, err
}

// newAccount is an integration in the making, of a workspace or, when ws is
// empty, of the organisation.
func (w *work) newAccount(kind string, ws claviger.WorkspaceID) claviger.Integration {
	return claviger.Integration{
		ID: claviger.NewID[claviger.IntegrationID](), OrganisationID: w.by.OrganisationID, WorkspaceID: ws,
		AIProvider: kind, AllowAllModels: true, Status: claviger.Active, CreatedAt: w.now, UpdatedAt: w.now, Version: 1,
	}
}

func (w *work) insertIntegration(ctx context.Context, i claviger.Integration, secrets vault.Credentials, in NewIntegration) error {
	if err := w.InsertIntegration(ctx, i); err != nil {
		return err
	}
	if i.SecretMappings != nil {
		if err := w.noteUses(ctx, i); err != nil {
			return err
		}
	}
	err := w.record(ctx, claviger.IntegrationChanged, audit.Change{
		Action: "create", ResourceID: string(i.ID), WorkspaceID: i.WorkspaceID, After: integrationFields(i, secrets),
	})
	if err != nil || i.WorkspaceID == "" {
		return err
	}
	g := claviger.Grant{
		OrganisationID: i.OrganisationID, IntegrationID: i.ID, WorkspaceID: i.WorkspaceID,
		Enabled: true, Status: claviger.Active, CreatedAt: w.now, UpdatedAt: w.now,
	}
	if err := w.PutGrant(ctx, g); err != nil || !in.CreateProvider {
		return err
	}
	p := &problems{}
	if err := w.newProvider(ctx, i, i.WorkspaceID, in.ProviderSlug, "default_provider_slug", p); err != nil {
		return err
	}
	return p.err()
}

// UpdateIntegration changes what in names. The kind, the slug and the workspace
// of an integration never change; a new key takes the place of the old one at
// once.
func (s *Service) UpdateIntegration(ctx context.Context, by authz.Caller, ref string, in IntegrationInput) error {
	if err := by.Allow(IntegrationScopes("update")...); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		old, err := changeable(ctx, w, by, ref, "update")
		if err != nil {
			return err
		}
		return w.changeIntegration(ctx, old, in, startWith(in.Found))
	})
}

// changeIntegration changes what in names of old. It refuses everything that p
// holds by then.
func (w *work) changeIntegration(ctx context.Context, old claviger.Integration, in IntegrationInput, p *problems) error {
	had, err := w.s.open(old)
	if err != nil {
		return err
	}
	i := old
	has, err := w.s.apply(ctx, w.by, &i, had, in, p, w)
	if err != nil {
		return err
	}
	if unchanged(old, i) {
		return nil
	}
	i.UpdatedAt = w.now
	if err := w.UpdateIntegration(ctx, i); err != nil {
		return err
	}
	if in.SecretMappings.Set || !bytes.Equal(i.SecretMappings, old.SecretMappings) {
		if err := w.noteUses(ctx, i); err != nil {
			return err
		}
	}
	return w.record(ctx, claviger.IntegrationChanged, audit.Change{
		Action: "update", ResourceID: string(i.ID), WorkspaceID: i.WorkspaceID,
		Before: integrationFields(old, had), After: integrationFields(i, has),
	})
}

// DeleteIntegration archives an integration with its providers and wipes its
// secrets.
func (s *Service) DeleteIntegration(ctx context.Context, by authz.Caller, ref string) error {
	if err := by.Allow(IntegrationScopes("delete")...); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		i, err := changeable(ctx, w, by, ref, "delete")
		if err != nil {
			return err
		}
		if err := w.recordProviders(ctx, claviger.ProviderQuery{IntegrationID: i.ID}, ""); err != nil {
			return err
		}
		if err := w.recordDeletion(ctx, i); err != nil {
			return err
		}
		i.UpdatedAt = w.now
		return w.ArchiveIntegration(ctx, i)
	})
}

// recordDeletion records that an integration and its secrets go. Secrets that
// cannot be opened any more must not keep it from going.
func (w *work) recordDeletion(ctx context.Context, i claviger.Integration) error {
	had, err := w.s.open(i)
	before := integrationFields(i, had)
	if err != nil {
		w.s.log.WarnContext(ctx, "deleting an integration that cannot be opened", "integration", i.ID, "error", err)
		before["key"] = "unreadable"
	}
	return w.record(ctx, claviger.IntegrationChanged, audit.Change{
		Action: "delete", ResourceID: string(i.ID), WorkspaceID: i.WorkspaceID, Before: before,
	})
}
