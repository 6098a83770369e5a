package adminapi

import (
	"strings"
	"testing"
	"time"
)

func TestProviderLifeCycle(t *testing.T) {
	w, first, second := prepared(t)
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+first+`","enabled":true}]}`)
	made := w.must(orgAdmin, "POST", "/providers", `{"name":"Second Way","integration_id":"shared","workspace_id":"`+first+`","slug":"second-way","note":"for batch",
		"usage_limits":{"credit_limit":10,"periodic_reset":"monthly"},"rate_limits":{"type":"requests","unit":"rpm","value":60},"expires_at":"2031-01-01T00:00:00Z"}`)
	same(t, "made", []any{made["slug"], made["object"]}, `["second-way","provider"]`)
	got := w.must(workspace, "GET", "/providers/"+made["id"].(string), "")
	same(t, "detail", []any{got["name"], got["slug"], got["integration_id"], got["ai_provider_name"], got["note"], got["status"], got["usage_limits"], got["rate_limits"], got["expires_at"], got["object"], got["workspace_id"]},
		`["Second Way","second-way","shared","openai","for batch","active",{"credit_limit":10,"periodic_reset":"monthly","next_usage_reset_at":"2030-06-01T00:00:00.000Z","current_usage":0},[{"type":"requests","unit":"rpm","value":60}],"2031-01-01T00:00:00.000Z","provider","`+string(w.made.Workspace.ID)+`"]`)
	id := w.must(orgAdmin, "GET", "/integrations/shared", "")["id"].(string)
	generated := w.must(workspace, "POST", "/providers", `{"name":"My Way","integration_id":"`+id+`"}`)
	byID := "/providers/" + generated["id"].(string)
	w.must(workspace, "PUT", byID, `{"note":"changed"}`)
	same(t, "the integration as it was named", w.must(workspace, "GET", byID, "")["integration_id"], `"`+id+`"`)
	capitals := strings.ToUpper(id)
	w.must(workspace, "POST", "/providers", `{"name":"n","slug":"in-capitals","integration_id":"`+capitals+`"}`)
	same(t, "the integration as it was named, in capitals", w.must(workspace, "GET", "/providers/in-capitals", "")["integration_id"], `"`+capitals+`"`)
	if slug := generated["slug"].(string); !strings.HasPrefix(slug, "my-way-") {
		t.Errorf("generated slug %q", slug)
	}
	steps := []struct{ what, actor, path, body, field, want string }{
		{"name, by workspace in the body", orgAdmin, "/providers/second-way", `{"name":"Renamed","workspace_id":"` + first + `"}`, "name", `"Renamed"`},
		{"note, by workspace in the query", orgAdmin, "/providers/second-way?workspace_id=" + first, `{"note":null}`, "note", `null`},
		{"what nobody spoke of stays", workspace, "/providers/second-way", `{"reset_usage":true}`, "usage_limits", `{"credit_limit":10,"periodic_reset":"monthly","next_usage_reset_at":"2030-06-01T00:00:00.000Z","current_usage":0}`},
		{"budget cleared", workspace, "/providers/second-way", `{"usage_limits":null}`, "usage_limits", `null`},
		{"rates in an array", workspace, "/providers/second-way", `{"rate_limits":[{"type":"tokens","unit":"rpd","value":0}]}`, "rate_limits", `[{"type":"tokens","unit":"rpd","value":0}]`},
		{"rates cleared", workspace, "/providers/second-way", `{"rate_limits":[]}`, "rate_limits", `null`},
		{"end cleared", workspace, "/providers/second-way", `{"expires_at":null}`, "expires_at", `null`},
		{"its end", workspace, "/providers/" + made["id"].(string), `{"expires_at":"2030-06-01T00:00:00Z"}`, "status", `"active"`},
	}
	for _, s := range steps {
		same(t, s.what, w.must(s.actor, "PUT", s.path, s.body)["slug"], `"second-way"`)
		same(t, s.what, w.must(workspace, "GET", "/providers/second-way", "")[s.field], s.want)
	}
	w.mu.Lock()
	w.now = time.Date(2030, 6, 1, 0, 0, 0, 0, time.UTC)
	w.mu.Unlock()
	same(t, "past its end", w.must(workspace, "GET", "/providers/second-way", "")["status"], `"expired"`)
	w.must(workspace, "PUT", "/providers/second-way", `{"expires_at":"2032-01-01"}`)
	same(t, "given longer", w.must(workspace, "GET", "/providers/second-way", "")["status"], `"active"`)

	same(t, "deleted", w.must(workspace, "DELETE", "/providers/second-way", ""), `{}`)
	if got := w.do(workspace, "GET", "/providers/second-way", ""); got.status != 404 || !strings.Contains(got.text, "AB08") {
		t.Errorf("after deletion: %d %s", got.status, got.text)
	}
	w.must(orgAdmin, "GET", "/integrations/shared", "") // is still there
	w.must(workspace, "POST", "/providers", `{"name":"n","integration_id":"shared","slug":"second-way"}`)
	if got := w.do(orgAdmin, "DELETE", "/providers/second-way?workspace_id="+second, ""); got.status != 404 {
		t.Errorf("of another workspace: %d", got.status)
	}
	if !strings.Contains(w.audit(), `delete provider api_key`) {
		t.Error("the deletion is not in the audit log")
	}
}

func TestProviderRefusals(t *testing.T) {
	w, first, second := prepared(t)
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+first+`","enabled":true},{"id":"`+second+`","enabled":false}]}`)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"Elsewhere","slug":"elsewhere","ai_provider_id":"openai","key":"k12345678","workspace_id":"`+second+`"}`)
	tests := map[string]struct {
		actor, method, path, body string
		status                    int
		contain                   []string
	}{
		"nothing at all":                    {orgAdmin, "POST", "/providers", `{}`, 400, []string{`"path":"name"`, `"path":"integration_id"`, `"path":"workspace_id"`}},
		"everything wrong":                  {workspace, "POST", "/providers", `{"name":7,"slug":"no slug","integration_id":"none","note":[],"usage_limits":[],"rate_limits":{"type":"x","unit":"rpm"},"expires_at":"soon"}`, 400, []string{`"path":"name"`, `"path":"slug"`, `"path":"integration_id"`, `"path":"note"`, `"path":"usage_limits"`, `"path":"rate_limits.type"`, `"path":"rate_limits.value"`, `"path":"expires_at"`}},
		"rates of another type":             {workspace, "POST", "/providers", `{"name":"n","integration_id":"shared","rate_limits":"fast"}`, 400, []string{`"path":"rate_limits"`}},
		"an end that is past":               {workspace, "POST", "/providers", `{"name":"n","integration_id":"shared","expires_at":"2020-01-01T00:00:00Z"}`, 400, []string{`"path":"expires_at"`}},
		"a taken slug":                      {workspace, "POST", "/providers", `{"name":"n","integration_id":"shared","slug":"shared"}`, 409, []string{"AB07"}},
		"not enabled for the workspace":     {orgAdmin, "POST", "/providers", `{"name":"n","integration_id":"shared","workspace_id":"` + second + `"}`, 400, []string{`"path":"integration_id"`, "enabled for the workspace"}},
		"another workspace's integration":   {workspace, "POST", "/providers", `{"name":"n","integration_id":"elsewhere"}`, 400, []string{`"path":"integration_id"`, "enabled for the workspace"}},
		"a workspace that is not there":     {orgAdmin, "POST", "/providers", `{"name":"n","integration_id":"shared","workspace_id":"ws-none"}`, 403, []string{"AB03"}},
		"changing without a workspace":      {orgAdmin, "PUT", "/providers/shared", `{"name":"n"}`, 400, []string{`"path":"workspace_id"`}},
		"deleting without a workspace":      {orgAdmin, "DELETE", "/providers/shared", ``, 400, []string{`"path":"workspace_id"`}},
		"a name taken away":                 {workspace, "PUT", "/providers/shared", `{"name":null}`, 400, []string{`"path":"name"`}},
		"unknown":                           {workspace, "PUT", "/providers/none", `{"name":"n"}`, 404, []string{"AB08"}},
		"an unknown one deleted":            {workspace, "DELETE", "/providers/none", ``, 404, []string{"AB08"}},
		"a threshold that is no less":       {workspace, "PUT", "/providers/shared", `{"usage_limits":{"credit_limit":5,"alert_threshold":5}}`, 400, []string{`"path":"usage_limits.alert_threshold"`}},
		"another workspace's, from its key": {workspace, "GET", "/providers/elsewhere?workspace_id=" + second, ``, 404, []string{"AB08"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			got := w.do(tt.actor, tt.method, tt.path, tt.body)
			if got.status != tt.status {
				t.Fatalf("%d %s", got.status, got.text)
			}
			for _, want := range tt.contain {
				if !strings.Contains(got.text, want) {
					t.Errorf("no %s in %s", want, got.text)
				}
			}
			w.errorShape(got)
		})
	}
	if list := w.must(workspace, "GET", "/providers", ""); list["total"] != 1.0 {
		t.Errorf("a refused request stored something: %v", list["total"])
	}
}
