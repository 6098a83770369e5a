package adminapi

import (
	"strings"
	"testing"
)

// TestNothingStoredIsUnbounded sends a text that is far too long wherever one may
// be sent.
func TestNothingStoredIsUnbounded(t *testing.T) {
	w := newWorld(t)
	ws := w.made.Workspace.Slug
	w.must(orgAdmin, "POST", "/integrations", `{"name":"I","slug":"ii","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(orgAdmin, "PUT", "/integrations/ii/workspaces", `{"workspaces":[{"id":"`+ws+`","enabled":true}]}`)
	const (
		key         = "/api-keys/organisation/service"
		workspaces  = "/admin/workspaces"
		integration = "/integrations"
		custom      = `{"name":"n","ai_provider_id":"of-our-own","configurations":{"custom_host":"https://api.example.com",`
		budget      = "/policies/usage-limits"
		policy      = `{"workspace_id":"{ws}","type":"cost","credit_limit":5,"conditions":[{"key":"api_key","value":"*"}],"group_by":[{"key":"api_key"}],`
		reference   = "/secret-references"
		vault       = `{"manager_type":"hashicorp_vault","auth_config":{"vault_auth_type":"token","vault_addr":"https://v.example.com","vault_token":"hvs.t0ken"},`
	)
	tests := map[string]struct{ method, path, body, at string }{
		"a key's name":                        {"POST", key, `{"scopes":[],"name":"LONG"}`, "name"},
		"a key's description":                 {"POST", key, `{"scopes":[],"name":"n","description":"LONG"}`, "description"},
		"a key's user":                        {"POST", "/api-keys/workspace/user", `{"workspace_id":"{ws}","scopes":[],"name":"n","user_id":"LONG"}`, "user_id"},
		"a key's scope":                       {"POST", key, `{"scopes":["LONG"],"name":"n"}`, "scopes[0]"},
		"an address":                          {"POST", key, `{"scopes":[],"name":"n","alert_emails":["a@example.com","LONG@example.com"]}`, "alert_emails[1]"},
		"an address of 255 bytes":             {"POST", key, `{"scopes":[],"name":"n","alert_emails":["` + strings.Repeat("a", 243) + `@example.com"]}`, "alert_emails[0]"},
		"a fraction of a rotation":            {"POST", key, `{"scopes":[],"name":"n","rotation_policy":{"next_rotation_at":"2090-01-01T00:00:00.DIGITSZ"}}`, "rotation_policy.next_rotation_at"},
		"a comma of a rotation":               {"POST", key, `{"scopes":[],"name":"n","rotation_policy":{"next_rotation_at":"2090-01-01T00:00:00,0Z"}}`, "rotation_policy.next_rotation_at"},
		"a fraction of a reset":               {"POST", key, `{"scopes":[],"name":"n","usage_limits":{"credit_limit":5,"next_usage_reset_at":"2090-01-01T00:00:00.DIGITSZ"}}`, "usage_limits.next_usage_reset_at"},
		"a comma of a reset":                  {"POST", key, `{"scopes":[],"name":"n","usage_limits":{"credit_limit":5,"next_usage_reset_at":"2090-01-01T00:00:00,0Z"}}`, "usage_limits.next_usage_reset_at"},
		"a fraction of an end":                {"POST", key, `{"scopes":[],"name":"n","expires_at":"2090-01-01T00:00:00.DIGITSZ"}`, "expires_at"},
		"digits of a budget":                  {"POST", key, `{"scopes":[],"name":"n","usage_limits":{"credit_limit":5.DIGITS1}}`, "usage_limits.credit_limit"},
		"digits of a threshold":               {"POST", key, `{"scopes":[],"name":"n","usage_limits":{"credit_limit":5,"alert_threshold":1.DIGITS1}}`, "usage_limits.alert_threshold"},
		"digits of a rate":                    {"POST", key, `{"scopes":[],"name":"n","rate_limits":[{"type":"requests","unit":"rpm","value":5.DIGITS}]}`, "rate_limits[0].value"},
		"a default":                           {"POST", key, `{"scopes":[],"name":"n","defaults":{"metadata":{"a":"LONG"}}}`, "defaults.metadata"},
		"the name of a default":               {"POST", key, `{"scopes":[],"name":"n","defaults":{"metadata":{"LONG":"a"}}}`, "defaults.metadata"},
		"a config":                            {"POST", key, `{"scopes":[],"name":"n","defaults":{"config_id":"LONG"}}`, "defaults.config_id"},
		"a workspace's name":                  {"POST", workspaces, `{"name":"LONG"}`, "name"},
		"a workspace's icon":                  {"POST", workspaces, `{"name":"n","icon":"LONG"}`, "icon"},
		"a workspace's description":           {"POST", workspaces, `{"name":"n","description":"LONG"}`, "description"},
		"a workspace's metadata":              {"POST", workspaces, `{"name":"n","defaults":{"metadata":{"a":"LONG"}}}`, "defaults.metadata"},
		"a guardrail":                         {"POST", workspaces, `{"name":"n","defaults":{"input_guardrails":["LONG"]}}`, "defaults.input_guardrails[0]"},
		"a workspace's config":                {"POST", workspaces, `{"name":"n","defaults":{"user_api_key_config":"LONG"}}`, "defaults.user_api_key_config"},
		"an integration's name":               {"POST", integration, `{"name":"LONG","ai_provider_id":"openai","key":"k12345678"}`, "name"},
		"an integration's slug":               {"POST", integration, `{"name":"n","slug":"LONG","ai_provider_id":"openai","key":"k12345678"}`, "slug"},
		"an integration's description":        {"POST", integration, `{"name":"n","description":"LONG","ai_provider_id":"openai","key":"k12345678"}`, "description"},
		"an integration's kind":               {"POST", integration, `{"name":"n","ai_provider_id":"LONG","key":"k12345678"}`, "ai_provider_id"},
		"an integration's tag":                {"POST", integration, `{"name":"n","ai_provider_id":"openai","key":"k12345678","tags":{"a":"LONG"}}`, "tags"},
		"an integration's key":                {"POST", integration, `{"name":"n","ai_provider_id":"openai","key":"LONG"}`, "key"},
		"a declared setting":                  {"POST", integration, `{"name":"n","ai_provider_id":"openai","key":"k12345678","configurations":{"openai_project":"LONG"}}`, "configurations.openai_project"},
		"a setting nobody declares":           {"POST", integration, `{"name":"n","ai_provider_id":"openai","key":"k12345678","configurations":{"unheard_of":"LONG"}}`, "configurations.unheard_of"},
		"a setting of an unknown kind":        {"POST", integration, custom + `"setting":"LONG"}}`, "configurations.setting"},
		"an object that is a setting":         {"POST", integration, custom + `"setting":{"a":"LONG"}}}`, "configurations.setting"},
		"a header":                            {"POST", integration, custom + `"custom_headers":{"x-a":"LONG"}}}`, "configurations.custom_headers.x-a"},
		"a header's name":                     {"POST", integration, custom + `"custom_headers":{"LONG":"a"}}}`, "configurations.custom_headers." + strings.Repeat("a", 64)},
		"a host":                              {"POST", integration, `{"name":"n","ai_provider_id":"openai","key":"k12345678","configurations":{"custom_host":"https://LONG.example.com"}}`, "configurations.custom_host"},
		"a mapped reference":                  {"POST", integration, `{"name":"n","ai_provider_id":"openai","secret_mappings":[{"target_field":"key","secret_reference_id":"LONG"}]}`, "secret_mappings[0].secret_reference_id"},
		"digits of an adjustment":             {"POST", integration, `{"name":"n","ai_provider_id":"openai","key":"k12345678","pricing_adjustments":{"multiplier":{"default":1.DIGITS}}}`, "pricing_adjustments.multiplier.default"},
		"the name of an adjusted unit":        {"POST", integration, `{"name":"n","ai_provider_id":"openai","key":"k12345678","pricing_adjustments":{"multiplier":{"additional_units":{"LONG":1}}}}`, "pricing_adjustments.multiplier.additional_units"},
		"a model":                             {"PUT", "/integrations/ii/models", `{"models":[{"slug":"LONG","enabled":true,"is_custom":true}]}`, "models[0].slug"},
		"the name of a unit that has a price": {"PUT", "/integrations/ii/models", `{"models":[{"slug":"m","enabled":true,"is_custom":true,"pricing_config":{"pay_as_you_go":{"additional_units":{"LONG":{"price":1}}}}}]}`, "models[0].pricing_config.pay_as_you_go.additional_units"},
		"a slug that access asks for":         {"PUT", "/integrations/ii/workspaces", `{"default_provider_slug":"LONG","workspaces":[]}`, "default_provider_slug"},
		"a provider's name":                   {"POST", "/providers", `{"workspace_id":"{ws}","integration_id":"ii","name":"LONG"}`, "name"},
		"a provider's slug":                   {"POST", "/providers", `{"workspace_id":"{ws}","integration_id":"ii","name":"n","slug":"LONG"}`, "slug"},
		"a provider's note":                   {"POST", "/providers", `{"workspace_id":"{ws}","integration_id":"ii","name":"n","note":"LONG"}`, "note"},
		"a virtual key's note":                {"POST", "/virtual-keys", `{"workspace_id":"{ws}","provider":"openai","key":"k12345678","name":"n","note":"LONG"}`, "note"},
		"a policy's name":                     {"POST", budget, policy + `"name":"LONG"}`, "name"},
		"a policy's description":              {"POST", budget, policy + `"description":"LONG"}`, "description"},
		"a policy's reset":                    {"POST", budget, policy + `"next_usage_reset_at":"2090-01-01T00:00:00.DIGITSZ"}`, "next_usage_reset_at"},
		"a condition's value":                 {"POST", budget, strings.Replace(policy, `"*"`, `"LONG"`, 1) + `"name":"n"}`, "conditions[0].value"},
		"a condition's field":                 {"POST", budget, strings.Replace(policy, `"api_key","value"`, `"metadata.LONG","value"`, 1) + `"name":"n"}`, "conditions[0].key"},
		"a group's field":                     {"POST", budget, strings.Replace(policy, `[{"key":"api_key"}]`, `[{"key":"metadata.LONG"}]`, 1) + `"name":"n"}`, "group_by[0].key"},
		"a reference's name":                  {"POST", reference, vault + `"secret_path":"a","name":"LONG"}`, "name"},
		"a reference's path":                  {"POST", reference, vault + `"name":"n","secret_path":"LONG"}`, "secret_path"},
		"a reference's field":                 {"POST", reference, vault + `"name":"n","secret_path":"a","secret_key":"LONG"}`, "secret_key"},
		"a reference's tag":                   {"POST", reference, vault + `"name":"n","secret_path":"a","tags":{"LONG":"a"}}`, "tags"},
		"a reference's token":                 {"POST", reference, strings.Replace(vault, "hvs.t0ken", "hvs.LONG", 1) + `"name":"n","secret_path":"a"}`, "auth_config.vault_token"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			body := strings.NewReplacer("LONG", strings.Repeat("a", 100_000), "DIGITS", strings.Repeat("0", 100_000), "{ws}", ws).Replace(tt.body)
			got := w.do(orgAdmin, tt.method, tt.path, body)
			if got.status != 400 || !strings.Contains(got.text, `"path":"`+tt.at+`"`) {
				t.Errorf("%d %.300s", got.status, got.text)
			}
			if len(got.text) > 10_000 {
				t.Errorf("the answer has %d bytes", len(got.text))
			}
		})
	}
}

func TestWhiteSpaceIsNotStored(t *testing.T) {
	w := newWorld(t)
	space := strings.Repeat(" ", 100_000)
	id := w.must(orgAdmin, "POST", "/policies/usage-limits", `{"workspace_id":"`+w.made.Workspace.Slug+`","type":"cost","credit_limit":5,"conditions":[{"key":"api_key","value":[`+space+`"*"]}],"group_by":[{"key":"api_key"}]}`)["id"].(string)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"n","slug":"priced","ai_provider_id":"openai","key":"k12345678","pricing_adjustments":{`+space+`"multiplier":{"default":2}}}`)
	if p, err := w.store.Policies(t.Context(), w.made.Workspace.OrganisationID, w.made.Workspace.ID); err != nil || len(p) != 1 || string(p[0].ID) != id || len(p[0].Conditions) > 100 {
		t.Errorf("stored %v, %v", p, err)
	}
	for _, e := range w.entries {
		if len(e.After) > 10_000 {
			t.Errorf("the entry of %s has %d bytes", e.ResourceType, len(e.After))
		}
	}
}
