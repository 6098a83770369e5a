package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// slug is what the stored credential is called by.
const slug = "my-openai"

// tour is the walk through the main job. What one step learns, later ones use.
type tour struct {
	out       *printer
	server    *server
	model     *upstream
	workspace string // id of the default workspace
	key       string // the workspace key that step 1 makes
	entries   []string
}

func newTour(out *printer, s *server, m *upstream) *tour {
	out.hide(s.adminKey)
	out.hide(m.key)
	return &tour{out: out, server: s, model: m}
}

// walk runs every step in order; the error names the one that failed.
func (t *tour) walk(ctx context.Context) error {
	steps := []struct {
		title string
		run   func(context.Context) error
	}{
		{"Create a workspace key, for the application that will call models", t.createKey},
		{"Store an OpenAI integration: the credential goes into the vault", t.storeIntegration},
		{"Retrieve it: the credential comes back masked", t.retrieveIntegration},
		{"Grant the workspace access to it", t.grantWorkspace},
		{"Chat through it: the application sends its workspace key, never the credential", t.chat},
		{"Stream through it", t.stream},
		{"See the tokens in the ledger", t.ledger},
	}
	for i, s := range steps {
		t.out.step(s.title)
		if err := s.run(ctx); err != nil {
			return fmt.Errorf("step %d (%s): %w", i+1, s.title, err)
		}
	}
	return nil
}

// do sends a call, prints it and its answer, and wants status 200.
func (t *tour) do(ctx context.Context, c call) (object, http.Header, error) {
	t.out.request(c)
	a, err := c.fetch(ctx)
	if err != nil {
		return nil, nil, err
	}
	var o object
	decoded := json.Unmarshal(a.body, &o)
	if key := o.text("key"); key != "" {
		t.out.hide(key)
	}
	t.out.answer(a.status, a.body)
	if !a.ok {
		return nil, nil, fmt.Errorf("the answer is %s, not 200", a.status)
	}
	if decoded != nil {
		return nil, nil, fmt.Errorf("the answer is no JSON object: %w", decoded)
	}
	return o, a.header, nil
}

func (t *tour) admin(method, path string, body any) call {
	return call{method: method, url: t.server.url + path, key: t.server.adminKey, body: body}
}

func (t *tour) createKey(ctx context.Context) error {
	list, err := t.admin(http.MethodGet, "/v1/admin/workspaces", nil).fetch(ctx)
	if err != nil {
		return err
	}
	var workspaces object
	if err := json.Unmarshal(list.body, &workspaces); err != nil {
		return fmt.Errorf("list the workspaces: %w", err)
	}
	if t.workspace = workspaces.text("data", 0, "id"); t.workspace == "" {
		return errors.New("there is no default workspace")
	}
	o, _, err := t.do(ctx, t.admin(http.MethodPost, "/v1/api-keys/workspace/service", map[string]any{
		"name": "demo application", "workspace_id": t.workspace,
		"scopes": []string{"completions.write", "models.list", "virtual_keys.list", "providers.list"},
	}))
	if err != nil {
		return err
	}
	if t.key = o.text("key"); t.key == "" {
		return errors.New("the answer holds no key")
	}
	t.out.checked("a new key, shown this once; the store keeps only its hash")
	return nil
}

func (t *tour) storeIntegration(ctx context.Context) error {
	o, _, err := t.do(ctx, t.admin(http.MethodPost, "/v1/integrations", map[string]any{
		"name": "My OpenAI account", "slug": slug, "ai_provider_id": "openai",
		"key": t.model.key, "configurations": map[string]any{"custom_host": t.model.host},
	}))
	if err != nil {
		return err
	}
	if o.text("slug") != slug {
		return fmt.Errorf("the slug is %q, not %q", o.text("slug"), slug)
	}
	t.out.checked("stored as %s", slug)
	return nil
}

func (t *tour) retrieveIntegration(ctx context.Context) error {
	o, _, err := t.do(ctx, t.admin(http.MethodGet, "/v1/integrations/"+slug, nil))
	if err != nil {
		return err
	}
	raw, err := json.Marshal(o)
	if err != nil {
		return err
	}
	masked := o.text("masked_key")
	switch {
	case masked == "":
		return errors.New("masked_key is missing")
	case strings.Contains(string(raw), t.model.key):
		return errors.New("the answer holds the credential itself")
	}
	t.out.checked("the key is there as %s; the credential itself is nowhere in the answer", masked)
	return nil
}

func (t *tour) grantWorkspace(ctx context.Context) error {
	path := "/v1/integrations/" + slug + "/workspaces"
	_, _, err := t.do(ctx, t.admin(http.MethodPut, path, map[string]any{
		"workspaces": []any{map[string]any{"id": t.workspace, "enabled": true}},
	}))
	if err != nil {
		return err
	}
	o, _, err := t.do(ctx, t.admin(http.MethodGet, path, nil))
	if err != nil {
		return err
	}
	if o.at("workspaces", 0, "enabled") != true {
		return errors.New("the workspace is not enabled")
	}
	t.out.checked("the workspace may use it, as @%s", slug)
	return nil
}
