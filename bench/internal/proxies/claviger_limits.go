package proxies

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Limited is Claviger with five limits on every request.
const Limited = Claviger + ", five limits"

// SetLimits puts five limits in the way of every request, none of which is ever
// reached: on the key, the workspace and the integration, and two policies that
// count each key apart. SetUp must have been done.
func (s *ClavigerServer) SetLimits(ctx context.Context) error {
	var keys struct {
		Data []struct{ ID, Type string }
	}
	var workspaces struct {
		Data []struct{ ID, Slug string }
	}
	if err := errors.Join(
		s.admin(ctx, http.MethodGet, "/api-keys", nil, &keys),
		s.admin(ctx, http.MethodGet, "/admin/workspaces", nil, &workspaces),
	); err != nil {
		return err
	}
	if len(workspaces.Data) != 1 {
		return fmt.Errorf("%d workspaces, want 1", len(workspaces.Data))
	}
	workspace := workspaces.Data[0]
	budget := map[string]any{"type": "cost", "credit_limit": 1_000_000, "periodic_reset": "monthly"}
	everything := []any{map[string]any{"key": "model", "value": "@" + slugPlain + "/*"}}
	eachKey := []any{map[string]any{"key": "api_key"}}
	for _, k := range keys.Data {
		if k.Type == "organisation-service" {
			continue
		}
		err := s.admin(ctx, http.MethodPut, "/api-keys/"+k.ID, map[string]any{
			"rate_limits": []any{map[string]any{"type": "requests", "unit": "rpm", "value": 1_000_000_000}},
		}, nil)
		if err != nil {
			return fmt.Errorf("limit the key: %w", err)
		}
	}
	return errors.Join(
		s.admin(ctx, http.MethodPut, "/admin/workspaces/"+workspace.ID, map[string]any{"usage_limits": []any{budget}}, nil),
		s.admin(ctx, http.MethodPut, "/integrations/"+slugPlain+"/workspaces", map[string]any{"workspaces": []any{
			map[string]any{"id": workspace.ID, "enabled": true, "usage_limits": []any{budget}},
		}}, nil),
		s.admin(ctx, http.MethodPost, "/policies/usage-limits", map[string]any{
			"name": "bench", "workspace_id": workspace.ID, "conditions": everything, "group_by": eachKey,
			"type": "tokens", "credit_limit": 1_000_000_000_000, "periodic_reset": "weekly",
		}, nil),
		s.admin(ctx, http.MethodPost, "/policies/rate-limits", map[string]any{
			"name": "bench", "workspace_id": workspace.ID, "conditions": everything, "group_by": eachKey,
			"type": "requests", "unit": "rpd", "value": 1_000_000_000,
		}, nil),
	)
}
