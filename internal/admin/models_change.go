package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/vault"
)

// ModelsInput changes what an integration says of models. A row takes the place
// of all settings of its model; models that no row names stay as they are.
type ModelsInput struct {
	Rows     []ModelRow
	AllowAll Optional[bool] // absent and null keep
	Found    claviger.Problems
}

// ModelRow is one model's settings.
type ModelRow struct {
	Slug             string
	Enabled          Optional[bool]
	Custom, FineTune bool
	BaseModel        string
	Configurations   Optional[map[string]json.RawMessage]
	Pricing          json.RawMessage
}

// maxModels bounds the rows of an integration: the gateway holds them in memory
// for every workspace that uses it.
const maxModels = 5000

// UpdateModels changes models, all of them or none.
func (s *Service) UpdateModels(ctx context.Context, by authz.Caller, ref string, in ModelsInput) error {
	if err := by.Allow(IntegrationScopes("update")...); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		c, err := w.modelChange(ctx, ref, in.Found)
		if err != nil {
			return err
		}
		if len(in.Rows) > maxRows {
			c.p.add("models", fmt.Sprintf("may hold at most %d", maxRows))
			return c.p.err()
		}
		c.announce(in.Rows)
		for n, row := range in.Rows {
			if err := c.row(fmt.Sprintf("models[%d]", n), row); err != nil {
				return err
			}
		}
		if len(c.rows) > maxModels {
			c.p.add("models", fmt.Sprintf("would give the integration more than %d models of its own", maxModels))
		}
		if err := c.p.err(); err != nil {
			return err
		}
		return c.store(ctx, in.AllowAll)
	})
}

// modelChange is one run of a use case that changes models. It first looks at
// everything and stores only when nothing is wrong.
type modelChange struct {
	*work
	i claviger.Integration
	// secrets are the integration's own, which go to a model's host too.
	secrets vault.Credentials
	p       *problems
	rows    map[string]claviger.Model // what there is, and then what there will be
	named   map[string]bool
	known   knownModels
	put     []claviger.Model
	gone    []claviger.Model
	before  modelFields
	after   modelFields
}

func (w *work) modelChange(ctx context.Context, ref string, found claviger.Problems) (*modelChange, error) {
	i, err := changeable(ctx, w, w.by, ref, "update")
	if err != nil {
		return nil, err
	}
	rows, err := w.Models(ctx, w.by.OrganisationID, i.ID)
	if err != nil {
		return nil, err
	}
	secrets, err := w.s.open(i)
	if err != nil {
		return nil, err
	}
	c := &modelChange{work: w, i: i, secrets: secrets, p: startWith(found), rows: map[string]claviger.Model{}, named: map[string]bool{}}
	for _, m := range rows {
		c.rows[m.Slug] = m
	}
	c.known = w.s.knownModels(i, secrets, c.rows)
	return c, nil
}

// DeleteModels deletes models that are not built in; those are disabled.
func (s *Service) DeleteModels(ctx context.Context, by authz.Caller, ref string, slugs []string, found claviger.Problems) error {
	if err := by.Allow(IntegrationScopes("update")...); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		c, err := w.modelChange(ctx, ref, found)
		if err != nil {
			return err
		}
		if len(slugs) == 0 {
			c.p.add("models", "must name the models to delete; so may the query's slugs")
		}
		for n, slug := range slugs {
			if err := c.remove(fmt.Sprintf("models[%d]", n), slug); err != nil {
				return err
			}
		}
		c.checkBases(slugs)
		if err := c.p.err(); err != nil {
			return err
		}
		return c.store(ctx, Optional[bool]{})
	})
}

// checkBases refuses to delete what a model that stays behaves like and is
// priced by, unless the catalogue knows it without its row.
func (c *modelChange) checkBases(slugs []string) {
	for n, slug := range slugs {
		if _, ok := c.s.catalogue.Find(c.i.AIProvider, slug); ok || !c.named[slug] {
			continue
		}
		var users []string
		for _, m := range c.rows {
			if m.BaseModel == slug && !c.named[m.Slug] {
				users = append(users, strconv.Quote(m.Slug))
			}
		}
		if len(users) > 0 {
			slices.Sort(users)
			c.p.add(fmt.Sprintf("models[%d]", n), "is the base_model_slug of "+strings.Join(users[:min(len(users), maxNamed)], ", ")+"; change or delete that first")
		}
	}
}

// maxNamed is how many of several things a problem names.
const maxNamed = 5

func (c *modelChange) remove(at, slug string) error {
	m, there := c.rows[slug]
	switch {
	case c.named[slug]:
		return nil
	case (!there || !m.Custom && !m.FineTune) && c.s.builtIn(c.i.AIProvider, slug):
		c.p.add(at, "is built in and cannot be deleted; disable it")
		return nil
	case !there:
		c.p.add(at, "is no model of this integration")
		return nil
	}
	c.named[slug] = true
	had, err := c.s.vault.OpenCredentials(vault.ModelBinding(m), m.Sealed)
	if err != nil {
		had = vault.Credentials{} // what cannot be opened any more must not keep it from going
	}
	c.before.note(m, had)
	c.gone = append(c.gone, m)
	return nil
}
