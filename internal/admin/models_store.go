package admin

import (
	"context"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/vault"
)

// store keeps the change, if it is any, and records it as one of the
// integration.
func (c *modelChange) store(ctx context.Context, allowAll Optional[bool]) error {
	all, ok := allowAll.Get()
	switches := ok && all != c.i.AllowAllModels
	if len(c.put)+len(c.gone) == 0 && !switches {
		return nil
	}
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
	if switches {
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
