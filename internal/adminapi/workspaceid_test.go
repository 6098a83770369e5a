package adminapi

import (
	"strings"
	"testing"
)

func TestAWorkspaceThatIsNotGoneByIsNamed(t *testing.T) {
	w := newWorld(t)
	own, id := w.made.Workspace.Slug, string(w.made.Workspace.ID)
	second := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Second"}`)["slug"].(string)
	w.must(workspace, "POST", "/virtual-keys", `{"name":"V","slug":"v","provider":"openai","key":"k12345678"}`)
	key := func(ws string) string { return `{"name":"K","scopes":[],"workspace_id":"` + ws + `"}` }
	body := func(ws string) string { return `{"note":"n","workspace_id":"` + ws + `"}` }
	integration := func(ws string) string {
		return `{"name":"I","ai_provider_id":"openai","key":"k12345678","workspace_id":"` + ws + `"}`
	}
	const differs = `"path":"workspace_id","message":"names another workspace than the query does"`
	tests := map[string]struct {
		actor, method, path, body string
		ignored                   string
		says                      string // of a 400; "" for accepted
	}{
		"a workspace key's own, by slug":       {workspace, "POST", "/api-keys/workspace/service", key(own), "", ""},
		"a workspace key's own, by id":         {workspace, "POST", "/api-keys/workspace/service", key(id), "", ""},
		"another's":                            {workspace, "POST", "/api-keys/workspace/service", key(second), "workspace_id", ""},
		"nobody's":                             {workspace, "POST", "/integrations", integration("nonsense"), "workspace_id", ""},
		"another's in the query":               {workspace, "GET", "/providers?workspace_id=" + second, "", "workspace_id", ""},
		"its own in the query":                 {workspace, "GET", "/providers?workspace_id=" + own, "", "", ""},
		"one in two forms":                     {orgAdmin, "PUT", "/virtual-keys/v?workspace_id=" + id, body(own), "", ""},
		"two":                                  {orgAdmin, "PUT", "/virtual-keys/v?workspace_id=" + second, body(own), "", differs},
		"two, with a workspace key":            {workspace, "PUT", "/providers/v?workspace_id=" + own, body(second), "", differs},
		"its own and one that is not":          {workspace, "PUT", "/providers/v?workspace_id=" + own, body("nonsense"), "", differs},
		"an organisation key's own of the two": {orgAdmin, "POST", "/api-keys/workspace/service", key(second), "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := w.in(t).do(tt.actor, tt.method, tt.path, tt.body)
			status := 200
			if tt.says != "" {
				status = 400
			}
			if h := got.header.Get(ignoredHeader); got.status != status || !strings.Contains(got.text, tt.says) || h != tt.ignored {
				t.Errorf("%d %s, ignored %q", got.status, got.text, h)
			}
		})
	}
}
