package admin

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/vault"
)

// Catalogue knows which models the kinds of provider have and what they cost.
type Catalogue interface {
	// Models lists a kind's models by slug; none for a kind it does not know.
	Models(aiProvider string) []catalogue.Model
	// Find is the model that a name stands for.
	Find(aiProvider, model string) (catalogue.Model, bool)
}

// ModelDetail is one model of an integration as it may be shown.
type ModelDetail struct {
	Slug, Name                string
	Enabled, Custom, FineTune bool
	BaseModel                 string // "" when unset
	// Configurations are masked, by wire name; nil when there are none.
	Configurations       map[string]json.RawMessage
	Pricing              json.RawMessage // nil: the catalogue's price
	CreatedAt, UpdatedAt time.Time       // zero for models without settings
}

// Models are those of an integration, by slug.
type Models struct {
	AllowAll bool
	List     []ModelDetail
}

// Models lists the models that the integration's kind is known to have, and
// those it has settings for. A model without settings is enabled when all are
// allowed.
func (s *Service) Models(ctx context.Context, by authz.Caller, ref string) (out Models, err error) {
	if err := by.Allow(IntegrationScopes("read")...); err != nil {
		return out, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		i, err := integration(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		rows, err := tx.Models(ctx, by.OrganisationID, i.ID)
		if err != nil {
			return err
		}
		out.AllowAll = i.AllowAllModels
		out.List, err = s.modelDetails(i, rows)
		return err
	})
	return out, err
}

func (s *Service) modelDetails(i claviger.Integration, rows []claviger.Model) ([]ModelDetail, error) {
	bySlug := map[string]ModelDetail{}
	for _, m := range s.catalogue.Models(i.AIProvider) {
		bySlug[m.Slug] = ModelDetail{Slug: m.Slug, Name: m.Name, Enabled: i.AllowAllModels}
	}
	for _, m := range rows {
		c, err := s.vault.OpenCredentials(vault.ModelBinding(m), m.Sealed)
		if err != nil {
			return nil, err
		}
		d := ModelDetail{
			Slug: m.Slug, Name: m.Slug, Enabled: m.Enabled, Custom: m.Custom, FineTune: m.FineTune, BaseModel: m.BaseModel,
			Pricing: m.Pricing, CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt,
		}
		if known, ok := bySlug[m.Slug]; ok {
			d.Name = known.Name
		}
		if m.CustomHost != "" || !c.IsZero() {
			d.Configurations = provider.Spec{}.Masked(modelPlain(m), c.Fields)
		}
		bySlug[m.Slug] = d
	}
	return slices.SortedFunc(maps.Values(bySlug), func(a, b ModelDetail) int { return strings.Compare(a.Slug, b.Slug) }), nil
}

// modelPlain is what is plain of a model's configurations.
func modelPlain(m claviger.Model) map[string]json.RawMessage {
	plain := map[string]json.RawMessage{}
	if m.CustomHost != "" {
		plain[provider.CustomHost], _ = json.Marshal(m.CustomHost) // strings always encode
	}
	return plain
}

// builtIn reports whether the catalogue has a model of just that slug.
func (s *Service) builtIn(kind, slug string) bool {
	m, ok := s.catalogue.Find(kind, slug)
	return ok && m.Slug == slug
}

// ModelPrice is what the catalogue knows of a model's price, as the pricing
// route answers it. Anybody may ask.
func (s *Service) ModelPrice(kind, model string) (json.RawMessage, error) {
	m, ok := s.catalogue.Find(kind, model)
	if !ok || m.Price == nil {
		return nil, claviger.Missing("Model")
	}
	return catalogue.PortkeyPricing(*m.Price), nil
}
