package adminapi

import "testing"

// A client that does not know of strict rates sends them back without the word.
func TestStrictRatesStayStrictWhereverTheyAreSentBack(t *testing.T) {
	w, first, _ := prepared(t)
	const strict, plain = `[{"type":"tokens","unit":"rpm","value":9,"enforcement":"strict"}]`, `[{"type":"tokens","unit":"rpm","value":20}]`
	const want = `[{"type":"tokens","unit":"rpm","value":20,"enforcement":"strict"}]`
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+first+`","enabled":true}]}`)
	w.must(orgAdmin, "POST", "/providers", `{"name":"p","integration_id":"shared","workspace_id":"`+first+`","slug":"p"}`)
	key := w.must(orgAdmin, "POST", "/api-keys/workspace/service", `{"name":"app","type":"workspace","sub-type":"service","workspace_id":"`+first+`","scopes":["completions.write"]}`)["id"].(string)
	access := func(rates string) string {
		return `{"workspaces":[{"id":"` + first + `","enabled":true,` + rates + `}]}`
	}
	bare := func(rates string) string { return `{` + rates + `}` }
	global := func(rates string) string { return `{"global_workspace_access":{"enabled":true,` + rates + `}}` }
	for name, tt := range map[string]struct {
		path, read string
		body       func(rates string) string
		rates      func(map[string]any) any
	}{
		"a key":         {"/api-keys/" + key, "/api-keys/" + key, bare, nil},
		"a workspace":   {"/admin/workspaces/" + first, "/admin/workspaces/" + first, bare, nil},
		"a provider":    {"/providers/p?workspace_id=" + first, "/providers/p?workspace_id=" + first, bare, nil},
		"a virtual key": {"/virtual-keys/p?workspace_id=" + first, "/virtual-keys/p?workspace_id=" + first, bare, nil},
		"access":        {"/integrations/shared/workspaces", "/integrations/shared/workspaces", access, func(got map[string]any) any { return rowOf(t, got, first)["rate_limits"] }},
		"access of all": {"/integrations/shared/workspaces", "/integrations/shared/workspaces", global, func(got map[string]any) any {
			return got["global_workspace_access"].(map[string]any)["rate_limits"]
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w.must(orgAdmin, "PUT", tt.path, tt.body(`"rate_limits":`+strict))
			w.must(orgAdmin, "PUT", tt.path, tt.body(`"rate_limits":`+plain))
			got := w.must(orgAdmin, "GET", tt.read, "")
			if tt.rates == nil {
				same(t, name, got["rate_limits"], want)
				return
			}
			same(t, name, tt.rates(got), want)
		})
	}
}
