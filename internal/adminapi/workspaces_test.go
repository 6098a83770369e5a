package adminapi

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

func TestWorkspaceLifeCycle(t *testing.T) {
	w := newWorld(t)
	limits := `[{"credit_limit":10,"type":"cost","alert_threshold":8,"periodic_reset":"monthly"}]`
	shown := `[{"credit_limit":10,"type":"cost","alert_threshold":8,"periodic_reset":"monthly","next_usage_reset_at":"2030-06-01T00:00:00.000Z","current_usage":0}]`
	rates := `[{"type":"requests","unit":"rpm","value":0}]`
	made := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Team Ä","description":"d","defaults":{"metadata":{"env":"prod"}},"usage_limits":`+limits+`,"rate_limits":`+rates+`}`)
	slug, id := made["slug"].(string), made["id"].(string)
	if !strings.HasPrefix(slug, "ws-team-") || made["object"] != "workspace" {
		t.Errorf("made %v", made)
	}
	if _, ok := made["users"]; ok {
		t.Error("the answer of creation has users, which a client cannot read")
	}
	for _, ref := range []string{slug, id} {
		got := w.must(orgAdmin, "GET", "/admin/workspaces/"+ref, "")
		same(t, "limits", []any{got["usage_limits"], got["rate_limits"]}, "["+shown+","+rates+"]")
		same(t, "defaults", got["defaults"], `{"metadata":{"env":"prod"},"is_default":0,"object":"workspace"}`)
		same(t, "users", got["users"], `[]`)
	}
	raw := w.do(orgAdmin, "GET", "/admin/workspaces/"+slug, "").text
	if !strings.Contains(raw, `"credit_limit":10,"type":"cost","alert_threshold":8`) {
		t.Errorf("limits are not given back as they were sent: %s", raw)
	}
	w.must(orgAdmin, "PUT", "/admin/workspaces/"+id, `{"description":null}`)
	got := w.must(orgAdmin, "GET", "/admin/workspaces/"+id, "")
	same(t, "absent limits kept, null description cleared", []any{got["description"], got["usage_limits"]}, "[null,"+shown+"]")
	w.must(orgAdmin, "PUT", "/admin/workspaces/"+id, `{"usage_limits":null,"rate_limits":[],"defaults":null}`)
	got = w.must(orgAdmin, "GET", "/admin/workspaces/"+id, "")
	same(t, "limits cleared", []any{got["usage_limits"], got["rate_limits"], got["defaults"]}, `[null,null,null]`)

	if list := w.must(orgAdmin, "GET", "/admin/workspaces?pageSize=1&currentPage=1", ""); list["total"] != 2.0 || len(list["data"].([]any)) != 1 {
		t.Errorf("second page of one: %v", list)
	}
	if list := w.must(orgAdmin, "GET", "/admin/workspaces?name=eam&page_size=10", ""); list["total"] != 1.0 {
		t.Errorf("by part of the name: %v", list)
	}
	if list := w.must(orgAdmin, "GET", "/admin/workspaces?status=archived", ""); list["total"] != 0.0 {
		t.Errorf("archived: %v", list)
	}
	same(t, "deletion", w.must(orgAdmin, "DELETE", "/admin/workspaces/"+id, `{"name":"Team Ä"}`), `{}`)
	if got := w.do(orgAdmin, "GET", "/admin/workspaces/"+id, ""); got.status != 403 || !strings.Contains(got.text, "AB03") {
		t.Errorf("after deletion: %d %s", got.status, got.text)
	}
}

func TestWorkspaceIcons(t *testing.T) {
	w := newWorld(t)
	tests := map[string]struct{ body, icon, display, plain string }{
		"icon of its own":             {`{"name":"Rocket","icon":"🚀"}`, "🚀", "🚀 Rocket", "Rocket"},
		"emoji before the name":       {`{"name":"🚀 Rocket"}`, "🚀", "🚀 Rocket", "Rocket"},
		"icon sent twice":             {`{"name":"🚀 Rocket","icon":"🚀"}`, "🚀", "🚀 Rocket", "Rocket"},
		"family of joined emoji":      {`{"name":"👩‍👩‍👧 Home"}`, "👩‍👩‍👧", "👩‍👩‍👧 Home", "Home"},
		"flag":                        {`{"name":"🇨🇭 Bern"}`, "🇨🇭", "🇨🇭 Bern", "Bern"},
		"emoji that is the name":      {`{"name":"🚀"}`, "", "🚀", "🚀"},
		"emoji grown into the name":   {`{"name":"🚀Rocket"}`, "", "🚀Rocket", "🚀Rocket"},
		"no icon, name in any script": {`{"name":"Équipe 東京"}`, "", "Équipe 東京", "Équipe 東京"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			id := w.must(orgAdmin, "POST", "/admin/workspaces", tt.body)["id"].(string)
			got := w.must(orgAdmin, "GET", "/admin/workspaces/"+id, "")
			plain := w.must(orgAdmin, "GET", "/admin/workspaces/"+id+"?name_format=plain", "")
			icon, _ := got["icon"].(string)
			if icon != tt.icon || got["name"] != tt.display || plain["name"] != tt.plain {
				t.Errorf("icon %q, name %q, plain %q", icon, got["name"], plain["name"])
			}
			w.must(orgAdmin, "PUT", "/admin/workspaces/"+id, `{"name":"`+tt.display+`"}`) // as it was shown
			if again := w.must(orgAdmin, "GET", "/admin/workspaces/"+id, ""); again["name"] != tt.display {
				t.Errorf("sending the shown name back made it %q", again["name"])
			}
			w.must(orgAdmin, "DELETE", "/admin/workspaces/"+id, `{"name":"`+tt.display+`"}`)
		})
	}
	id := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Rocket","icon":"🚀"}`)["id"].(string)
	w.must(orgAdmin, "PUT", "/admin/workspaces/"+id, `{"icon":""}`)
	got := w.must(orgAdmin, "GET", "/admin/workspaces/"+id, "")
	same(t, "icon cleared", []any{got["icon"], got["name"]}, `[null,"Rocket"]`)
}

func TestWorkspaceRefusals(t *testing.T) {
	w := newWorld(t)
	own := w.made.Workspace.Slug
	other := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Other"}`)["slug"].(string)
	tests := map[string]struct {
		actor, method, path, body string
		status                    int
		contain                   []string
	}{
		"no name":                                   {orgAdmin, "POST", "/admin/workspaces", `{}`, 400, []string{`"path":"name"`}},
		"every limit wrong":                         {orgAdmin, "POST", "/admin/workspaces", `{"name":" ","usage_limits":[{"credit_limit":0,"type":"money","periodic_reset":"weekly","periodic_reset_days":400}],"rate_limits":[{"type":"requests","unit":"year"}],"defaults":{"metadata":{"a":1}}}`, 400, []string{`"path":"name"`, `"path":"usage_limits[0].credit_limit"`, `"path":"usage_limits[0].type"`, `"path":"usage_limits[0].periodic_reset_days"`, `"path":"rate_limits[0].unit"`, `"path":"rate_limits[0].value"`, `"path":"defaults.metadata.a"`}},
		"fraction where a count must be":            {orgAdmin, "POST", "/admin/workspaces", `{"name":"n","usage_limits":[{"credit_limit":10.5}]}`, 400, []string{`"path":"usage_limits[0].credit_limit"`}},
		"threshold over the limit":                  {orgAdmin, "POST", "/admin/workspaces", `{"name":"n","usage_limits":[{"credit_limit":10,"alert_threshold":10}]}`, 400, []string{`"path":"usage_limits[0].alert_threshold"`, "not a percentage"}},
		"two cadences":                              {orgAdmin, "POST", "/admin/workspaces", `{"name":"n","usage_limits":[{"credit_limit":10,"periodic_reset":"weekly","periodic_reset_days":3}]}`, 400, []string{`"path":"usage_limits[0].periodic_reset_days"`}},
		"too few tokens":                            {orgAdmin, "POST", "/admin/workspaces", `{"name":"n","usage_limits":[{"credit_limit":10,"type":"tokens"}]}`, 400, []string{`"path":"usage_limits[0].credit_limit"`}},
		"two limits":                                {orgAdmin, "POST", "/admin/workspaces", `{"name":"n","usage_limits":[{"credit_limit":10},{"credit_limit":20}]}`, 400, []string{`"path":"usage_limits"`}},
		"limits as an object":                       {orgAdmin, "POST", "/admin/workspaces", `{"name":"n","usage_limits":{"credit_limit":10}}`, 400, []string{`"path":"usage_limits"`}},
		"numbers too big for anything":              {orgAdmin, "POST", "/admin/workspaces", `{"name":"n","usage_limits":[{"credit_limit":1e400}]}`, 400, []string{"out of range"}},
		"deletion by force without a name":          {orgAdmin, "DELETE", "/admin/workspaces/" + other, `{"force_delete":true}`, 400, []string{`"path":"name"`, "is required with force_delete"}},
		"deletion with a key in it, without a body": {orgAdmin, "DELETE", "/admin/workspaces/" + own, ``, 409, []string{"AB07"}},
		"deletion by another's name":                {orgAdmin, "DELETE", "/admin/workspaces/" + other, `{"name":"Default"}`, 400, []string{`"path":"name"`}},
		"deletion with a key in it":                 {orgAdmin, "DELETE", "/admin/workspaces/" + own, `{"name":"Default"}`, 409, []string{"AB07", "Unable to delete. Please ensure that all Virtual Keys are deleted"}},
		"unknown workspace":                         {orgAdmin, "GET", "/admin/workspaces/ws-none", ``, 403, []string{"AB03"}},
		"another workspace's, with a key":           {workspace, "GET", "/admin/workspaces/" + other, ``, 403, []string{"AB03"}},
		"change of another workspace's":             {workspace, "PUT", "/admin/workspaces/" + other, `{"name":"mine"}`, 403, []string{"AB03"}},
		"creation with a workspace key":             {workspace, "POST", "/admin/workspaces", `{"name":"n"}`, 403, []string{"AB03"}},
		"deletion with a workspace key":             {workspace, "DELETE", "/admin/workspaces/" + own, `{"name":"Default","force_delete":true}`, 403, []string{"AB03"}},
		"a name with a NUL":                         {orgAdmin, "POST", "/admin/workspaces", `{"name":"a\u0000b"}`, 400, []string{`"path":"name"`}},
		"a lone surrogate":                          {orgAdmin, "POST", "/admin/workspaces", `{"name":"\ud800"}`, 400, []string{"AB01"}},
		"wrong way to write names":                  {orgAdmin, "GET", "/admin/workspaces/" + own + "?name_format=big", ``, 400, []string{`"path":"name_format"`}},
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
	if list := w.must(orgAdmin, "GET", "/admin/workspaces", ""); list["total"] != 2.0 {
		t.Errorf("a refused request stored something: %v", list["total"])
	}
	if list := w.must(workspace, "GET", "/admin/workspaces", ""); list["total"] != 1.0 {
		t.Errorf("a workspace key sees %v workspaces", list["total"])
	}
	w.must(orgAdmin, "DELETE", "/admin/workspaces/"+own, `{"name":"Default","force_delete":true}`)
	if got := w.do(workspace, "GET", "/admin/workspaces/"+own, ""); got.status != http.StatusUnauthorized {
		t.Errorf("the key of a deleted workspace: %d", got.status)
	}
}

func TestWhatKeepsAWorkspace(t *testing.T) {
	w := newWorld(t)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"Shared","slug":"shared","ai_provider_id":"openai","key":"k12345678"}`)
	type made struct{ method, path, body string }
	const team = "{ws}"
	granted := made{"PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"{ws}","enabled":true}]}`}
	alone := made{"PUT", "/integrations/shared/workspaces", `{"create_default_provider":false,"workspaces":[{"id":"{ws}","enabled":true}]}`}
	off := made{"PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"{ws}","enabled":false}]}`}
	asked := func(more string) made {
		return made{"POST", "/providers", `{"workspace_id":"{ws}","integration_id":"shared","name":"Shared"` + more + `}`}
	}
	const kept, named, gone = 409, 400, 200
	tests := map[string]struct {
		holds         []made
		without, with int // what deleting it without its name answers, and by its name
	}{
		"nothing":                       {nil, gone, gone},
		"a policy":                      {[]made{{"POST", "/policies/usage-limits", `{"workspace_id":"{ws}","type":"cost","credit_limit":5,"conditions":[{"key":"workspace_id","value":"{ws}"}],"group_by":[{"key":"api_key"}]}`}}, named, gone},
		"a key":                         {[]made{{"POST", "/api-keys/workspace/service", `{"workspace_id":"{ws}","name":"k","scopes":["completions.write"]}`}}, kept, kept},
		"an integration of its own":     {[]made{{"POST", "/integrations", `{"workspace_id":"{ws}","name":"Own","ai_provider_id":"openai","key":"k12345678","create_default_provider":false}`}}, kept, kept},
		"a virtual key":                 {[]made{{"POST", "/virtual-keys", `{"workspace_id":"{ws}","name":"v","provider":"openai","key":"k12345678"}`}}, kept, kept},
		"access":                        {[]made{granted}, kept, kept},
		"access that was taken away":    {[]made{granted, off}, gone, gone},
		"a provider that was asked for": {[]made{alone, asked(``), off}, kept, kept},
		"a provider that was asked for, of the integration's slug":       {[]made{alone, asked(`,"slug":"shared"`), off}, kept, kept},
		"a provider that was asked for, with an end":                     {[]made{alone, asked(`,"expires_at":"2090-01-01"`), off}, kept, kept},
		"access that was taken away from a provider with an end":         {[]made{granted, {"PUT", "/providers/shared?workspace_id=" + team, `{"expires_at":"2090-01-01"}`}, off}, kept, kept},
		"access that was taken away from a provider sent back as it was": {[]made{granted, {"PUT", "/providers/shared?workspace_id=" + team, `{"name":"Shared"}`}, off}, gone, gone},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			bodies := map[string]int{``: tt.without, ` `: tt.without, `{}`: tt.without, `{"force_delete":false}`: tt.without,
				`{"name":"Team"}`: tt.with, `{"name":"Team","force_delete":true}`: gone}
			for body, want := range bodies {
				id := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Team"}`)["id"].(string)
				in := strings.NewReplacer(team, id)
				for _, m := range tt.holds {
					w.must(orgAdmin, m.method, in.Replace(m.path), in.Replace(m.body))
				}
				got := w.do(orgAdmin, "DELETE", "/admin/workspaces/"+id, body)
				if got.status != want {
					t.Errorf("deleted by %q: %d %s, want %d", body, got.status, got.text, want)
				}
				if want == named && !strings.Contains(got.text, `"path":"name"`) {
					t.Errorf("deleted by %q: %s", body, got.text)
				}
				if there := w.do(orgAdmin, "GET", "/admin/workspaces/"+id, "").status == http.StatusOK; there == (got.status == gone) {
					t.Errorf("after %d it is there: %t", got.status, there)
				}
			}
		})
	}
}

func TestTheDefaultWorkspaceGoesByItsNameAlone(t *testing.T) {
	w := newWorld(t)
	id := string(w.made.Workspace.ID)
	for _, k := range w.must(orgAdmin, "GET", "/api-keys?workspace_id="+id, "")["data"].([]any) {
		w.must(orgAdmin, "DELETE", "/api-keys/"+k.(map[string]any)["id"].(string), "")
	}
	if got := w.do(orgAdmin, "DELETE", "/admin/workspaces/"+id, ""); got.status != http.StatusBadRequest || !strings.Contains(got.text, `"path":"name"`) {
		t.Errorf("without its name: %d %s", got.status, got.text)
	}
	w.must(orgAdmin, "DELETE", "/admin/workspaces/"+id, `{"name":"Default"}`)
}

// Access makes a provider by itself, which nobody deletes who does not know of it.
func TestAProviderThatAccessMadeKeepsTheWorkspaceWhileThereIsAccess(t *testing.T) {
	w := newWorld(t)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"Shared","slug":"shared","ai_provider_id":"openai","key":"k12345678"}`)
	tests := map[string]struct {
		provider, enabled string // the change of the provider, and what the access becomes
		status            int
	}{
		"the access is there":                      {``, "true", 409},
		"the access was taken away":                {``, "false", 200},
		"it was taken away from one with a note":   {`{"note":"ours"}`, "false", 409},
		"it was taken away from one with a budget": {`{"usage_limits":{"credit_limit":5}}`, "false", 409},
		"it was taken away from one with a rate":   {`{"rate_limits":[{"type":"requests","unit":"rpm","value":5}]}`, "false", 409},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			id := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Team"}`)["id"].(string)
			w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+id+`","enabled":true}]}`)
			if tt.provider != "" {
				w.must(orgAdmin, "PUT", "/providers/shared?workspace_id="+id, tt.provider)
			}
			w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+id+`","enabled":`+tt.enabled+`}]}`)
			if got := w.do(orgAdmin, "DELETE", "/admin/workspaces/"+id, `{"name":"Team"}`); got.status != tt.status {
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
}

func TestWholeNumbersAreWrittenAsIntegers(t *testing.T) {
	w := newWorld(t)
	id := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"n","usage_limits":[{"credit_limit":10.0,"current_usage":3,"alert_threshold":null}],"rate_limits":[{"type":"tokens","unit":"rpd","value":1e3}]}`)["id"].(string)
	text := w.do(orgAdmin, "GET", "/admin/workspaces/"+id, "").text
	for _, want := range []string{`"usage_limits":[{"credit_limit":10,"alert_threshold":null,"current_usage":0}]`, `"value":1000`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestDeletingAWorkspaceRecordsWhatGoesWithIt(t *testing.T) {
	w := newWorld(t)
	ws := w.made.Workspace.Slug
	other := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Other"}`)["id"].(string)
	w.must(workspace, "POST", "/integrations", `{"name":"L","slug":"local","ai_provider_id":"openai","key":"`+w.plant("sk-canary-gone-123456-ff")+`"}`)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"S","slug":"shared","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+ws+`","enabled":true},{"id":"`+other+`","enabled":true}]}`)
	w.must(orgAdmin, "POST", "/virtual-keys", `{"workspace_id":"`+ws+`","name":"v","slug":"vk","provider":"openai","key":"k12345678"}`)
	for path, limit := range map[string]string{"usage-limits": `"type":"cost","credit_limit":5`, "rate-limits": `"type":"requests","unit":"rpm","value":5`} {
		w.must(orgAdmin, "POST", "/policies/"+path, `{"workspace_id":"`+ws+`",`+limit+`,"conditions":[{"key":"api_key","value":"*"}],"group_by":[{"key":"api_key"}]}`)
	}
	for slug, allowed := range map[string]string{"listed": `"allowed_workspaces":["` + ws + `","` + other + `"]`, "open": `"allow_all_workspaces":true`, "others": `"allowed_workspaces":["` + other + `"]`} {
		w.must(orgAdmin, "POST", "/secret-references", `{"name":"r","slug":"`+slug+`","manager_type":"hashicorp_vault","secret_path":"a","auth_config":{"vault_auth_type":"token","vault_addr":"https://v.example.com","vault_token":"`+w.plant("hvs.canary-token-77")+`"},`+allowed+`}`)
	}
	w.entries, w.changes = nil, nil
	w.must(orgAdmin, "DELETE", "/admin/workspaces/"+ws, `{"name":"Default","force_delete":true}`)
	gone := map[string]int{}
	for _, e := range w.entries {
		gone[e.Action+" "+e.ResourceType]++
		if e.ResourceType == "secret_reference" && (strings.Count(string(e.Before), "-") <= strings.Count(string(e.After), "-") || !strings.Contains(string(e.After), other) || !strings.Contains(string(e.Before), "listed")) {
			t.Errorf("the reference was %s and is %s", e.Before, e.After)
		}
	}
	want := map[string]int{"delete api_key": 1, "delete provider": 3, "delete usage_limits_policy": 1, "delete rate_limits_policy": 1,
		"delete integration": 2, "update secret_reference": 1, "delete workspace": 1}
	if !maps.Equal(gone, want) {
		t.Errorf("recorded %v, want %v", gone, want)
	}
	if len(w.changes) != len(w.entries) {
		t.Errorf("%d changes are told, of %d", len(w.changes), len(w.entries))
	}
	if got := w.do(orgAdmin, "GET", "/integrations/local", ""); got.status != 404 {
		t.Errorf("its integration: %d", got.status)
	}
	if strings.Contains(w.audit(), "canary") {
		t.Error("the audit log holds a secret")
	}
}

func TestDeletingAnIntegrationRecordsItsProviders(t *testing.T) {
	w := newWorld(t)
	other := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Other"}`)["id"].(string)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"S","slug":"shared","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+w.made.Workspace.Slug+`","enabled":true},{"id":"`+other+`","enabled":true}]}`)
	w.entries = nil
	w.must(orgAdmin, "DELETE", "/integrations/shared", "")
	in := map[claviger.WorkspaceID]string{}
	for _, e := range w.entries {
		in[e.WorkspaceID] += e.Action + " " + e.ResourceType
	}
	want := map[claviger.WorkspaceID]string{"": "delete integration", w.made.Workspace.ID: "delete provider", claviger.WorkspaceID(other): "delete provider"}
	if !maps.Equal(in, want) {
		t.Errorf("recorded %v", in)
	}
}

func TestAWorkspaceOfThousandsOfKeysIsDeleted(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race")
	}
	w := newWorld(t)
	const many = 3000
	err := w.store.Update(t.Context(), func(tx *store.Tx) error {
		for n := range many {
			k := claviger.APIKey{ID: claviger.NewID[claviger.APIKeyID](), OrganisationID: w.made.Workspace.OrganisationID, WorkspaceID: w.made.Workspace.ID,
				Type: claviger.WorkspaceKey, SubType: claviger.ServiceKey, Name: "k", Hash: claviger.HashKey(strconv.Itoa(n)), Status: claviger.Active, CreatedAt: w.now, UpdatedAt: w.now, Version: 1}
			if err := tx.InsertAPIKey(t.Context(), k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.entries = nil
	w.must(orgAdmin, "DELETE", "/admin/workspaces/"+w.made.Workspace.Slug, `{"name":"Default","force_delete":true}`)
	recorded := map[string]bool{}
	for _, e := range w.entries {
		recorded[e.ResourceID] = true
	}
	if len(recorded) != many+2 || len(w.entries) != many+2 { // and the first key, and the workspace
		t.Errorf("%d entries of %d things", len(w.entries), len(recorded))
	}
}
