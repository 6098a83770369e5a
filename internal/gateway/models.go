package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/provider"
)

// model is one entry of GET /v1/models.
type model struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

// models lists what the caller may use: one provider's models when the request
// names it, else those of every provider of the workspace, as "@slug/model".
func (x *exchange) models(ctx context.Context, where authn.Where) error {
	ctx, cancel := context.WithTimeout(ctx, modelsTimeout)
	defer cancel()
	if err := x.flights.enter(); err != nil {
		return err
	}
	defer x.flights.leave()
	s, err := x.signal()
	if err != nil {
		return err
	}
	// This header asks for our own list even though a provider is named.
	ours := x.r.Header.Get("X-Portkey-Fetch-Integrated-Models") == "true"
	var all []*target
	switch {
	case s.slug != "" && ours:
		t, err := x.stored(ctx, s.slug)
		if err != nil {
			return err
		}
		all = []*target{t}
	case s.slug != "" || s.name != "" && !ours:
		return x.modelsOfOne(ctx, s, where)
	default:
		if all, err = x.targets.all(ctx, x.who.Workspace.OrganisationID, x.who.Workspace.ID); err != nil {
			return err
		}
	}
	list, missing := x.offers(ctx, all)
	if len(missing) > 0 {
		x.w.Header()["X-Claviger-Models-Missing"] = []string{strings.Join(missing, ",")}
	}
	x.list(map[string]any{"object": "list", "data": list})
	return nil
}

// modelsOfOne asks the provider that the request names, and leaves out what the
// integration does not allow.
func (x *exchange) modelsOfOne(ctx context.Context, s signal, where authn.Where) error {
	to, err := x.named(ctx, s, where)
	if err != nil {
		return err
	}
	heard, err := x.modelsOf(ctx, to)
	if err != nil {
		return err
	}
	list := []model{}
	for _, m := range heard {
		if to.integrationID == "" || to.callable(m.ID) {
			list = append(list, m)
		}
	}
	x.list(map[string]any{"object": "list", "data": list, "provider": to.aiProvider})
	return nil
}

// named is the target that a request names, whatever its model.
func (x *exchange) named(ctx context.Context, s signal, where authn.Where) (*target, error) {
	if s.slug == "" {
		return x.kind(ctx, s.name, where)
	}
	t, err := x.stored(ctx, s.slug)
	if err != nil {
		return nil, err
	}
	return x.elsewhere(where, t)
}

// offers lists what all targets have. Those that had to be asked and did not
// answer are missing.
func (x *exchange) offers(ctx context.Context, all []*target) (list []model, missing []string) {
	lists := make([][]model, len(all))
	errs := make([]error, len(all))
	room := make(chan struct{}, askedAtOnce)
	var wg sync.WaitGroup
	for i, t := range all {
		wg.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			lists[i], errs[i] = x.offered(ctx, t)
		})
	}
	wg.Wait()
	list = []model{}
	for i, t := range all {
		if errs[i] != nil {
			missing = append(missing, t.slug)
		}
		for _, m := range lists[i] {
			m.ID = "@" + t.slug + "/" + m.ID
			list = append(list, m)
		}
	}
	return list, missing
}

// offered lists what a target's callers may use, by name: the models that its
// integration enables and, where it allows all, what else there is. The
// catalogue says that for the kind's own host; another host, or a kind that the
// catalogue does not know, is asked. What is enabled is listed even when it does
// not answer.
func (x *exchange) offered(ctx context.Context, t *target) (list []model, err error) {
	for _, r := range t.rules.bySlug {
		if r.enabled {
			list = append(list, model{ID: r.slug, Object: "model", Created: r.made.Unix(), OwnedBy: t.aiProvider})
		}
	}
	if t.rules.all {
		var more []model
		if more, err = x.rest(ctx, t); err == nil {
			for _, m := range more {
				if t.rules.bySlug[m.ID] == nil && t.rules.disabled(t, m.ID) == nil && t.callable(m.ID) {
					list = append(list, m)
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b model) int { return strings.Compare(a.ID, b.ID) })
	return list, err
}

// callable reports whether a request for that name would be let through.
func (t *target) callable(name string) bool {
	_, err := t.of(requested{model: name})
	return err == nil
}

// rest lists the models there are at a target, whatever its rules.
func (x *exchange) rest(ctx context.Context, t *target) ([]model, error) {
	if namer, ok := t.account.(provider.ModelNamer); ok {
		var out []model
		for _, name := range namer.ModelNames() {
			out = append(out, model{ID: name, Object: "model", OwnedBy: t.aiProvider})
		}
		return out, nil
	}
	var known []catalogue.Model
	if !t.ownHost && x.Catalogue != nil {
		known = x.Catalogue.Models(t.aiProvider)
	}
	if len(known) == 0 {
		return x.modelsOf(ctx, t)
	}
	out := make([]model, len(known))
	for i, m := range known {
		out[i] = model{ID: m.Slug, Object: "model", OwnedBy: t.aiProvider}
	}
	return out, nil
}

// list sends a list of models.
func (x *exchange) list(body map[string]any) {
	b, err := json.Marshal(body)
	if err != nil { // strings and numbers only: cannot happen
		x.refuse(err)
		return
	}
	x.outcome = claviger.Success
	x.sendJSON(http.StatusOK, b)
}
