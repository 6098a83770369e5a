package admin

import (
	"context"
	"encoding/json"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/vault"
)

// VirtualKeyInput is what a request says of a virtual key: a provider, and the
// account behind it.
type VirtualKeyInput struct {
	ProviderInput
	Key            Optional[secret.String]
	Config         map[string]json.RawMessage // configurations in either spelling; merged
	SecretMappings Optional[[]SecretMapping]  // with the targets of virtual keys; replaced whole
	Remarks        *Remarks                   // takes what there is to say of the account; nil: nobody listens
}

// touchesAccount reports whether in changes more than the provider.
func (in VirtualKeyInput) touchesAccount() bool {
	key := in.Key.Null || in.Key.Set && !in.Key.Value.IsZero()
	return key || len(in.Config) > 0 || in.SecretMappings.Set
}

// NewVirtualKey asks for a virtual key.
type NewVirtualKey struct {
	Provider  string // the kind
	Workspace string // id or slug
	Slug      string // "" for a generated one
	VirtualKeyInput
}

// account is what in says of the account, for an integration.
func (in VirtualKeyInput) account(kind string, p *problems) IntegrationInput {
	out := IntegrationInput{Key: in.Key, Configurations: Some(p.configurations(kind, in.Config)), SecretMappings: in.SecretMappings, Remarks: in.Remarks}
	out.SecretMappings.Value = integrationMappings(in.SecretMappings.Value)
	return out
}

// kindOf takes a kind by the name that virtual keys may have for it.
func kindOf(provider string) string {
	if provider == "open-ai" {
		return "openai"
	}
	return provider
}

// VirtualKey is a provider as older clients know it. With an organisation key
// that names no workspace it is looked for in all of them.
func (s *Service) VirtualKey(ctx context.Context, by authz.Caller, workspace, ref string) (ProviderDetail, error) {
	d, err := s.provider(ctx, by, workspace, ref, anyWorkspace)
	return d, inVirtualKeyWords(err)
}

// CreateVirtualKey stores an account of a workspace and the provider it is
// called by, under one slug.
func (s *Service) CreateVirtualKey(ctx context.Context, by authz.Caller, in NewVirtualKey) (made claviger.Provider, err error) {
	if err := by.Allow("virtual_keys.create"); err != nil {
		return made, err
	}
	err = s.update(ctx, by, func(w *work) error {
		row, p, err := w.asked(ctx, in.Workspace, in.Slug, in.ProviderInput)
		if err != nil {
			return err
		}
		i := w.newAccount(kindOf(in.Provider), row.WorkspaceID)
		i.Slug = row.Slug
		p.kind("provider", i.AIProvider)
		account := in.account(i.AIProvider, p)
		account.Name = Some(row.Name)
		withDefaultMode(account.Configurations.Value, s.registry.Adapter(i.AIProvider).Spec().Auth)
		secrets, err := s.apply(ctx, by, &i, vault.Credentials{}, account, p, w)
		if err != nil {
			return err
		}
		if err := w.insertIntegration(ctx, i, secrets, NewIntegration{}); err != nil {
			return err
		}
		row.OwnsIntegration = true
		row.IntegrationID, row.IntegrationSlug, row.AIProvider = i.ID, i.Slug, i.AIProvider
		made = row
		return w.insertProvider(ctx, row)
	})
	in.Remarks.inVirtualKeyWords()
	return made, inVirtualKeyWords(err)
}

// UpdateVirtualKey changes what in names, the account behind the provider
// included where that is the workspace's own.
func (s *Service) UpdateVirtualKey(ctx context.Context, by authz.Caller, workspace, ref string, in VirtualKeyInput) (made claviger.Provider, err error) {
	if err := by.Allow("providers.update", "virtual_keys.update"); err != nil {
		return made, err
	}
	err = s.update(ctx, by, func(w *work) error {
		old, err := findProvider(ctx, w, by, workspace, ref, anyWorkspace)
		if err != nil {
			return err
		}
		row, p := old, startWith(in.Found)
		in.apply(&row, p, w.now)
		if in.touchesAccount() {
			if err := w.changeAccount(ctx, row, in, p); err != nil {
				return err
			}
		}
		if err := p.err(); err != nil {
			return err
		}
		made = row
		return w.changeProvider(ctx, old, row)
	})
	in.Remarks.inVirtualKeyWords()
	return made, inVirtualKeyWords(err)
}

// changeAccount changes the integration behind row.
func (w *work) changeAccount(ctx context.Context, row claviger.Provider, in VirtualKeyInput, p *problems) error {
	i, err := w.Integration(ctx, row.OrganisationID, string(row.IntegrationID))
	if err != nil {
		return err
	}
	switch {
	case i.WorkspaceID != row.WorkspaceID:
		return claviger.Fail(claviger.Forbidden, "The credential of this virtual key belongs to an integration of the organisation; change it there")
	case w.by.Has("workspace_integrations.update"), row.OwnsIntegration && w.by.Has("virtual_keys.update"):
	default:
		return claviger.Fail(claviger.Forbidden, "The credential of this virtual key belongs to an integration of the workspace; changing it needs the scope workspace_integrations.update")
	}
	return w.changeIntegration(ctx, i, in.account(i.AIProvider, p), p)
}

// DeleteVirtualKey is DeleteProvider for older clients.
func (s *Service) DeleteVirtualKey(ctx context.Context, by authz.Caller, workspace, ref string) error {
	return inVirtualKeyWords(s.deleteProvider(ctx, by, workspace, ref, anyWorkspace))
}
