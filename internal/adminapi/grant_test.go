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
