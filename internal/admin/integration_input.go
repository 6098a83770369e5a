package admin

import (
	"context"
	"encoding/json"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/vault"
)

// IntegrationInput is what a request says of an integration. On change absent
// fields stay.
type IntegrationInput struct {
	Name               Optional[string]
	Description        Optional[string]
	Key                Optional[secret.String]
	Configurations     Optional[map[string]json.RawMessage] // merged field by field
	SecretMappings     Optional[[]SecretMapping]            // replaced whole
	PricingAdjustments Optional[json.RawMessage]
	Tags               Optional[map[string]string]
	Found              claviger.Problems // wrong already on the wire
	Remarks            *Remarks          // takes what there is to say when all is well; nil: nobody listens
}

// apply checks in and writes it into i, which holds the secrets old, sealing
// them anew when they changed. It returns the secrets i has now.
func (s *Service) apply(ctx context.Context, by authz.Caller, i *claviger.Integration, old vault.Credentials, in IntegrationInput, p *problems, w *work) (vault.Credentials, error) {
	i.Name = in.Name.Or(i.Name)
	i.Description = in.Description.Or(i.Description)
	i.Tags = in.Tags.Or(i.Tags)
	p.text("name", i.Name, true, maxName)
	p.text("description", i.Description, false, maxDescription)
	p.metadata("tags", i.Tags)
	if in.SecretMappings.Set {
		i.SecretMappings = p.secretMappings(in.SecretMappings.Value, s.registry.Adapter(i.AIProvider).Spec())
		if err := w.references(ctx, *i, in.SecretMappings.Value, p); err != nil {
			return old, err
		}
	}
	if in.PricingAdjustments.Set {
		i.PricingAdjustments = p.pricingAdjustments(in.PricingAdjustments.Value)
	}
	now := s.configure(by, i, old, in, p)
	if err := p.err(); err != nil {
		return old, err
	}
	in.Remarks.set(p.remarks)
	i.Configurations = now.plain
	if sameSecrets(old, now.secret) && i.KeyVersion > 0 {
		return old, nil
	}
	i.KeyVersion++
	i.KeyRotatedAt = w.now
	var err error
	i.Sealed, i.RootKeyID, err = s.vault.SealCredentials(vault.IntegrationBinding(*i), now.secret)
	return now.secret, err
}

// configure merges what is sent into what is stored and checks the result by
// the kind of provider. Mappings that a new mode of authentication has no use
// for leave i.
func (s *Service) configure(by authz.Caller, i *claviger.Integration, old vault.Credentials, in IntegrationInput, p *problems) settings {
	was := settings{plain: i.Configurations, secret: old}
	now := was.clone()
	now.setKey(in.Key, p)
	spec := s.registry.Adapter(i.AIProvider).Spec()
	now.merge(in.Configurations.Value, spec, p)
	if in.Configurations.Null {
		now.plain, now.secret.Fields = map[string]json.RawMessage{}, map[string]secret.String{}
	}
	if !in.SecretMappings.Set {
		i.SecretMappings = now.mappingsFor(was, i.SecretMappings, spec)
	}
	mappings := Mappings(i.SecretMappings)
	now.dropMapped(mappings)
	now.dropUnused(was, spec)
	if i.AIProvider == "" {
		return now // a problem already; what else is wrong, only a kind can say
	}
	host := now.plain[provider.CustomHost]
	if !s.registry.Known(i.AIProvider) && host == nil {
		p.add("ai_provider_id", "is no known provider; one of your own needs configurations.custom_host")
		return now
	}
	p.masks(in.Configurations.Value, spec.Masked(was.plain, was.secret.Fields))
	if s.registry.Known(i.AIProvider) {
		p.undeclared(in.Configurations.Value, spec)
	}
	for _, wrong := range spec.Validate(now.given(i.AIProvider, mappings)) {
		p.add(wrong.Path, wrong.Message)
	}
	if raw, ok := text(host); ok {
		s.host(by, *i, "configurations.custom_host", raw, p)
	}
	if p.empty() {
		s.redirect(by, *i, was, now, p)
	}
	return now
}

// mayNamePrivate reports whether the caller may name a private address as a host
// of i: organisation keys may, on integrations of the organisation. The gateway
// goes by the same rule when it dials.
func (s *Service) mayNamePrivate(by authz.Caller, i claviger.Integration) bool {
	return s.private || by.IsOrganisation() && i.WorkspaceID == ""
}

// kind checks the id of a kind of provider, known or not.
func (p *problems) kind(path, v string) {
	odd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r))
	}
	switch {
	case v == "":
		p.add(path, "is required")
	case len(v) > 128 || strings.ContainsFunc(v, odd):
		p.add(path, "may hold at most 128 letters, digits, '-', '_' and '.'")
	}
}
