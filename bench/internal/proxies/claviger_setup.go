package proxies

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Slugs of the two integrations, and so of the providers made from them.
const (
	slugPlain = "bench"
	slugTLS   = "bench-tls"
)

// SetUp stores one integration per provider listener in the running server and
// grants both to the default workspace.
func (s *ClavigerServer) SetUp(ctx context.Context) error {
	var workspaces struct {
		Data []struct{ ID string }
	}
	if err := s.admin(ctx, http.MethodGet, "/admin/workspaces", nil, &workspaces); err != nil {
		return err
	}
	if len(workspaces.Data) != 1 {
		return fmt.Errorf("a new installation has %d workspaces, want 1", len(workspaces.Data))
	}
	grant := map[string]any{"workspaces": []any{
		map[string]any{"id": workspaces.Data[0].ID, "enabled": true},
	}}
	for slug, host := range map[string]string{
		slugPlain: "http://" + s.provider.Plain + "/v1",
		slugTLS:   "https://" + s.provider.TLS + "/v1",
	} {
		integration := map[string]any{
			"name": slug, "slug": slug, "ai_provider_id": "openai", "key": "sk-bench-not-a-real-key",
			"configurations": map[string]any{"custom_host": host},
		}
		err := errors.Join(
			s.admin(ctx, http.MethodPost, "/integrations", integration, nil),
			s.admin(ctx, http.MethodPut, "/integrations/"+slug+"/workspaces", grant, nil),
		)
		if err != nil {
			return fmt.Errorf("set up integration %s: %w", slug, err)
		}
	}
	return nil
}

// admin makes one call of the admin API.
func (s *ClavigerServer) admin(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+s.addr+"/v1"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("x-portkey-api-key", s.adminKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %.300s", method, path, resp.Status, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
