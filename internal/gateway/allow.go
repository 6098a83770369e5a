package gateway

import (
	"net/http"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/vault"
)

// rules are what an integration says of its models, compiled. They are
// immutable.
type rules struct {
	all    bool // a model without a rule is allowed
	bySlug map[string]*rule
	// refused has the disabled models in lower case: providers take a model by
	// several names, and some do not mind their case.
	refused map[string]*rule
}

// rule is one model's.
type rule struct {
	slug    string
	enabled bool
	made    time.Time
	own     *target // for a model with a host or headers of its own
	broken  error   // why own could not be compiled
}

// of is where a request for model goes: the target itself, or the model's own.
// The error is the documented refusal of a model that is not allowed.
func (t *target) of(request requested) (*target, error) {
	if t.rules.all && len(t.rules.bySlug) == 0 {
		return t, nil
	}
	if request.several {
		return nil, refusedModel("This integration does not allow all models, so a request may name one model only")
	}
	r := t.rules.find(t, request.model)
	switch {
	case r == nil && t.rules.all:
		return t, nil
	case r == nil && request.model == "":
		return nil, refusedModel("This integration does not allow all models, so a request must name one")
	case r == nil || !r.enabled:
		return nil, refusedModel("Model " + shortened(request.model) + " is not allowed for this integration")
	case r.broken != nil:
		return nil, r.broken
	case r.own != nil:
		return r.own, nil
	}
	return t, nil
}

// requested is what a request says of its model.
type requested struct {
	model   string
	several bool // it names others to fall back to
}

// find is the rule for a model: its own, or that of what is behind its name; nil
// when there is none. A disabled one is found by any name of the model.
func (r *rules) find(t *target, model string) *rule {
	if found, ok := r.bySlug[model]; ok {
		return found
	}
	if found := r.disabled(t, model); found != nil {
		return found
	}
	if namer, ok := t.account.(provider.ModelNamer); ok {
		return r.bySlug[namer.ModelOf(model)]
	}
	return nil
}

// disabled is the rule that refuses a model by any of its names; nil for none.
func (r *rules) disabled(t *target, model string) *rule {
	if len(r.refused) == 0 {
		return nil
	}
	namer, _ := t.account.(provider.ModelNamer)
	for _, name := range namesOf(t.aiProvider, model, namer) {
		if found := r.refused[name]; found != nil {
			return found
		}
	}
	return nil
}

func refusedModel(message string) error {
	return failure(http.StatusPreconditionFailed, "model_not_allowed_error", message)
}

// shortened keeps an answer from repeating a name of megabytes.
func shortened(model string) string {
	if len(model) <= claviger.MaxModelSlug {
		return model
	}
	return strings.ToValidUTF8(model[:claviger.MaxModelSlug], "") + "…"
}

// compileRules makes rules of a target's rows. A model whose own settings cannot
// be compiled is refused; the others are not touched by that.
func (d *targets) compileRules(row claviger.Target, settings provider.Settings) rules {
	out := rules{all: row.Integration.AllowAllModels}
	if len(row.Models) == 0 {
		return out
	}
	out.bySlug = make(map[string]*rule, len(row.Models))
	out.refused = map[string]*rule{}
	for _, m := range row.Models {
		r := &rule{slug: m.Slug, enabled: m.Enabled, made: m.CreatedAt}
		out.bySlug[m.Slug] = r
		switch {
		case !m.Enabled:
			out.refused[strings.ToLower(m.Slug)] = r
		case m.CustomHost != "" || len(m.Sealed) > 0:
			if r.own, r.broken = d.compileModel(row, m, settings); r.broken != nil {
				d.log.Error("a model's own settings cannot be used", "integration", m.IntegrationID, "model", m.ID, "error", cause(r.broken))
				r.broken = failure(http.StatusInternalServerError, "server_error", "The model's own host or headers cannot be used")
			}
		}
	}
	return out
}

// compileModel makes the target of a model with a host or headers of its own.
// The account's credential goes there too: whoever stored the host meant it to.
func (d *targets) compileModel(row claviger.Target, m claviger.Model, settings provider.Settings) (*target, error) {
	creds, err := d.vault.OpenCredentials(vault.ModelBinding(m), m.Sealed)
	if err != nil {
		return nil, err
	}
	return d.compileAccount(row, settings.Override(m.CustomHost, creds.Fields[provider.CustomHeaders]))
}
