package adminapi

import (
	"strings"
	"testing"
)

// prepared is a world with an organisation-level integration "shared" and a
// second workspace.
func prepared(t testing.TB) (w *world, first, second string) {
	w = newWorld(t)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"Shared","slug":"shared","ai_provider_id":"openai","key":"`+w.plant("sk-shared-canary-333333-ee")+`","configurations":{"openai_project":"p"}}`)
	second = w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Second"}`)["slug"].(string)
	return w, w.made.Workspace.Slug, second
}

// rowOf is one workspace's row of a list of access.
func rowOf(t testing.TB, access map[string]any, slug string) map[string]any {
	t.Helper()
	for _, r := range access["workspaces"].([]any) {
		if row := r.(map[string]any); row["id"] == slug {
			return row
		}
	}
	t.Fatalf("no row of %s in %v", slug, access)
	return nil
}

func TestGrantingMakesTheProviderAndTakingAwayKeepsTheRow(t *testing.T) {
	w, first, second := prepared(t)
	limits := `[{"credit_limit":10,"type":"cost"}]`
	same(t, "answer", w.must(orgAdmin, "PUT", "/integrations/shared/workspaces",
		`{"workspaces":[{"id":"`+first+`","enabled":true,"usage_limits":`+limits+`},{"id":"`+second+`","enabled":true,"default_provider_slug":"ours"}]}`), `{}`)
	got := w.must(orgAdmin, "GET", "/integrations/shared/workspaces", "")
	row := rowOf(t, got, first)
	if got["total"] != 2.0 || row["enabled"] != true {
		t.Errorf("access %v", got)
	}
	shown := `[{"credit_limit":10,"type":"cost","current_usage":0}]`
	same(t, "limits", row["usage_limits"], shown)
	same(t, "unset limits", []any{row["rate_limits"], rowOf(t, got, second)["usage_limits"]}, `[null,null]`)
	if d := w.must(orgAdmin, "GET", "/integrations/shared", ""); d["workspace_count"] != 2.0 {
		t.Errorf("workspace_count %v", d["workspace_count"])
	}
	if p := w.must(workspace, "GET", "/providers/shared", ""); p["integration_id"] != "shared" || p["object"] != "provider" || p["ai_provider_name"] != "openai" {
		t.Errorf("provider %v", p)
	}
	if p := w.must(orgAdmin, "GET", "/providers/ours?workspace_id="+second, ""); p["slug"] != "ours" {
		t.Errorf("provider %v", p)
	}

	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+first+`","enabled":false}]}`)
	row = rowOf(t, w.must(orgAdmin, "GET", "/integrations/shared/workspaces", ""), first)
	same(t, "row", []any{row["enabled"], row["usage_limits"]}, `[false,`+shown+`]`)
	if got := w.do(workspace, "GET", "/integrations/shared", ""); got.status != 404 {
		t.Errorf("the integration is still there for the workspace: %d", got.status)
	}
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+string(w.made.Workspace.ID)+`","enabled":true,"usage_limits":null}]}`)
	if list := w.must(workspace, "GET", "/providers", ""); list["total"] != 1.0 {
		t.Errorf("granting again made another provider: %v", list["total"])
	}
	row = w.must(workspace, "GET", "/integrations/shared/workspaces", "")["workspaces"].([]any)[0].(map[string]any)
	same(t, "cleared limits", []any{row["id"], row["usage_limits"]}, `["`+first+`",null]`)
	if !strings.Contains(w.audit(), `"workspace_access":{"enabled":false`) {
		t.Error("taking away is not in the audit log")
	}
}

func TestGlobalAccessReachesNewWorkspacesAndOverridesOldOnes(t *testing.T) {
	w, first, second := prepared(t)
	global := `{"enabled":true,"usage_limits":[{"credit_limit":5}],"rate_limits":null}`
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+first+`","enabled":false}],"global_workspace_access":`+global+`}`)
	got := w.must(orgAdmin, "GET", "/integrations/shared/workspaces", "")
	same(t, "global", got["global_workspace_access"], global)
	same(t, "existing rows stay", got["total"], `1`)
	d := w.must(orgAdmin, "GET", "/integrations/shared", "")
	same(t, "detail", []any{d["global_workspace_access"], d["global_workspace_access_settings"]}, "["+global+","+global+"]")

	third := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Third"}`)["slug"].(string)
	if p := w.must(orgAdmin, "GET", "/providers/shared?workspace_id="+third, ""); p["slug"] != "shared" {
		t.Errorf("the new workspace has %v", p)
	}
	if got := w.do(orgAdmin, "DELETE", "/admin/workspaces/"+third, `{"name":"Third"}`); got.status != 409 {
		t.Errorf("deleting it plainly: %d", got.status)
	}
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[],"override_existing_workspaces_access":true}`)
	row := rowOf(t, w.must(orgAdmin, "GET", "/integrations/shared/workspaces", ""), first)
	same(t, "overridden", []any{row["id"], row["enabled"], row["usage_limits"]}, `["`+first+`",true,[{"credit_limit":5,"current_usage":0}]]`)
	if got := w.do(orgAdmin, "GET", "/providers/shared?workspace_id="+second, ""); got.status != 404 {
		t.Errorf("a workspace without a row was granted access: %d", got.status)
	}
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"global_workspace_access":null}`)
	same(t, "cleared", w.must(orgAdmin, "GET", "/integrations/shared", "")["global_workspace_access"], `null`)
}

func TestWorkspaceLevelIntegration(t *testing.T) {
	w, _, second := prepared(t)
	made := w.must(workspace, "POST", "/integrations", `{"name":"Local","slug":"local","ai_provider_id":"anthropic","key":"k12345678","workspace_id":"`+second+`","default_provider_slug":"mine"}`)
	d := w.must(workspace, "GET", "/integrations/"+made["id"].(string), "")
	if d["type"] != "workspace" || d["workspace_id"] != string(w.made.Workspace.ID) || d["workspace_count"] != 1.0 {
		t.Errorf("a workspace key was not locked to its workspace: %v", d)
	}
	w.must(workspace, "GET", "/providers/mine", "")
	w.must(workspace, "POST", "/integrations", `{"name":"Bare","slug":"bare","ai_provider_id":"openai","key":"k12345678","create_default_provider":false}`)
	if got := w.do(workspace, "GET", "/providers/bare", ""); got.status != 404 {
		t.Errorf("a provider nobody asked for: %d", got.status)
	}
	got := w.do(workspace, "PUT", "/integrations/local/workspaces", `{"workspaces":[{"id":"`+second+`","enabled":true}],"global_workspace_access":{"enabled":true}}`)
	if got.status != 400 || !strings.Contains(got.text, `"path":"workspaces[0].id"`) || !strings.Contains(got.text, `"path":"global_workspace_access"`) {
		t.Errorf("granting to another workspace: %d %s", got.status, got.text)
	}
	w.must(workspace, "PUT", "/integrations/local/workspaces", `{"workspaces":[{"id":"`+w.made.Workspace.Slug+`","enabled":true,"rate_limits":[{"type":"requests","unit":"rpm","value":3}]}]}`)
	if list := w.must(workspace, "GET", "/integrations?type=workspace", ""); list["total"] != 2.0 {
		t.Errorf("workspace-level ones: %v", list["total"])
	}
}

func TestAccessRefusals(t *testing.T) {
	w, first, second := prepared(t)
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+first+`","enabled":true,"default_provider_slug":"taken"}]}`)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"B","slug":"b","ai_provider_id":"openai","key":"k12345678"}`)
	tests := map[string]struct {
		actor, body string
		status      int
		contain     []string
	}{
		"everything wrong at once": {orgAdmin, `{"workspaces":[{"id":"ws-none","enabled":true},{"enabled":1},{"id":"` + second + `","usage_limits":[{"credit_limit":0}]},{"id":"` + second + `","enabled":true}],
			"global_workspace_access":{"rate_limits":[{}]},"default_provider_slug":"no slug"}`, 400,
			[]string{`"path":"workspaces[0].id"`, `"path":"workspaces[1].id"`, `"path":"workspaces[1].enabled"`, `"path":"workspaces[3].id"`, `"path":"workspaces[2].enabled"`, `"path":"workspaces[2].usage_limits[0].credit_limit"`, `"path":"global_workspace_access.enabled"`, `"path":"global_workspace_access.rate_limits[0].unit"`, `"path":"default_provider_slug"`}},
		"unknown workspace":              {orgAdmin, `{"workspaces":[{"id":"ws-none","enabled":true}]}`, 400, []string{`"path":"workspaces[0].id"`}},
		"one workspace twice":            {orgAdmin, `{"workspaces":[{"id":"` + second + `","enabled":true},{"id":"` + second + `","enabled":false}]}`, 400, []string{`"path":"workspaces[1].id"`}},
		"override without global access": {orgAdmin, `{"override_existing_workspace_access":true}`, 400, []string{"override_existing_workspace_access"}},
		"taken provider slug":            {orgAdmin, `{"workspaces":[{"id":"` + first + `","enabled":true,"default_provider_slug":"taken"}]}`, 400, []string{`"path":"workspaces[0].default_provider_slug"`}},
		"taken provider slug for all":    {orgAdmin, `{"workspaces":[{"id":"` + first + `","enabled":true}],"default_provider_slug":"taken"}`, 400, []string{`"path":"default_provider_slug"`}},
		"with a workspace key":           {workspace, `{"workspaces":[{"id":"` + first + `","enabled":true}]}`, 404, []string{"AB08"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			got := w.do(tt.actor, "PUT", "/integrations/b/workspaces", tt.body)
			if got.status != tt.status {
				t.Fatalf("%d %s", got.status, got.text)
			}
			for _, want := range tt.contain {
				if !strings.Contains(got.text, want) {
					t.Errorf("no %s in %s", want, got.text)
				}
			}
		})
	}
	if got := w.must(orgAdmin, "GET", "/integrations/b/workspaces", ""); got["total"] != 0.0 {
		t.Errorf("a refused request granted something: %v", got)
	}
	if got := w.do(workspace, "PUT", "/integrations/shared", `{"name":"mine"}`); got.status != 403 {
		t.Errorf("a workspace key changes the organisation's integration: %d", got.status)
	}
	same(t, "workspace keys see their own row only", w.must(workspace, "GET", "/integrations/shared/workspaces", "")["total"], `1`)
}

func TestProvidersAndVirtualKeys(t *testing.T) {
	w, first, _ := prepared(t)
	w.must(orgAdmin, "POST", "/secret-references", reference("r"))
	w.must(orgAdmin, "PUT", "/integrations/shared", `{"configurations":{"custom_headers":{"x-a":"`+w.plant("canary-header-999")+`"}},"secret_mappings":[{"target_field":"configurations.openai_organization","secret_reference_id":"r"}]}`)
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+first+`","enabled":true}]}`)
	vk := w.must(workspace, "GET", "/virtual-keys/shared", "")
	same(t, "virtual key", map[string]any{
		"object": vk["object"], "key": vk["masked_api_key"], "config": vk["model_config"], "provider": vk["ai_provider_name"],
		"mappings": vk["secret_mappings"], "usage_limits": vk["usage_limits"], "rate_limits": vk["rate_limits"], "status": vk["status"], "slug": vk["slug"],
	}, `{"object":"virtual-key","key":"sk*******ee","config":{"openaiProject":"p","maskedCustomHeaders":{"x-a":"ca*******99"}},"provider":"openai",
		"mappings":[{"target_field":"model_config.openaiOrganization","secret_reference_id":"r","secret_key":null,"value_format":null}],
		"usage_limits":null,"rate_limits":null,"status":"active","slug":"shared"}`)
	if list := w.must(workspace, "GET", "/virtual-keys?", ""); list["total"] != 1.0 {
		t.Errorf("virtual keys: %v", list)
	}
	if list := w.must(orgAdmin, "GET", "/providers?workspace_id="+first+"&page_size=5", ""); list["total"] != 1.0 {
		t.Errorf("providers: %v", list)
	}
	id := vk["id"].(string)
	w.must(workspace, "GET", "/providers/"+id+"?workspace_id=ws-elsewhere", "")
	if got := w.do(orgAdmin, "GET", "/providers/shared", ""); got.status != 400 || !strings.Contains(got.text, "workspace_id") {
		t.Errorf("without a workspace: %d %s", got.status, got.text)
	}
	if got := w.do(orgAdmin, "GET", "/virtual-keys/none?workspace_id="+first, ""); got.status != 404 {
		t.Errorf("unknown: %d", got.status)
	}
	w.must(orgAdmin, "DELETE", "/integrations/shared", "")
	if got := w.do(workspace, "GET", "/providers/shared", ""); got.status != 404 {
		t.Errorf("of a deleted integration: %d", got.status)
	}
}

func TestGlobalAccessKeepsWhatIsNotNamed(t *testing.T) {
	w, _, _ := prepared(t)
	const path, limit, rate = "/integrations/shared/workspaces", `[{"credit_limit":5,"type":"cost"}]`, `[{"type":"requests","unit":"rpm","value":3}]`
	put := func(global string) response {
		t.Helper()
		return w.do(orgAdmin, "PUT", path, `{"global_workspace_access":`+global+`}`)
	}
	put(`{"enabled":true,"usage_limits":` + limit + `,"rate_limits":` + rate + `}`)
	steps := []struct{ what, global, want string }{
		{"nothing but the switch", `{"enabled":false}`, `{"enabled":false,"usage_limits":` + limit + `,"rate_limits":` + rate + `}`},
		{"a mistyped name", `{"enabled":true,"usage_limit":null}`, `{"enabled":true,"usage_limits":` + limit + `,"rate_limits":` + rate + `}`},
		{"null for one", `{"enabled":true,"rate_limits":null}`, `{"enabled":true,"usage_limits":` + limit + `,"rate_limits":null}`},
		{"an empty array for the other", `{"enabled":true,"usage_limits":[]}`, `{"enabled":true,"usage_limits":null,"rate_limits":null}`},
		{"null for all", `null`, `null`},
		{"from nothing", `{"enabled":true,"rate_limits":` + rate + `}`, `{"enabled":true,"usage_limits":null,"rate_limits":` + rate + `}`},
	}
	for _, s := range steps {
		got := put(s.global)
		if got.status != 200 {
			t.Fatalf("%s: %d %s", s.what, got.status, got.text)
		}
		if ignored := got.header.Get(ignoredHeader); (ignored == "global_workspace_access.usage_limit") != (s.what == "a mistyped name") {
			t.Errorf("%s: ignored %q", s.what, ignored)
		}
		same(t, s.what, w.must(orgAdmin, "GET", path, "")["global_workspace_access"], s.want)
	}
}

// What a grant asks of providers is done, refused, or named as ignored.
func TestWhatIsAskedOfDefaultProviders(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	tests := map[string]struct {
		body    string // {first} has the provider "shared"; "taken" there leads elsewhere
		status  int
		ignored string
	}{
		"nothing":                              {`{"workspaces":[{"id":"{first}","enabled":true}]}`, 200, ""},
		"the slug it has":                      {`{"workspaces":[{"id":"{first}","enabled":true,"default_provider_slug":"shared","create_default_provider":true}]}`, 200, ""},
		"another slug":                         {`{"workspaces":[{"id":"{first}","enabled":true,"default_provider_slug":"new"}]}`, 200, "workspaces[0].default_provider_slug"},
		"another slug, taken":                  {`{"workspaces":[{"id":"{first}","enabled":true,"default_provider_slug":"taken"}]}`, 400, ""},
		"another slug, taken, for all":         {`{"workspaces":[{"id":"{first}","enabled":true}],"default_provider_slug":"taken"}`, 400, ""},
		"a taken slug where access is taken":   {`{"workspaces":[{"id":"{first}","enabled":false,"default_provider_slug":"taken"}]}`, 200, "workspaces[0].default_provider_slug"},
		"a provider where access is taken":     {`{"workspaces":[{"id":"{first}","enabled":false,"create_default_provider":true}]}`, 200, "workspaces[0].create_default_provider"},
		"no provider where access is taken":    {`{"workspaces":[{"id":"{first}","enabled":false,"create_default_provider":false}]}`, 200, ""},
		"a slug for all, that one can have":    {`{"workspaces":[{"id":"{first}","enabled":true},{"id":"{second}","enabled":true}],"default_provider_slug":"new"}`, 200, ""},
		"a slug for all, when all have theirs": {`{"workspaces":[{"id":"{first}","enabled":true},{"id":"{second}","enabled":true,"default_provider_slug":"own"}],"default_provider_slug":"new"}`, 200, "default_provider_slug"},
		"a slug and no provider":               {`{"workspaces":[{"id":"{second}","enabled":true,"create_default_provider":false,"default_provider_slug":"new"}]}`, 200, "workspaces[0].default_provider_slug"},
		"a slug and a provider for nobody":     {`{"workspaces":[],"default_provider_slug":"new","create_default_provider":true}`, 200, "default_provider_slug,create_default_provider"},
		"a provider that was deleted":          {`{"workspaces":[{"id":"{third}","enabled":true,"create_default_provider":true}]}`, 200, "workspaces[0].create_default_provider"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w, first, second := prepared(t)
			third := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Third"}`)["slug"].(string)
			w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+first+`","enabled":true},{"id":"`+third+`","enabled":true,"default_provider_slug":"gone"}]}`)
			w.must(orgAdmin, "DELETE", "/providers/gone?workspace_id="+third, "")
			w.must(workspace, "POST", "/integrations", `{"name":"T","slug":"taken","ai_provider_id":"openai","key":"k12345678"}`)
			before := w.must(workspace, "GET", "/providers", "")["total"]
			got := w.do(orgAdmin, "PUT", "/integrations/shared/workspaces", strings.NewReplacer("{first}", first, "{second}", second, "{third}", third).Replace(tt.body))
			if got.status != tt.status || got.header.Get(ignoredHeader) != tt.ignored {
				t.Errorf("%d %s, ignored %q", got.status, got.text, got.header.Get(ignoredHeader))
			}
			if tt.status == 400 && !strings.Contains(got.text, "is taken in the workspace") {
				t.Errorf("%s", got.text)
			}
			if after := w.must(workspace, "GET", "/providers", "")["total"]; after != before {
				t.Errorf("%v providers became %v", before, after)
			}
		})
	}
	w, _, _ := prepared(t)
	for body, ignored := range map[string]string{
		`{"name":"n","ai_provider_id":"openai","key":"k12345678","create_default_provider":true,"default_provider_slug":"p"}`:                                                 "create_default_provider,default_provider_slug",
		`{"name":"n","ai_provider_id":"openai","key":"k12345678","create_default_provider":false,"default_provider_slug":"p","workspace_id":"` + w.made.Workspace.Slug + `"}`: "default_provider_slug",
		`{"name":"n","ai_provider_id":"openai","key":"k12345678","create_default_provider":true,"default_provider_slug":"p","workspace_id":"` + w.made.Workspace.Slug + `"}`:  "",
	} {
		if got := w.do(orgAdmin, "POST", "/integrations", body); got.status != 200 || got.header.Get(ignoredHeader) != ignored {
			t.Errorf("%s: %d %s, ignored %q", body, got.status, got.text, got.header.Get(ignoredHeader))
		}
	}
}
