package adminapi

import (
	"strings"
	"testing"
)

// mapped is the body that makes an integration whose key is read through ref.
func mapped(slug, ref, more string) string {
	return `{"name":"M","slug":"` + slug + `","ai_provider_id":"openai","secret_mappings":[{"target_field":"key","secret_reference_id":"` + ref + `"}]` + more + `}`
}

func TestMappingsNameReferencesTheIntegrationMayUse(t *testing.T) {
	w := newWorld(t)
	first := w.made.Workspace.Slug
	second := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Second"}`)["slug"].(string)
	all := w.must(orgAdmin, "POST", "/secret-references", reference("all"))["id"].(string)
	some := func(slug, ws string) {
		w.must(orgAdmin, "POST", "/secret-references", strings.TrimSuffix(reference(slug), "}")+`,"allowed_workspaces":["`+ws+`"]}`)
	}
	some("of-first", first)
	some("of-second", second)
	w.foreign("other organisation")
	w.must("other organisation", "POST", "/secret-references", reference("foreign"))
	tests := map[string]struct {
		actor, ref, more string
		refused          string // what is said of it; "" for accepted
	}{
		"open to all, by slug":                      {orgAdmin, "all", ``, ""},
		"open to all, by id":                        {orgAdmin, all, ``, ""},
		"open to all, from a workspace":             {workspace, "all", ``, ""},
		"open to the workspace":                     {workspace, "of-first", ``, ""},
		"open to the workspace, for it":             {orgAdmin, "of-second", `,"workspace_id":"` + second + `"`, ""},
		"closed to the workspace":                   {workspace, "of-second", ``, "is no secret reference that may be used here"},
		"closed to the workspace, for it":           {orgAdmin, "of-first", `,"workspace_id":"` + second + `"`, "is no secret reference that may be used here"},
		"closed to some, for all":                   {orgAdmin, "of-first", ``, "must be open to all workspaces"},
		"nowhere":                                   {orgAdmin, "none", ``, "is no secret reference that may be used here"},
		"nowhere, from a workspace":                 {workspace, "none", ``, "is no secret reference that may be used here"},
		"another organisation's":                    {orgAdmin, "foreign", ``, "is no secret reference that may be used here"},
		"another organisation's, by id, in capital": {orgAdmin, strings.ToUpper(w.must("other organisation", "GET", "/secret-references/foreign", "")["id"].(string)), ``, "is no secret reference that may be used here"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			slug := strings.ReplaceAll(strings.ReplaceAll(name, ",", ""), " ", "-")
			slug = strings.ReplaceAll(slug, "'", "")
			got := w.do(tt.actor, "POST", "/integrations", mapped(slug, tt.ref, tt.more))
			if tt.refused != "" {
				if got.status != 400 || !strings.Contains(got.text, `"path":"secret_mappings[0].secret_reference_id"`) || !strings.Contains(got.text, tt.refused) {
					t.Errorf("%d %s", got.status, got.text)
				}
				return
			}
			if got.status != 200 {
				t.Fatalf("%d %s", got.status, got.text)
			}
			shown := w.must(tt.actor, "GET", "/integrations/"+slug, "")["secret_mappings"]
			same(t, "echoed as it was sent", shown, `[{"target_field":"key","secret_reference_id":"`+tt.ref+`","secret_key":null,"value_format":null}]`)
		})
	}
}

func TestAReferenceInUseStays(t *testing.T) {
	w := newWorld(t)
	first := w.made.Workspace.Slug
	second := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Second"}`)["slug"].(string)
	w.must(orgAdmin, "POST", "/secret-references", reference("r"))
	w.must(orgAdmin, "POST", "/integrations", mapped("org", "r", ``))
	w.must(workspace, "POST", "/integrations", mapped("local", "r", ``))
	refused := func(what, method, body, says string) {
		t.Helper()
		got := w.do(orgAdmin, method, "/secret-references/r", body)
		if got.status != 400 || !strings.Contains(got.text, says) || strings.Contains(got.text, "local") {
			t.Errorf("%s: %d %s", what, got.status, got.text)
		}
	}
	refused("deleting", "DELETE", "", "in use by 2 integrations and 1 virtual key")
	refused("closing to both", "PUT", `{"allowed_workspaces":["`+second+`"]}`, "leaves out 2 integrations that use it")
	refused("closing to the organisation's", "PUT", `{"allowed_workspaces":["`+first+`"]}`, "leaves out 1 integration that uses it")
	if got := w.must(orgAdmin, "GET", "/secret-references/r", ""); got["allow_all_workspaces"] != true {
		t.Errorf("a refused change was kept: %v", got)
	}
	w.must(orgAdmin, "PUT", "/integrations/org", `{"secret_mappings":[],"key":"k12345678"}`)
	w.must(orgAdmin, "PUT", "/secret-references/r", `{"allowed_workspaces":["`+first+`"]}`)
	w.must(orgAdmin, "PUT", "/integrations/local", `{"name":"mappings stay when nobody speaks of them"}`)
	refused("deleting still", "DELETE", "", "in use by 1 integration and 1 virtual key")
	w.must(orgAdmin, "DELETE", "/integrations/local", "")
	w.must(orgAdmin, "DELETE", "/secret-references/r", "")
}
