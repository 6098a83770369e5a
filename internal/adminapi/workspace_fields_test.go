package adminapi

import (
	"strings"
	"testing"
)

func TestWorkspaceDefaults(t *testing.T) {
	w := newWorld(t)
	made := w.do(orgAdmin, "POST", "/admin/workspaces", `{"name":"n","users":["11111111-2222-3333-4444-555555555555"],
		"defaults":{"metadata":{"a":"b"},"input_guardrails":["pg-in-1","11111111-2222-3333-4444-555555555555"],"output_guardrails":["pg-out"],"user_api_key_config":"pc-team"}}`)
	if made.status != 200 || made.header.Get(ignoredHeader) != "users" {
		t.Fatalf("%d %s, ignored %q", made.status, made.text, made.header.Get(ignoredHeader))
	}
	path := "/admin/workspaces/" + made.object["id"].(string)
	defaults := func() any { return w.must(orgAdmin, "GET", path, "")["defaults"] }
	whole := `{"metadata":{"a":"b"},"input_guardrails":["pg-in-1","11111111-2222-3333-4444-555555555555"],"output_guardrails":["pg-out"],"user_api_key_config":"pc-team","is_default":0,"object":"workspace"}`
	same(t, "as made", defaults(), whole)
	w.must(orgAdmin, "PUT", path, `{"description":"d"}`)
	w.must(orgAdmin, "PUT", path, `{"defaults":{}}`)
	same(t, "kept by a PUT without them", defaults(), whole)
	w.must(orgAdmin, "PUT", path, `{"defaults":`+jsonOf(t, defaults())+`}`)
	same(t, "sent back as they were shown", defaults(), whole)
	w.must(orgAdmin, "PUT", path, `{"defaults":{"input_guardrails":[],"output_guardrails":null,"user_api_key_config":null}}`)
	same(t, "cleared one by one", defaults(), `{"metadata":{"a":"b"},"is_default":0,"object":"workspace"}`)
	w.must(orgAdmin, "PUT", path, `{"defaults":{"metadata":null,"user_api_key_config":"pc-other"}}`)
	same(t, "one alone", defaults(), `{"metadata":null,"user_api_key_config":"pc-other","is_default":0,"object":"workspace"}`)
	w.must(orgAdmin, "PUT", path, `{"defaults":null}`)
	same(t, "cleared together", defaults(), `null`)
	wrong := w.do(orgAdmin, "PUT", path, `{"defaults":{"input_guardrails":["fine","not a slug"],"output_guardrails":"pg","user_api_key_config":"no slug"}}`)
	for _, at := range []string{`"path":"defaults.input_guardrails[1]"`, `"path":"defaults.output_guardrails"`, `"path":"defaults.user_api_key_config"`} {
		if wrong.status != 400 || !strings.Contains(wrong.text, at) {
			t.Errorf("%d, no %s in %s", wrong.status, at, wrong.text)
		}
	}
}

func TestArchivedWorkspacesAreListedToOrganisationKeysOnly(t *testing.T) {
	w := newWorld(t)
	gone := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Gone"}`)["id"].(string)
	w.must(orgAdmin, "DELETE", "/admin/workspaces/"+gone, `{"name":"Gone"}`)
	for _, tt := range []struct {
		actor, query string
		total        float64
	}{
		{orgAdmin, "", 1},
		{orgAdmin, "?status=active", 1},
		{orgAdmin, "?status=archived", 1},
		{orgAdmin, "?status=active,archived", 2},
		{orgAdmin, "?status=archived,%20active", 2},
		{orgAdmin, "?status=archived&name=on", 1},
		{orgAdmin, "?status=archived&name=Def", 0},
		{orgAdmin, "?status=active,archived&exact_name=Gone", 1},
		{workspace, "?status=archived", 0},
		{workspace, "?status=active,archived", 1},
	} {
		list := w.must(tt.actor, "GET", "/admin/workspaces"+tt.query, "")
		if list["total"] != tt.total {
			t.Errorf("%s %q: %v", tt.actor, tt.query, list["total"])
		}
		for _, row := range list["data"].([]any) {
			row := row.(map[string]any)
			if (row["id"] == gone) != (row["status"] == "archived") {
				t.Errorf("%v is %v", row["name"], row["status"])
			}
		}
	}
	if got := w.do(orgAdmin, "GET", "/admin/workspaces?status=sleeping", ""); got.status != 400 || !strings.Contains(got.text, `"path":"status"`) {
		t.Errorf("unknown status: %d %s", got.status, got.text)
	}
}

func TestIconsChange(t *testing.T) {
	w := newWorld(t)
	tests := map[string]struct{ put, name, icon string }{
		"the icon alone":                           {`{"icon":"🔥"}`, "Team", "🔥"},
		"with the shown name sent back":            {`{"icon":"🔥","name":"🚀 Team"}`, "Team", "🔥"},
		"with the new icon before the name":        {`{"icon":"🔥","name":"🔥 Team"}`, "Team", "🔥"},
		"with another name":                        {`{"icon":"🔥","name":"Crew"}`, "Crew", "🔥"},
		"by an emoji before the name":              {`{"name":"🔥 Crew"}`, "Crew", "🔥"},
		"not, by a name without one":               {`{"name":"Crew"}`, "Crew", "🚀"},
		"cleared by an empty one":                  {`{"icon":""}`, "Team", ""},
		"cleared by null":                          {`{"icon":null}`, "Team", ""},
		"cleared, with the shown name sent back":   {`{"icon":"","name":"🚀 Team"}`, "Team", ""},
		"an emoji that is no icon stays":           {`{"icon":"🔥","name":"🎉 Party"}`, "🎉 Party", "🔥"},
		"to letters, spaces around them taken off": {`{"icon":" AB "}`, "Team", "AB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			path := "/admin/workspaces/" + w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Team","icon":"🚀"}`)["id"].(string)
			w.must(orgAdmin, "PUT", path, tt.put)
			got := w.must(orgAdmin, "GET", path+"?name_format=plain", "")
			icon, _ := got["icon"].(string)
			if got["name"] != tt.name || icon != tt.icon {
				t.Errorf("name %q, icon %q", got["name"], icon)
			}
			shown := w.must(orgAdmin, "GET", path+"?name_format=display", "")["name"].(string)
			if want := strings.TrimSpace(tt.icon + " " + tt.name); shown != want {
				t.Errorf("shown as %q, not %q", shown, want)
			}
			w.must(orgAdmin, "DELETE", path, `{"name":"`+shown+`"}`)
		})
	}
}
