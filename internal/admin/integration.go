package admin

import (
	"context"
	"encoding/json"
	"slices"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/vault"
)

// IntegrationScopes are the scopes any one of which lets a caller do verb to
// some integration; to which, the use case decides.
func IntegrationScopes(verb string) []claviger.Scope {
	return []claviger.Scope{
		claviger.Scope("organisation_integrations." + verb),
		claviger.Scope("workspace_integrations." + verb),
	}
}

// levelScope is the one scope that lets a caller do verb to an integration of
// a workspace, or of the organisation when ws is empty.
func levelScope(ws claviger.WorkspaceID, verb string) claviger.Scope {
	if ws == "" {
		return claviger.Scope("organisation_integrations." + verb)
	}
	return claviger.Scope("workspace_integrations." + verb)
}

// integration loads an integration that the caller may know of.
func integration(ctx context.Context, tx Tx, by authz.Caller, ref string) (claviger.Integration, error) {
	i, err := tx.Integration(ctx, by.OrganisationID, ref)
	if err == nil {
		err = known(ctx, tx, by, i)
	}
	if err != nil {
		return claviger.Integration{}, err
	}
	return i, nil
}

// known is nil when the caller may know of i. To a workspace key only those
// exist that its workspace owns or may use.
func known(ctx context.Context, tx Tx, by authz.Caller, i claviger.Integration) error {
	if by.IsOrganisation() || i.WorkspaceID == by.WorkspaceID {
		return nil
	}
	if i.WorkspaceID != "" {
		return claviger.Missing("integration")
	}
	g, err := tx.Grant(ctx, by.OrganisationID, i.ID, by.WorkspaceID)
	if claviger.CodeOf(err) == claviger.NotFound || err == nil && !g.Enabled {
		return claviger.Missing("integration")
	}
	return err
}

// changeable is [integration] for a caller that is about to do verb to it.
func changeable(ctx context.Context, tx Tx, by authz.Caller, ref, verb string) (claviger.Integration, error) {
	i, err := integration(ctx, tx, by, ref)
	if err != nil {
		return i, err
	}
	return i, by.Allow(levelScope(i.WorkspaceID, verb))
}

// IntegrationDetail is an integration as it may be shown.
type IntegrationDetail struct {
	claviger.Integration
	MaskedKey string // "" when there is no key
	// KeyFingerprint tells which credential is stored without telling it: equal
	// ones of an organisation have equal fingerprints, whatever they are made of
	// (see [provider.Spec.Credential]). "" when there is none.
	KeyFingerprint string
	// Configurations are masked, by wire name; never nil. They take the place
	// of the stored ones.
	Configurations map[string]json.RawMessage
	SecretMappings []SecretMapping // never nil
	WorkspaceCount int             // workspaces with access
}

// Integration is the integration that ref, an id or a slug, names.
func (s *Service) Integration(ctx context.Context, by authz.Caller, ref string) (d IntegrationDetail, err error) {
	if err := by.Allow(IntegrationScopes("read")...); err != nil {
		return d, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		i, granted, err := tx.IntegrationAndGrants(ctx, by.OrganisationID, ref)
		if err != nil {
			return err
		}
		if err := known(ctx, tx, by, i); err != nil {
			return err
		}
		if !by.IsOrganisation() {
			i.GlobalAccess = nil // says how other workspaces are limited
		}
		d = IntegrationDetail{Integration: i, SecretMappings: Mappings(i.SecretMappings), WorkspaceCount: granted}
		return s.show(&d, i)
	})
	return d, err
}

// IntegrationFilter selects integrations of a list.
type IntegrationFilter struct {
	Workspace string // id or slug: those it may use; a workspace key's own always
	Type      string // "workspace", "organisation", "all"; "" is all
	Tags      string // as in the query; "" is any
	Page      claviger.Page
}

// Integrations lists what the caller may know of, and how many there are.
func (s *Service) Integrations(ctx context.Context, by authz.Caller, f IntegrationFilter) (list []claviger.Integration, total int, err error) {
	if err := by.Allow(IntegrationScopes("list")...); err != nil {
		return nil, 0, err
	}
	p := &problems{}
	if !slices.Contains([]string{"", "all", "workspace", "organisation"}, f.Type) {
		p.add("type", `must be "workspace", "organisation" or "all"`)
	}
	tags := p.tagFilter(f.Tags)
	if err := p.err(); err != nil {
		return nil, 0, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		q := claviger.IntegrationQuery{Type: f.Type, Tags: tags, Brief: true, Page: f.Page}
		if q.AccessibleTo, err = only(ctx, tx, by, f.Workspace); err != nil {
			return err
		}
		list, total, err = tx.Integrations(ctx, by.OrganisationID, q)
		return err
	})
	return list, total, err
}

// open is the secrets of i.
func (s *Service) open(i claviger.Integration) (vault.Credentials, error) {
	return s.vault.OpenCredentials(vault.IntegrationBinding(i), i.Sealed)
}

// show fills in what may be shown of the key and the configurations of i.
func (s *Service) show(d *IntegrationDetail, i claviger.Integration) error {
	c, err := s.open(i)
	if err != nil {
		return err
	}
	spec := s.registry.Adapter(i.AIProvider).Spec()
	credential := spec.Credential(settings{plain: i.Configurations, secret: c}.given(i.AIProvider, nil))
	d.MaskedKey, d.KeyFingerprint = c.Key.Mask(), s.vault.Fingerprint(i.OrganisationID, credential)
	d.Configurations = spec.Masked(i.Configurations, c.Fields)
	return nil
}

// masked is what may be shown of the key and the configurations of i.
func (s *Service) masked(i claviger.Integration) (key string, configurations map[string]json.RawMessage, err error) {
	c, err := s.open(i)
	if err != nil {
		return "", nil, err
	}
	return c.Key.Mask(), s.registry.Adapter(i.AIProvider).Spec().Masked(i.Configurations, c.Fields), nil
}

func integrationFields(i claviger.Integration, c vault.Credentials) audit.Fields {
	secrets := map[string]secret.String{}
	for name, v := range c.Fields {
		secrets[name] = v
	}
	return audit.Fields{
		"id": i.ID, "slug": i.Slug, "name": i.Name, "description": i.Description, "ai_provider_id": i.AIProvider,
		"workspace_id": i.WorkspaceID, "key": c.Key, "configurations": i.Configurations, "secret_configurations": secrets,
		"secret_mappings": i.SecretMappings, "pricing_adjustments": i.PricingAdjustments, "tags": i.Tags,
		"global_workspace_access_settings": i.GlobalAccess, "status": i.Status, "key_version": i.KeyVersion,
	}
}
