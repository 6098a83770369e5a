package adminapi

import (
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
)

func TestAPIKeyLifeCycle(t *testing.T) {
	w := newWorld(t)
	ws := w.made.Workspace.Slug
	made := w.must(orgAdmin, "POST", "/api-keys/workspace/service", `{"name":"app","type":"workspace","sub-type":"service","workspace_id":"`+ws+`",
		"scopes":["completions.write","providers.list"],"usage_limits":{"credit_limit":0.5e1,"periodic_reset":null},"rate_limits":[{"type":"requests","unit":"rps","value":5}],
		"defaults":{"metadata":{"env":"dev"},"allow_config_override":false},"alert_emails":["a@example.com"],"expires_at":"2031-01-01T00:00:00Z"}`)
	plain, id := made["key"].(string), made["id"].(string)
	if !claviger.WellFormed(plain) || made["object"] != "api-key" {
		t.Errorf("made %v", made["object"])
	}
	w.keys["app"] = plain
	w.must("app", "GET", "/providers", "")
	w.plant(plain)
	got := w.must(orgAdmin, "GET", "/api-keys/"+id, "")
	same(t, "detail", map[string]any{
		"key": got["key"], "type": got["type"], "status": got["status"], "usage_limits": got["usage_limits"], "rate_limits": got["rate_limits"],
		"scopes": got["scopes"], "defaults": got["defaults"], "allow": got["allow_config_override"], "emails": got["alert_emails"],
		"expires_at": got["expires_at"], "user_id": got["user_id"], "mode": got["creation_mode"], "rotation": got["rotation_policy"], "reset": got["reset_usage"],
	}, `{"key":"cl*******`+plain[len(plain)-2:]+`","type":"workspace-service","status":"active","usage_limits":{"credit_limit":5,"periodic_reset":null,"current_usage":0},
		"rate_limits":[{"type":"requests","unit":"rps","value":5}],"scopes":["completions.write","providers.list"],
		"defaults":{"metadata":{"env":"dev"},"config_id":null,"allow_config_override":false},"allow":0,"emails":["a@example.com"],
		"expires_at":"2031-01-01T00:00:00.000Z","user_id":null,"mode":"api","rotation":null,"reset":0}`)

	same(t, "change", w.must(orgAdmin, "PUT", "/api-keys/"+id, `{"id":"`+id+`","usage_limits":null,"rate_limits":null,"alert_emails":null,"expires_at":null,"defaults":{"config_id":null},"reset_usage":true}`), `{}`)
	got = w.must(orgAdmin, "GET", "/api-keys/"+id, "")
	same(t, "cleared", []any{got["usage_limits"], got["rate_limits"], got["alert_emails"], got["expires_at"], got["name"], got["defaults"]},
		`[null,[],[],null,"app",{"metadata":{"env":"dev"},"config_id":null,"allow_config_override":false}]`)

	if list := w.must(orgAdmin, "GET", "/api-keys?workspace_id="+ws+"&ids="+id, ""); list["total"] != 1.0 {
		t.Errorf("by id: %v", list["total"])
	}
	if list := w.must(orgAdmin, "GET", "/api-keys", ""); list["total"] != 3.0 {
		t.Errorf("all: %v", list["total"])
	}
	if list := w.must(workspace, "GET", "/api-keys?workspace_id=elsewhere", ""); list["total"] != 2.0 {
		t.Errorf("a workspace key sees %v keys", list["total"])
	}
	same(t, "deletion", w.must(orgAdmin, "DELETE", "/api-keys/"+id, `{"any":"thing"}`), `{}`)
	if got := w.do(orgAdmin, "GET", "/api-keys/"+id, ""); got.status != 404 {
		t.Errorf("after deletion: %d", got.status)
	}
	if got := w.do("app", "GET", "/providers", ""); got.status != 401 {
		t.Errorf("a revoked key: %d", got.status)
	}
}

func TestUserKeysFallBackToTheOwner(t *testing.T) {
	w := newWorld(t)
	a := w.key("u1", "workspace/user", `{"name":"u","workspace_id":"`+w.made.Workspace.Slug+`","scopes":["prompts.read"]}`)
	b := w.key("u2", "workspace/user", `{"name":"u","user_id":"11111111-2222-3333-4444-555555555555","workspace_id":"`+w.made.Workspace.Slug+`","scopes":[]}`)
	first, second := w.must(orgAdmin, "GET", "/api-keys/"+a, ""), w.must(orgAdmin, "GET", "/api-keys/"+b, "")
	if !claviger.IsUUID(first["user_id"].(string)) || first["type"] != "workspace-user" {
		t.Errorf("user key %v", first)
	}
	if second["user_id"] != "11111111-2222-3333-4444-555555555555" {
		t.Errorf("user id %v", second["user_id"])
	}
}

func TestAPIKeysOfKindsOneMayNotListAreNotListed(t *testing.T) {
	w := newWorld(t)
	w.key("lister", "organisation/service", `{"name":"l","scopes":["workspace_service_api_keys.list"]}`)
	list := w.must("lister", "GET", "/api-keys", "")
	if list["total"] != 1.0 || strings.Contains(w.do("lister", "GET", "/api-keys", "").text, "organisation-service") {
		t.Errorf("listed %v", list)
	}
}

func TestAPIKeyRefusals(t *testing.T) {
	w := newWorld(t)
	ws := w.made.Workspace.Slug
	other := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Other"}`)["slug"].(string)
	foreign := w.key("other workspace", "workspace/service", `{"name":"o","workspace_id":"`+other+`","scopes":[]}`)
	w.key("maker", "workspace/service", `{"name":"m","workspace_id":"`+ws+`","scopes":["workspace_service_api_keys.create","workspace_service_api_keys.update","completions.write"]}`)
	org := w.key("second admin", "organisation/service", `{"name":"2","scopes":[]}`)
	tests := map[string]struct {
		actor, method, path, body string
		status                    int
		contain                   []string
	}{
		"everything wrong at once": {orgAdmin, "POST", "/api-keys/workspace/service", `{"name":1,"scopes":["completions.write","nonsense","workspaces.create"],"usage_limits":[],"rate_limits":{},"expires_at":"2020-01-01T00:00:00Z","alert_emails":["nobody"],"defaults":{"metadata":{"a":1},"allow_config_override":1}}`, 400,
			[]string{`"path":"name"`, `"path":"workspace_id"`, `"path":"scopes[1]"`, `"path":"scopes[2]"`, `"path":"usage_limits"`, `"path":"rate_limits"`, `"path":"expires_at"`, `"path":"alert_emails[0]"`, `"path":"defaults.metadata.a"`, `"path":"defaults.allow_config_override"`}},
		"no scopes":                      {orgAdmin, "POST", "/api-keys/organisation/service", `{"name":"n"}`, 400, []string{`"path":"scopes"`}},
		"unknown type":                   {orgAdmin, "POST", "/api-keys/galaxy/service", `{"name":"n","scopes":[]}`, 400, []string{`"path":"type"`}},
		"unknown sub-type":               {orgAdmin, "POST", "/api-keys/workspace/robot", `{"name":"n","scopes":[]}`, 400, []string{`"path":"subType"`}},
		"organisation key of a user":     {orgAdmin, "POST", "/api-keys/organisation/user", `{"name":"n","scopes":[]}`, 400, []string{`"path":"subType"`}},
		"scope the kind cannot hold":     {orgAdmin, "POST", "/api-keys/organisation/service", `{"name":"n","scopes":["completions.write"]}`, 400, []string{`"path":"scopes[0]"`, "organisation-service"}},
		"expired from the start":         {orgAdmin, "PUT", "/api-keys/" + org, `{"expires_at":"2030-05-06T07:08:09Z"}`, 400, []string{`"path":"expires_at"`, "past"}},
		"no time at all":                 {orgAdmin, "PUT", "/api-keys/" + org, `{"expires_at":"tomorrow"}`, 400, []string{`"path":"expires_at"`}},
		"workspace that is not there":    {orgAdmin, "POST", "/api-keys/workspace/service", `{"name":"n","workspace_id":"ws-none","scopes":[]}`, 403, []string{"AB03"}},
		"more than the maker holds":      {"maker", "POST", "/api-keys/workspace/service", `{"name":"n","scopes":["providers.list"]}`, 403, []string{"AB03"}},
		"organisation key by workspace":  {"maker", "POST", "/api-keys/organisation/service", `{"name":"n","scopes":[]}`, 403, []string{"AB03"}},
		"user key without that scope":    {"maker", "POST", "/api-keys/workspace/user", `{"name":"n","scopes":[]}`, 403, []string{"AB03"}},
		"another workspace's key, read":  {workspace, "GET", "/api-keys/" + foreign, ``, 404, []string{"AB08"}},
		"another workspace's key, gone":  {workspace, "DELETE", "/api-keys/" + foreign, ``, 404, []string{"AB08"}},
		"organisation key by workspace ": {workspace, "PUT", "/api-keys/" + org, `{"name":"mine"}`, 404, []string{"AB08"}},
		"unknown key":                    {orgAdmin, "GET", "/api-keys/11111111-2222-3333-4444-555555555555", ``, 404, []string{"AB08"}},
		"no id at all":                   {orgAdmin, "GET", "/api-keys/%ff%00", ``, 404, []string{"AB08"}},
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
}

func TestWorkspaceKeyMakesKeysOfItsOwnWorkspace(t *testing.T) {
	w := newWorld(t)
	made := w.must(workspace, "POST", "/api-keys/workspace/service", `{"name":"n","workspace_id":"ws-elsewhere","scopes":["completions.write"]}`)
	got := w.must(workspace, "GET", "/api-keys/"+made["id"].(string), "")
	if got["workspace_id"] != string(w.made.Workspace.ID) {
		t.Errorf("made in %v", got["workspace_id"])
	}
}
