package adminapi

import (
	"strings"
	"testing"
)

// A key that may manage keys must not become more than it is.
func TestAnOrganisationKeyGrantsOnlyWhatItHolds(t *testing.T) {
	w := newWorld(t)
	id := w.key("keeper", "organisation/service",
		`{"name":"k","scopes":["organisation_service_api_keys.create","organisation_service_api_keys.update","organisation_service_api_keys.rotate","organisation_service_api_keys.read","workspace_service_api_keys.create"]}`)
	strong := w.must(orgAdmin, "POST", "/api-keys/organisation/service", `{"name":"s","scopes":["secret_references.list"]}`)["id"].(string)
	tests := map[string]struct {
		method, path, body string
		status             int
	}{
		"another key with a scope it lacks": {"POST", "/api-keys/organisation/service", `{"name":"x","scopes":["secret_references.list"]}`, 403},
		"itself a scope it lacks":           {"PUT", "/api-keys/" + id, `{"scopes":["secret_references.list"]}`, 403},
		"the secret of a stronger key":      {"POST", "/api-keys/" + strong + "/rotate", ``, 403},
		"a scope it holds":                  {"POST", "/api-keys/organisation/service", `{"name":"x","scopes":["organisation_service_api_keys.read"]}`, 200},
		"what only workspace keys can hold": {"POST", "/api-keys/workspace/service", `{"name":"x","workspace_id":"` + w.made.Workspace.Slug + `","scopes":["completions.write"]}`, 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := w.do("keeper", tt.method, tt.path, tt.body)
			if r.status != tt.status || tt.status == 403 && !strings.Contains(r.text, "AB03") {
				t.Errorf("%d %s, want %d", r.status, r.text, tt.status)
			}
		})
	}
}

// Whatever may be done to a key, may be done to no stronger one.
func TestKeysAreChangedByNoWeakerKey(t *testing.T) {
	w := newWorld(t)
	ws := w.made.Workspace.Slug
	service := func(actor, scopes string) string {
		return w.key(actor, "workspace/service", `{"name":"k","workspace_id":"`+ws+`","scopes":[`+scopes+`]}`)
	}
	const manage = `"workspace_service_api_keys.update","workspace_service_api_keys.rotate","workspace_service_api_keys.delete"`
	service("manager", manage+`,"providers.list"`)
	w.key("organisation manager", "organisation/service", `{"name":"k","scopes":[`+manage+`,"providers.list"]}`)
	weaker, equal, stronger := `"providers.list"`, manage+`,"providers.list"`, `"providers.list","providers.read"`
	tests := map[string]struct {
		actor, target string
		status        int
	}{
		"a weaker key":                                {"manager", weaker, 200},
		"an equal key":                                {"manager", equal, 200},
		"a stronger key":                              {"manager", stronger, 403},
		"a key of no scopes at all":                   {"manager", ``, 200},
		"one that calls models":                       {"manager", `"completions.write"`, 403},
		"a weaker key, of the organisation":           {"organisation manager", weaker, 200},
		"a stronger key, of the organisation":         {"organisation manager", stronger, 403},
		"what organisation keys cannot hold":          {"organisation manager", `"completions.write"`, 200},
		"the workspace's administrator":               {workspace, stronger, 200},
		"the organisation's administrator":            {orgAdmin, stronger + `,"completions.write"`, 200},
		"the organisation's administrator, an equal ": {orgAdmin, equal, 200},
	}
	for name, tt := range tests {
		for what, change := range map[string][3]string{
			"its scopes":      {"PUT", "", `{"scopes":[]}`},
			"its name":        {"PUT", "", `{"name":"n"}`},
			"its end":         {"PUT", "", `{"expires_at":"2031-01-01T00:00:00Z"}`},
			"its limits":      {"PUT", "", `{"usage_limits":null,"rate_limits":null}`},
			"its usage":       {"PUT", "", `{"reset_usage":true}`},
			"nothing":         {"PUT", "", `{}`},
			"what is no body": {"PUT", "", `{"name":1}`},
			"its secret":      {"POST", "/rotate", ``},
			"its being there": {"DELETE", "", ``},
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				w := w.in(t)
				id := service("target", tt.target)
				before := w.must(orgAdmin, "GET", "/api-keys/"+id, "")
				got := w.do(tt.actor, change[0], "/api-keys/"+id+change[1], change[2])
				want := tt.status
				if what == "what is no body" && want == 200 {
					want = 400
				}
				if got.status != want {
					t.Fatalf("%d %s, want %d", got.status, got.text, want)
				}
				if want == 403 && jsonOf(t, w.must(orgAdmin, "GET", "/api-keys/"+id, "")) != jsonOf(t, before) {
					t.Error("it was changed all the same")
				}
			})
		}
	}
}

func TestTheFirstWorkspaceKeyIsNotForWeakerKeys(t *testing.T) {
	w := newWorld(t)
	w.key("manager", "workspace/service", `{"name":"k","workspace_id":"`+w.made.Workspace.Slug+
		`","scopes":["workspace_service_api_keys.update","workspace_service_api_keys.rotate","workspace_service_api_keys.delete"]}`)
	var first string
	for _, k := range w.must(orgAdmin, "GET", "/api-keys", "")["data"].([]any) {
		if k := k.(map[string]any); k["name"] == "Default workspace" {
			first = "/api-keys/" + k["id"].(string)
		}
	}
	for _, change := range [][3]string{{"PUT", "", `{"scopes":[]}`}, {"POST", "/rotate", ``}, {"DELETE", "", ``}} {
		if got := w.do("manager", change[0], first+change[1], change[2]); got.status != 403 {
			t.Errorf("%v: %d %s", change, got.status, got.text)
		}
	}
	w.must(workspace, "PUT", first, `{"name":"Renamed by itself"}`)
	w.must(orgAdmin, "PUT", first, `{"scopes":["completions.write"]}`)
}
