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
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
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

// Limits and an expiry hold the one who holds the key, whatever it may manage.
func TestAKeyDoesNotGetOutOfItsBounds(t *testing.T) {
	w := newWorld(t)
	ws := w.made.Workspace.Slug
	const scopes = `"scopes":["workspace_service_api_keys.create","workspace_service_api_keys.update","workspace_service_api_keys.rotate","workspace_service_api_keys.delete","completions.write"]`
	key := func(actor, more string) string {
		return w.key(actor, "workspace/service", `{"name":"k","workspace_id":"`+ws+`",`+scopes+more+`}`)
	}
	own := map[string]string{
		"free":    key("free", ``),
		"budget":  key("budget", `,"usage_limits":{"credit_limit":5},"defaults":{"config_id":"pc-bound","allow_config_override":false}`),
		"gives":   key("gives", `,"rate_limits":[{"type":"requests","unit":"rpm","value":5}]`),
		"rate":    key("rate", `,"rate_limits":[{"type":"requests","unit":"rpm","value":5}]`),
		"expires": key("expires", `,"expires_at":"2030-08-01T00:00:00Z"`),
	}
	sooner, later := `"expires_at":"2030-08-01T00:00:00Z"`, `"expires_at":"2030-08-01T00:00:00.001Z"`
	create := func(more string) [3]string {
		return [3]string{"POST", "/api-keys/workspace/service", `{"name":"n","scopes":["completions.write"]` + more + `}`}
	}
	put := func(body string) [3]string { return [3]string{"PUT", "/api-keys/{id}", `{` + body + `}`} }
	rotate, remove := [3]string{"POST", "/api-keys/{id}/rotate", ``}, [3]string{"DELETE", "/api-keys/{id}", ``}
	const self, limited, outlived = "A key cannot change its own", "has limits of its own", "must have an expires_at"
	tests := map[string]struct {
		actor   string
		target  string // of another key, what it has more; or "itself"
		ask     [3]string
		refused string
	}{
		"a key lifts its budget":                           {"budget", "itself", put(`"usage_limits":null`), self},
		"a key raises its budget":                          {"budget", "itself", put(`"usage_limits":{"credit_limit":6}`), self},
		"a key gives itself a budget":                      {"free", "itself", put(`"usage_limits":{"credit_limit":6}`), self},
		"a key lifts its rate":                             {"rate", "itself", put(`"rate_limits":null`), self},
		"a key starts its budget again":                    {"budget", "itself", put(`"reset_usage":true`), self},
		"a key prolongs itself":                            {"expires", "itself", put(later), self},
		"a key never expires any more":                     {"expires", "itself", put(`"expires_at":null`), self},
		"a key frees itself from its config":               {"budget", "itself", put(`"defaults":{"allow_config_override":true}`), self},
		"a key is renamed by itself":                       {"budget", "itself", put(`"name":"n","description":"d"`), ""},
		"a key sends back what it has":                     {"budget", "itself", put(`"name":"m","usage_limits":{"credit_limit":5,"current_usage":1},"rate_limits":null,` + scopes), ""},
		"a key rotates itself":                             {"rate", "itself", rotate, ""},
		"a key gives up scopes":                            {"gives", "itself", put(`"scopes":["workspace_service_api_keys.update","workspace_service_api_keys.create","workspace_service_api_keys.rotate","workspace_service_api_keys.delete"]`), ""},
		"a key with a budget makes one":                    {"budget", "", create(``), limited},
		"a key with a budget makes one with the same":      {"budget", "", create(`,"usage_limits":{"credit_limit":5}`), limited},
		"a key with a rate makes one":                      {"rate", "", create(``), limited},
		"a key with a budget rotates another":              {"budget", ``, rotate, limited},
		"a key with a budget lifts another's":              {"budget", `,"usage_limits":{"credit_limit":5}`, put(`"usage_limits":null`), limited},
		"a key with a rate gives another scopes":           {"rate", `,"scopes":[]`, put(`"scopes":["completions.write"]`), limited},
		"a key with a budget takes scopes from another":    {"budget", ``, put(`"scopes":[]`), ""},
		"a key with a budget renames another":              {"budget", ``, put(`"name":"n"`), ""},
		"a key with a budget deletes another":              {"budget", ``, remove, ""},
		"a key without limits makes one":                   {"free", "", create(``), ""},
		"a key without limits lifts another's":             {"free", `,"usage_limits":{"credit_limit":5}`, put(`"usage_limits":null,"reset_usage":true`), ""},
		"a key that expires makes one that does not":       {"expires", "", create(``), outlived},
		"a key that expires makes one that is there then":  {"expires", "", create(`,` + later), outlived},
		"a key that expires makes one that goes with it":   {"expires", "", create(`,` + sooner), ""},
		"a key that expires rotates one that does not":     {"expires", ``, rotate, outlived},
		"a key that expires rotates one that goes too":     {"expires", `,` + sooner, rotate, ""},
		"a key that expires prolongs another":              {"expires", `,` + sooner, put(`"expires_at":null`), outlived},
		"a key that expires shortens another":              {"expires", ``, put(sooner), ""},
		"a key that expires gives scopes to a lasting one": {"expires", `,"scopes":[]`, put(`"scopes":["completions.write"]`), outlived},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			id := own[tt.actor]
			if tt.target != "itself" {
				body := `{"name":"k","workspace_id":"` + ws + `"` + tt.target
				if !strings.Contains(tt.target, `"scopes"`) {
					body += `,"scopes":["completions.write"]`
				}
				id = w.key("another", "workspace/service", body+`}`)
			}
			got := w.do(tt.actor, tt.ask[0], strings.ReplaceAll(tt.ask[1], "{id}", id), tt.ask[2])
			if tt.refused == "" && got.status != 200 || tt.refused != "" && (got.status != 403 || !strings.Contains(got.text, tt.refused)) {
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
	w.must(orgAdmin, "PUT", "/api-keys/"+own["budget"], `{"usage_limits":null,"reset_usage":true}`)
}
