package adminapi

import (
	"strings"
	"testing"
)

// A key that may change an integration must not learn its credential by having
// it sent elsewhere.
func TestAWorkspaceKeyCannotRedirectACredentialItDoesNotKnow(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	const own = "https://one.example.com/v1"
	const (
		stored      = `{"name":"L","slug":"local","ai_provider_id":"openai","key":"sk-original-key-1","configurations":{"custom_host":"` + own + `","custom_headers":{"x-a":"header-value-1"}}}`
		integration = "/integrations/local"
		models      = "/integrations/local/models"
		away        = `{"configurations":{"custom_host":"https://two.example.com/v1"}}`
	)
	tests := map[string]struct {
		actor, path, body string
		status            int
		says              string
	}{
		"another host":                      {workspace, integration, away, 400, `"path":"key"`},
		"another host, headers kept":        {workspace, integration, away, 400, `"path":"configurations.custom_headers"`},
		"another scheme":                    {workspace, integration, `{"configurations":{"custom_host":"http://one.example.com/v1"}}`, 400, `"path":"key"`},
		"the provider's own host":           {workspace, integration, `{"configurations":{"custom_host":null}}`, 400, `"path":"key"`},
		"another host with the secrets":     {workspace, integration, `{"key":"sk-another-key-2","configurations":{"custom_host":"https://two.example.com/v1","custom_headers":{"x-a":"header-value-2"}}}`, 200, ""},
		"the same host again":               {workspace, integration, `{"configurations":{"custom_host":"` + own + `"}}`, 200, ""},
		"another path of the host":          {workspace, integration, `{"configurations":{"custom_host":"https://one.example.com/v2"}}`, 200, ""},
		"a model elsewhere":                 {workspace, models, `{"models":[{"slug":"m","enabled":true,"is_custom":true,"base_model_slug":"gpt-4o","configurations":{"custom_host":"https://two.example.com/v1"}}]}`, 400, `"path":"models[0].configurations.custom_host"`},
		"a model at the same host":          {workspace, models, `{"models":[{"slug":"m","enabled":true,"is_custom":true,"base_model_slug":"gpt-4o","configurations":{"custom_host":"https://one.example.com/m"}}]}`, 200, ""},
		"another host, by an administrator": {orgAdmin, integration, away, 200, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.plant("sk-original-key-1")
			w.plant("header-value-1")
			w.must(workspace, "POST", "/integrations", stored)
			r := w.do(tt.actor, "PUT", tt.path, tt.body)
			if r.status != tt.status || !strings.Contains(r.text, tt.says) {
				t.Errorf("%d %s, want %d with %s", r.status, r.text, tt.status, tt.says)
			}
		})
	}
}
