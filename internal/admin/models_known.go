package admin

import (
	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/vault"
)

// knownModels tells a model that an integration can have from a mistyped one,
// which would be allowed or refused to no effect.
type knownModels struct {
	kind      string
	catalogue Catalogue
	// any: nobody knows the kind's models, so every name may be one.
	any bool
	own map[string]bool // that the integration has by itself
}

func (s *Service) knownModels(i claviger.Integration, secrets vault.Credentials, rows map[string]claviger.Model) knownModels {
	k := knownModels{kind: i.AIProvider, catalogue: s.catalogue, any: len(s.catalogue.Models(i.AIProvider)) == 0, own: map[string]bool{}}
	for slug := range rows {
		k.own[slug] = true // a catalogue that lost it must not keep it from being disabled
	}
	account, err := s.registry.Adapter(i.AIProvider).Compile(settings{plain: i.Configurations, secret: secrets}.given(i.AIProvider, nil))
	if err != nil {
		return k // a secret mapping fills what is missing; its names are custom ones
	}
	if namer, ok := account.(provider.ModelNamer); ok {
		for _, name := range namer.ModelNames() {
			k.own[name], k.own[namer.ModelOf(name)] = true, true
		}
	}
	return k
}

// has reports whether name is a model of the catalogue, by any name that calls
// may use for it, or one of the integration itself.
func (k knownModels) has(name string) bool {
	if k.any || k.own[name] {
		return true
	}
	_, ok := k.catalogue.Find(k.kind, name)
	return ok
}

// announce makes the models that a request adds known, so that one may be the
// base of another whatever their order.
func (c *modelChange) announce(rows []ModelRow) {
	for _, row := range rows {
		if row.Custom || row.FineTune {
			c.known.own[row.Slug] = true
		}
	}
}

// checkKnown checks the models that a row names. Only a fine-tuned model cannot
// do without its base: calls and prices go by it.
func (c *modelChange) checkKnown(at string, row ModelRow) {
	if !row.Custom && !row.FineTune && row.Slug != "" && !c.known.has(row.Slug) {
		c.p.add(at+".slug", "is no known model of this kind of provider; one of your own needs is_custom")
	}
	switch base := row.BaseModel; {
	case base == "" && row.FineTune:
		c.p.add(at+".base_model_slug", "is required when is_finetune is true")
	case base == "":
	case base == row.Slug && (row.Custom || row.FineTune):
		c.p.add(at+".base_model_slug", "must be another model")
	case !c.known.has(base):
		c.p.add(at+".base_model_slug", "is no known model of this kind of provider and none of this integration")
	}
}
