package admin

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/vault"
)

// row looks at one row of the request.
func (c *modelChange) row(at string, row ModelRow) error {
	c.p.modelSlug(at+".slug", row.Slug, true)
	c.p.modelSlug(at+".base_model_slug", row.BaseModel, false)
	c.checkKnown(at, row)
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
	c.rows[m.Slug] = m
	if old.UpdatedAt = m.UpdatedAt; there && unchanged(old, m) {
		return nil
	}
	if there {
		c.before.note(old, had)
	}
	c.after.note(m, now.secret)
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
		c.s.host(c.by, c.i, "configurations."+provider.CustomHost, host, sub)
	}
	c.p.refused = c.p.refused || sub.refused
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
