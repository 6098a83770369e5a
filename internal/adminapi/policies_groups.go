package adminapi

import (
	"context"
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

// amount is what was used or may be: dollars, tokens or requests, exact.
type amount struct{ json.Number }

// Schema implements huma.SchemaProvider.
func (amount) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// MarshalJSON writes the number as it is; none is 0.
func (a amount) MarshalJSON() ([]byte, error) {
	if a.Number == "" {
		return []byte("0"), nil
	}
	return []byte(a.Number), nil
}

// PolicyEntity is a group of requests that a policy counts apart.
type PolicyEntity struct {
	ID           string `json:"id"`
	ValueKey     string `json:"value_key"`
	CurrentUsage amount `json:"current_usage"`
	Status       string `json:"status" enum:"active,exhausted"`
}

func groupStatus(g admin.Group) string {
	if g.Exhausted {
		return string(claviger.Exhausted)
	}
	return string(claviger.Active)
}

func (a *api) listGroups(ctx context.Context, by authz.Caller, in *struct {
	PolicyRef
	Paging
	Status string `query:"status" doc:"active or exhausted; both unless it says."`
	Search string `query:"search" doc:"The value_key contains it."`
}) (list[PolicyEntity], error) {
	page := in.page(groupsPage)
	page.Size = min(page.Size, groupsPage)
	all, total, err := a.admin.Groups(ctx, by, in.ID, admin.GroupFilter{Status: in.Status, Search: in.Search, Page: page})
	return listOf(all, total, func(g admin.Group) PolicyEntity {
		return PolicyEntity{ID: g.ID, ValueKey: g.ValueKey, CurrentUsage: amount{g.Used}, Status: groupStatus(g)}
	}), err
}

const groupsPage = 100

func (a *api) resetGroup(ctx context.Context, by authz.Caller, in *struct {
	PolicyRef
	Entity string `path:"entity" doc:"The entity's id, or its value_key."`
}) (empty, error) {
	return empty{}, a.admin.ResetGroup(ctx, by, in.ID, in.Entity)
}

func (a *api) usageMap(ctx context.Context, p claviger.Policy) (map[string]GroupUsage, error) {
	groups, err := a.admin.UsageOfGroups(ctx, p)
	out := make(map[string]GroupUsage, len(groups))
	for _, g := range groups {
		out[g.ValueKey] = GroupUsage{CurrentUsage: amount{g.Used}, Status: groupStatus(g)}
	}
	return out, err
}
