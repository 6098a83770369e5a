package adminapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// authForms are the nine ways to authenticate, each whole and as it is shown.
// Each %s takes a secret.
var authForms = map[string]struct{ manager, config, shown string }{
	"AWS by access key": {"aws_sm", `{"aws_auth_type":"accessKey","aws_access_key_id":"%s","aws_secret_access_key":"%s","aws_region":"eu-west-1"}`,
		`{"aws_auth_type":"accessKey","aws_region":"eu-west-1","masked_aws_access_key_id":"ca*******-0","masked_aws_secret_access_key":"ca*******-1"}`},
	"AWS by role": {"aws_sm", `{"aws_auth_type":"assumedRole","aws_role_arn":"%s","aws_external_id":"%s","aws_region":"eu-west-1"}`,
		`{"aws_auth_type":"assumedRole","aws_region":"eu-west-1","masked_aws_external_id":"ca*******-1","masked_aws_role_arn":"ca*******-0"}`},
	"AWS by the server's role": {"aws_sm", `{"aws_auth_type":"serviceRole"}`, `{"aws_auth_type":"serviceRole"}`},
	"Azure by Entra": {"azure_kv", `{"azure_auth_mode":"entra","azure_entra_tenant_id":"t-1","azure_entra_client_id":"c-1","azure_entra_client_secret":"%s","azure_vault_url":"https://v.vault.azure.net"}`,
		`{"azure_auth_mode":"entra","azure_entra_client_id":"c-1","azure_entra_tenant_id":"t-1","azure_vault_url":"https://v.vault.azure.net","masked_azure_entra_client_secret":"ca*******-0"}`},
	"Azure by a managed identity": {"azure_kv", `{"azure_auth_mode":"managed","azure_managed_client_id":"c-2","azure_vault_url":"https://v.vault.azure.net"}`,
		`{"azure_auth_mode":"managed","azure_managed_client_id":"c-2","azure_vault_url":"https://v.vault.azure.net"}`},
	"Azure by default": {"azure_kv", `{"azure_auth_mode":"default","azure_vault_url":"https://v.vault.azure.net"}`,
		`{"azure_auth_mode":"default","azure_vault_url":"https://v.vault.azure.net"}`},
	"Vault by token": {"hashicorp_vault", `{"vault_auth_type":"token","vault_addr":"http://127.0.0.1:8200","vault_token":"%s","vault_namespace":"team/a"}`,
		`{"masked_vault_token":"ca*******-0","vault_addr":"http://127.0.0.1:8200","vault_auth_type":"token","vault_namespace":"team/a"}`},
	"Vault by AppRole": {"hashicorp_vault", `{"vault_auth_type":"approle","vault_addr":"https://vault.example.org","vault_role_id":"r-1","vault_secret_id":"%s"}`,
		`{"masked_vault_secret_id":"ca*******-0","vault_addr":"https://vault.example.org","vault_auth_type":"approle","vault_role_id":"r-1"}`},
	"Vault by Kubernetes": {"hashicorp_vault", `{"vault_auth_type":"kubernetes","vault_addr":"https://vault.example.org","vault_role":"gateway"}`,
		`{"vault_addr":"https://vault.example.org","vault_auth_type":"kubernetes","vault_role":"gateway"}`},
}

// auth fills a form with planted secrets.
func (w *world) auth(form, name string) string {
	for n := 0; strings.Contains(form, "%s"); n++ {
		form = strings.Replace(form, "%s", w.plant(fmt.Sprintf("canary-%s-%d", strings.ReplaceAll(name, " ", "-"), n)), 1)
	}
	return form
}

func TestEveryWayToAuthenticateIsStoredAndShownMasked(t *testing.T) {
	w := newWorld(t)
	for name, form := range authForms {
		made := w.must(orgAdmin, "POST", "/secret-references", fmt.Sprintf(
			`{"name":%q,"manager_type":%q,"auth_config":%s,"secret_path":"prod/openai","secret_key":"key","tags":{"env":"prod"}}`, name, form.manager, w.auth(form.config, name)))
		if made["object"] != "secret-reference" {
			t.Errorf("%s: made %v", name, made)
		}
		for _, ref := range []string{made["slug"].(string), made["id"].(string)} {
			got := w.must(orgAdmin, "GET", "/secret-references/"+ref, "")
			same(t, name, got["auth_config"], form.shown)
		}
		got := w.must(orgAdmin, "GET", "/secret-references/"+made["slug"].(string), "")
		want := []string{"id", "organisation_id", "name", "slug", "description", "manager_type", "secret_path", "secret_key", "allow_all_workspaces",
			"allowed_workspaces", "tags", "status", "created_by", "created_at", "last_updated_at", "auth_config", "object"}
		if has := slices.Sorted(maps.Keys(got)); !slices.Equal(has, slices.Sorted(slices.Values(want))) {
			t.Errorf("fields %v", has)
		}
		same(t, name, []any{got["status"], got["object"], got["allow_all_workspaces"], got["allowed_workspaces"], got["tags"], got["description"], got["secret_key"]},
			`["ACTIVE","secret-reference",true,null,{"env":"prod"},null,"key"]`)
		// What was shown may come back whole: nothing changes.
		shown, err := json.Marshal(got["auth_config"])
		if err != nil {
			t.Fatal(err)
		}
		w.must(orgAdmin, "PUT", "/secret-references/"+made["id"].(string), `{"auth_config":`+string(shown)+`}`)
		same(t, name+", sent back", w.must(orgAdmin, "GET", "/secret-references/"+made["id"].(string), "")["auth_config"], form.shown)
	}
	if audit := w.audit(); !strings.Contains(audit, `"vault_token":"fp_`) || strings.Contains(audit, "canary-") {
		t.Errorf("audit: %.2000s", audit)
	}
}

func TestSecretReferenceLifeCycle(t *testing.T) {
	w := newWorld(t)
	ws, id := w.made.Workspace.Slug, string(w.made.Workspace.ID)
	w.must(orgAdmin, "POST", "/secret-references", `{"name":"R","slug":"r","manager_type":"aws_sm","secret_path":"p","secret_key":"k","description":"d",
		"auth_config":{"aws_auth_type":"accessKey","aws_access_key_id":"`+w.plant("canary-id-11111")+`","aws_secret_access_key":"`+w.plant("canary-secret-22222")+`","aws_region":"eu-west-1"}}`)
	both := `"aws_auth_type":"accessKey","aws_region":"us-east-1","masked_aws_access_key_id":"ca*******11"`
	steps := []struct{ what, body, field, want string }{
		{"a field is merged", `{"auth_config":{"aws_region":"us-east-1"}}`, "auth_config", `{` + both + `,"masked_aws_secret_access_key":"ca*******22"}`},
		{"a mask keeps the secret", `{"auth_config":{"aws_secret_access_key":"ca*******22","aws_access_key_id":""}}`, "auth_config", `{` + both + `,"masked_aws_secret_access_key":"ca*******22"}`},
		{"a secret is replaced", `{"auth_config":{"aws_secret_access_key":"` + w.plant("canary-secret-33333") + `"}}`, "auth_config", `{` + both + `,"masked_aws_secret_access_key":"ca*******33"}`},
		{"the manager stays", `{"manager_type":"azure_kv","name":"R2"}`, "manager_type", `"aws_sm"`},
		{"another mode forgets the secrets of the first", `{"auth_config":{"aws_auth_type":"serviceRole"}}`, "auth_config", `{"aws_auth_type":"serviceRole","aws_region":"us-east-1"}`},
		{"null clears the key", `{"secret_key":null}`, "secret_key", `null`},
		{"null clears the description", `{"description":null}`, "description", `null`},
		{"null clears the tags", `{"tags":null}`, "tags", `null`},
		{"a list closes it to others", `{"allowed_workspaces":["` + ws + `","` + id + `"]}`, "allowed_workspaces", `["` + ws + `"]`},
		{"and says so", `{"name":"R3"}`, "allow_all_workspaces", `false`},
		{"a workspace is shown as it was named", `{"allow_all_workspaces":false,"allowed_workspaces":["` + id + `"]}`, "allowed_workspaces", `["` + id + `"]`},
		{"open to all again", `{"allow_all_workspaces":true}`, "allowed_workspaces", `null`},
	}
	for _, s := range steps {
		same(t, s.what, w.must(orgAdmin, "PUT", "/secret-references/r", s.body), `{}`)
		same(t, s.what, w.must(orgAdmin, "GET", "/secret-references/r", "")[s.field], s.want)
	}
	same(t, "deleted", w.must(orgAdmin, "DELETE", "/secret-references/r", ""), `{}`)
	if got := w.do(orgAdmin, "GET", "/secret-references/r", ""); got.status != 404 || !strings.Contains(got.text, "AB08") {
		t.Errorf("after deletion: %d %s", got.status, got.text)
	}
	w.must(orgAdmin, "POST", "/secret-references", reference("r")) // the slug is free
}

// reference is the body that makes a plain reference.
func reference(slug string) string {
	return `{"name":"Ref ` + slug + `","slug":"` + slug + `","manager_type":"aws_sm","auth_config":{"aws_auth_type":"serviceRole"},"secret_path":"p"}`
}

func TestSecretReferenceLists(t *testing.T) {
	w := newWorld(t)
	for i := range 25 {
		w.must(orgAdmin, "POST", "/secret-references", reference(fmt.Sprintf("r-%02d", i)))
	}
	w.must(orgAdmin, "POST", "/secret-references", `{"name":"Vault ONE","manager_type":"hashicorp_vault","tags":{"env":"prod","team":"a"},"secret_path":"p",
		"auth_config":{"vault_auth_type":"kubernetes","vault_addr":"https://vault.example.org","vault_role":"r"}}`)
	for query, want := range map[string][2]int{
		"": {26, 20}, "?page_size=100": {26, 26}, "?page_size=20&current_page=1": {26, 6}, "?page_size=5000": {26, 26},
		"?manager_type=hashicorp_vault": {1, 1}, "?search=vault%20one": {1, 1}, "?search=nothing": {0, 0},
		`?tags={"env":"prod"}`: {1, 1}, `?tags={"env":"prod","team":"b"}`: {0, 0}, `?tags={}`: {26, 20},
	} {
		got := w.must(orgAdmin, "GET", "/secret-references"+strings.NewReplacer("{", "%7B", "}", "%7D", `"`, "%22").Replace(query), "")
		if got["total"] != float64(want[0]) || len(got["data"].([]any)) != want[1] || got["object"] != "list" {
			t.Errorf("%q: %v of %v", query, len(got["data"].([]any)), got["total"])
		}
	}
	item := w.must(orgAdmin, "GET", "/secret-references?page_size=1", "")["data"].([]any)[0].(map[string]any)
	if has := slices.Sorted(maps.Keys(item)); !slices.Equal(has, []string{"created_at", "id", "last_updated_at", "manager_type", "name", "object", "slug", "status"}) {
		t.Errorf("fields of an item %v", has)
	}
	for query, path := range map[string]string{"?manager_type=x": "manager_type", "?tags=x": "tags", "?tags=%5B%5D": "tags", "?search=" + strings.Repeat("x", 300): "search"} {
		if got := w.do(orgAdmin, "GET", "/secret-references"+query, ""); got.status != 400 || !strings.Contains(got.text, `"path":"`+path+`"`) {
			t.Errorf("%.30q: %d %s", query, got.status, got.text)
		}
	}
}

func TestSecretReferenceRefusals(t *testing.T) {
	w := newWorld(t)
	w.must(orgAdmin, "POST", "/secret-references", reference("taken"))
	secret := w.plant("canary-value-that-is-refused")
	auth := func(config string) string {
		return `{"name":"n","manager_type":"hashicorp_vault","secret_path":"p","auth_config":` + config + `}`
	}
	with := func(fields string) string { return strings.TrimSuffix(reference("x"), "}") + "," + fields + "}" }
	tests := map[string]struct {
		method, path, body string
		status             int
		contain            []string
	}{
		"nothing at all":             {"POST", "", `{}`, 400, []string{`"path":"name"`, `"path":"manager_type"`, `"path":"auth_config"`, `"path":"secret_path"`}},
		"nothing in it":              {"POST", "", auth(`{}`), 400, []string{`"path":"auth_config.vault_auth_type"`}},
		"an unknown mode":            {"POST", "", auth(`{"vault_auth_type":"ldap"}`), 400, []string{`"path":"auth_config.vault_auth_type"`, "token, approle, kubernetes"}},
		"a mode's fields":            {"POST", "", auth(`{"vault_auth_type":"approle"}`), 400, []string{`"path":"auth_config.vault_addr"`, `"path":"auth_config.vault_role_id"`, `"path":"auth_config.vault_secret_id"`}},
		"everything wrong":           {"POST", "", `{"name":5,"slug":"no slug","manager_type":"hashicorp_vault","secret_path":"","secret_key":7,"description":"` + strings.Repeat("x", 1025) + `","tags":{"":"x"},"allowed_workspaces":["ws-none"],"auth_config":{"vault_auth_type":"token","vault_addr":"ftp://x","vault_token":["` + secret + `"],"vault_namespace":" ` + secret + `"}}`, 400, []string{`"path":"name"`, `"path":"slug"`, `"path":"secret_path"`, `"path":"secret_key"`, `"path":"description"`, `"path":"tags"`, `"path":"allowed_workspaces[0]"`, `"path":"auth_config.vault_addr"`, `"path":"auth_config.vault_token"`, `"path":"auth_config.vault_namespace"`}},
		"of another manager":         {"POST", "", auth(`{"vault_auth_type":"token","vault_addr":"https://v.example.org","vault_token":"` + secret + `","aws_role_arn":"` + secret + `"}`), 400, []string{`"path":"auth_config.aws_role_arn"`}},
		"of another mode":            {"POST", "", auth(`{"vault_auth_type":"token","vault_addr":"https://v.example.org","vault_token":"` + secret + `","vault_role":"r"}`), 400, []string{`"path":"auth_config.vault_role"`}},
		"a metadata address":         {"POST", "", auth(`{"vault_auth_type":"token","vault_addr":"http://169.254.169.254","vault_token":"` + secret + `"}`), 400, []string{`"path":"auth_config.vault_addr"`}},
		"an address with a user":     {"POST", "", auth(`{"vault_auth_type":"token","vault_addr":"https://u:` + secret + `@v.example.org","vault_token":"` + secret + `"}`), 400, []string{`"path":"auth_config.vault_addr"`}},
		"a region that is a host":    {"POST", "", `{"name":"n","manager_type":"aws_sm","secret_path":"p","auth_config":{"aws_auth_type":"serviceRole","aws_region":"x.evil.example/"}}`, 400, []string{`"path":"auth_config.aws_region"`}},
		"a mask as a secret":         {"POST", "", auth(`{"vault_auth_type":"token","vault_addr":"https://v.example.org","vault_token":"ca*******xx"}`), 400, []string{`"path":"auth_config.vault_token"`, "masked"}},
		"an unknown manager":         {"POST", "", `{"name":"n","manager_type":"gcp_sm","secret_path":"p","auth_config":{}}`, 400, []string{`"path":"manager_type"`}},
		"a taken slug":               {"POST", "", reference("taken"), 400, []string{`"path":"slug"`, "AB01"}},
		"no workspace":               {"POST", "", with(`"allowed_workspaces":[]`), 400, []string{`"path":"allowed_workspaces"`, "AB01"}},
		"all and some":               {"POST", "", with(`"allow_all_workspaces":true,"allowed_workspaces":["` + w.made.Workspace.Slug + `"]`), 400, []string{`"path":"allowed_workspaces"`}},
		"not all and none":           {"POST", "", with(`"allow_all_workspaces":false`), 400, []string{`"path":"allowed_workspaces"`}},
		"no change":                  {"PUT", "/taken", `{}`, 400, []string{"No valid fields"}},
		"nothing that may change":    {"PUT", "/taken", `{"manager_type":"azure_kv","slug":"other"}`, 400, []string{"No valid fields"}},
		"a name taken away":          {"PUT", "/taken", `{"name":null}`, 400, []string{`"path":"name"`}},
		"another manager's fields":   {"PUT", "/taken", `{"auth_config":{"vault_token":"` + secret + `"}}`, 400, []string{`"path":"auth_config.vault_token"`}},
		"a mode without its fields":  {"PUT", "/taken", `{"auth_config":{"aws_auth_type":"assumedRole"}}`, 400, []string{`"path":"auth_config.aws_role_arn"`, `"path":"auth_config.aws_region"`}},
		"a required field withdrawn": {"PUT", "/taken", `{"auth_config":{"aws_auth_type":null}}`, 400, []string{`"path":"auth_config.aws_auth_type"`}},
		"unknown":                    {"GET", "/none", ``, 404, []string{"AB08"}},
		"unknown, changed":           {"PUT", "/none", `{"name":"n"}`, 404, []string{"AB08"}},
		"unknown, deleted":           {"DELETE", "/none", ``, 404, []string{"AB08"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			got := w.do(orgAdmin, tt.method, "/secret-references"+tt.path, tt.body)
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
	if got := w.must(orgAdmin, "GET", "/secret-references", ""); got["total"] != 1.0 {
		t.Errorf("a refused request stored something: %v", got)
	}
	made := w.do(orgAdmin, "POST", "/secret-references", `{"name":"n","manager_type":"aws_sm","auth_config":{"aws_auth_type":"serviceRole","aws_regoin":"x"},"secret_path":"p","secretpath":"p"}`)
	if h := made.header.Get(ignoredHeader); made.status != 200 || h != "auth_config.aws_regoin,secretpath" {
		t.Errorf("%d, ignored %q: %s", made.status, h, made.text)
	}
}
