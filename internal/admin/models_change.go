package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
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
	return c, nil
}

// row looks at one row of the request.
func (c *modelChange) row(at string, row ModelRow) error {
	c.p.modelSlug(at+".slug", row.Slug, true)
	c.p.modelSlug(at+".base_model_slug", row.BaseModel, false)
	if c.named[row.Slug] {
		c.p.add(at+".slug", "names a model a second time")
	}
	c.named[row.Slug] = true
	enabled, said := row.Enabled.Get()
	if !said {
		c.p.add(at+".enabled", "is required")
	}
	old, there := c.rows[row.Slug]
	m := claviger.Model{
		ID: claviger.NewID[claviger.ModelID](), OrganisationID: c.i.OrganisationID, IntegrationID: c.i.ID, Slug: row.Slug,
		Enabled: enabled, Custom: row.Custom, FineTune: row.FineTune, BaseModel: row.BaseModel,
		Pricing: c.p.modelPricing(at+".pricing_config", row.Pricing), CreatedAt: c.now, UpdatedAt: c.now,
	}
	had, err := vault.Credentials{}, error(nil)
	if there {
		m.ID, m.CreatedAt, m.KeyVersion = old.ID, old.CreatedAt, old.KeyVersion
		if had, err = c.s.vault.OpenCredentials(vault.ModelBinding(old), old.Sealed); err != nil {
			return err
		}
		c.before.note(old, had)
	}
	now := c.configure(at+".configurations", row.Configurations, had)
	m.CustomHost, _ = text(now.plain[provider.CustomHost])
	c.s.redirectModel(c.by, c.i, c.secrets, old.CustomHost, m.CustomHost, at+".configurations."+provider.CustomHost, c.p)
	if sameSecrets(had, now.secret) && there {
		m.Sealed, m.RootKeyID = old.Sealed, old.RootKeyID
	} else if !now.secret.IsZero() && c.p.empty() {
		m.KeyVersion++
		if m.Sealed, m.RootKeyID, err = c.s.vault.SealCredentials(vault.ModelBinding(m), now.secret); err != nil {
			return err
		}
	}
	c.after.note(m, now.secret)
	c.rows[m.Slug] = m
	c.put = append(c.put, m)
	return nil
}

// configure is what a row says of host and headers. Headers that came back as
// their masks keep their values.
func (c *modelChange) configure(at string, in Optional[map[string]json.RawMessage], had vault.Credentials) settings {
	now := settings{secret: had}.clone()
	given, ok := in.Get()
	if ok && len(given) == 0 {
		c.p.add(at, "must not be empty; leave it out for none")
	}
	_, headers := given[provider.CustomHeaders]
	_, masked := given["masked_"+provider.CustomHeaders]
	mine := map[string]json.RawMessage{}
	for _, name := range []string{provider.CustomHost, provider.CustomHeaders} {
		if raw, ok := given[name]; ok {
			mine[name] = raw
		}
	}
	sub := &problems{}
	now.merge(mine, provider.Spec{}, sub)
	if !headers && !masked {
		now.secret.Fields = map[string]secret.String{}
	}
	for _, wrong := range (provider.Spec{}).Validate(now.given(c.i.AIProvider, nil)) {
		sub.add(wrong.Path, wrong.Message)
	}
	if host, ok := text(now.plain[provider.CustomHost]); ok {
		if wrong := provider.CheckHost(host, c.s.mayNamePrivate(c.by, c.i)); wrong != "" {
			sub.add("configurations."+provider.CustomHost, wrong)
		}
	}
	for _, wrong := range sub.more {
		c.p.add(at+strings.TrimPrefix(wrong.Path, "configurations"), wrong.Message)
	}
	return now
}

// modelSlug checks the name of a model.
func (p *problems) modelSlug(path, v string, required bool) {
	switch {
	case v == "" && required:
		p.add(path, "is required")
	case len(v) > claviger.MaxModelSlug || !utf8.ValidString(v):
		p.add(path, fmt.Sprintf("must be at most %d bytes of text", claviger.MaxModelSlug))
	case strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r == 0x7f || r == ',' }):
		p.add(path, "must not hold spaces, commas or control characters")
	}
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
		if err := c.p.err(); err != nil {
			return err
		}
		return c.store(ctx, Optional[bool]{})
	})
}

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

// store keeps the change and records it as one of the integration.
func (c *modelChange) store(ctx context.Context, allowAll Optional[bool]) error {
	for _, m := range c.put {
		if err := c.PutModel(ctx, m); err != nil {
			return err
		}
	}
	for _, m := range c.gone {
		if err := c.DeleteModel(ctx, m.OrganisationID, m.IntegrationID, m.Slug); err != nil {
			return err
		}
	}
	before, after := c.before.fields(c.i), c.after.fields(c.i)
	if all, ok := allowAll.Get(); ok && all != c.i.AllowAllModels {
		before["allow_all_models"], after["allow_all_models"] = c.i.AllowAllModels, all
		c.i.AllowAllModels = all
	}
	c.i.UpdatedAt = c.now
	if err := c.UpdateIntegration(ctx, c.i); err != nil {
		return err
	}
	return c.record(ctx, claviger.IntegrationChanged, audit.Change{
		Action: "update", ResourceID: string(c.i.ID), WorkspaceID: c.i.WorkspaceID, Before: before, After: after,
	})
}

// modelFields are models as the audit log has them.
type modelFields struct {
	models  []any
	headers map[string]secret.String
}

func (f *modelFields) note(m claviger.Model, c vault.Credentials) {
	f.models = append(f.models, map[string]any{
		"slug": m.Slug, "enabled": m.Enabled, "is_custom": m.Custom, "is_finetune": m.FineTune, "base_model_slug": m.BaseModel,
		"custom_host": m.CustomHost, "pricing_config": m.Pricing,
	})
	if h := c.Fields[provider.CustomHeaders]; !h.IsZero() {
		if f.headers == nil {
			f.headers = map[string]secret.String{}
		}
		f.headers[m.Slug] = h
	}
}

func (f *modelFields) fields(i claviger.Integration) audit.Fields {
	out := audit.Fields{"slug": i.Slug, "models": f.models}
	if f.headers != nil {
		out["model_headers"] = f.headers
	}
	return out
}
