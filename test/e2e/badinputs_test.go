package e2e

import (
	"net/http"
	"strings"
)

// badInputs is the table: each row reads as what must not get through.
func badInputs(mine string) map[string]badInput {
	const post, put, get, del = http.MethodPost, http.MethodPut, http.MethodGet, http.MethodDelete
	integrations := "/v1/integrations"
	ask := func(model string) string { return strings.Replace(good, "@scripted/ok", model, 1) }
	return map[string]badInput{
		// The admin API.
		"malformed JSON": {
			key: "admin", method: post, path: integrations, body: `{"name":`, status: 400, code: "AB01"},
		"no body at all": {
			key: "admin", method: post, path: integrations, status: 400, code: "AB01"},
		"an array instead of an object": {
			key: "admin", method: post, path: integrations, body: `[]`, status: 400, code: "AB01"},
		"a second value after the first": {
			key: "admin", method: post, path: integrations, body: `{` + oneGood + `}{}`, status: 400, code: "AB01"},
		"a name written twice": {
			key: "admin", method: post, path: integrations, body: `{` + oneGood + `,"name":"m"}`, status: 400, code: "AB01"},
		"a name written twice, once with an escape": {
			key: "admin", method: post, path: integrations, body: `{` + oneGood + `,"n\u0061me":"m"}`, status: 400, code: "AB01"},
		"invalid UTF-8": {
			key: "admin", method: post, path: integrations, body: "{" + oneGood + ",\"description\":\"\xff\"}", status: 400, code: "AB01"},
		"nesting without end": {
			key: "admin", method: post, path: integrations, body: `{"configurations":` + strings.Repeat("[", deep), status: 400, code: "AB01"},
		"every missing field is named": {
			key: "admin", method: post, path: integrations, body: `{}`, status: 400, code: "AB01", contains: []string{"name", "ai_provider_id"}},
		"every wrong type is named, and no value shown": {
			key: "admin", method: post, path: integrations, status: 400, code: "AB01",
			body:     `{"name":7,"ai_provider_id":["x"],"slug":true,"key":{"deep":"sk-must-not-be-shown"}}`,
			contains: []string{"name", "ai_provider_id", "slug", "key"}},
		"an unknown kind of provider": {
			key: "admin", method: post, path: integrations, status: 400, code: "AB01",
			body: `{"name":"n","ai_provider_id":"no-such-provider","key":"sk-must-not-be-shown"}`, contains: []string{"ai_provider_id"}},
		"a kind that needs a key without one": {
			key: "admin", method: post, path: integrations, status: 400, code: "AB01",
			body: `{"name":"n","ai_provider_id":"openai"}`, contains: []string{"key"}},
		"a slug with a space": {
			key: "admin", method: post, path: integrations, status: 400, code: "AB01",
			body: `{"name":"n","slug":"a b","ai_provider_id":"openai","key":"sk-must-not-be-shown"}`, contains: []string{"slug"}},
		"a slug like a UUID": {
			key: "admin", method: post, path: integrations, status: 400, code: "AB01",
			body: `{"name":"n","slug":"123e4567-e89b-12d3-a456-426614174000","ai_provider_id":"openai","key":"sk-must-not-be-shown"}`, contains: []string{"slug"}},
		"a slug that is too long": {
			key: "admin", method: post, path: integrations, status: 400, code: "AB01",
			body: `{"name":"n","slug":"` + strings.Repeat("s", 256) + `","ai_provider_id":"openai","key":"sk-must-not-be-shown"}`, contains: []string{"slug"}},
		"a slug that is taken": {
			key: "admin", method: post, path: integrations, status: 409, code: "AB07",
			body: `{"name":"n","slug":"scripted","ai_provider_id":"openai","key":"sk-must-not-be-shown"}`},
		"a custom host that is a metadata address": {
			key: "admin", method: post, path: integrations, status: 400, code: "AB01",
			body: `{` + oneGood + `,"configurations":{"custom_host":"http://169.254.169.254/v1"}}`, contains: []string{"custom_host"}},
		"a custom host with a password in it": {
			key: "admin", method: post, path: integrations, status: 400, code: "AB01",
			body: `{` + oneGood + `,"configurations":{"custom_host":"http://u:sk-must-not-be-shown@example.com/v1"}}`, contains: []string{"custom_host"}},
		"a custom host of another scheme": {
			key: "admin", method: post, path: integrations, status: 400, code: "AB01",
			body: `{` + oneGood + `,"configurations":{"custom_host":"file:///etc/passwd"}}`, contains: []string{"custom_host"}},
		"a header with a line break": {
			key: "admin", method: post, path: integrations, status: 400, code: "AB01",
			body: `{` + oneGood + `,"configurations":{"custom_headers":{"x-a":"b\r\nx-c: d"}}}`, contains: []string{"custom_headers"}},
		"an admin body that is too large": {
			key: "admin", method: post, path: integrations, status: 413,
			body: `{` + oneGood + `,"description":"` + strings.Repeat("d", 12<<20) + `"}`},
		"an update with a wrong type": {
			key: "admin", method: put, path: integrations + "/scripted", body: `{"name":[]}`, status: 400, code: "AB01", contains: []string{"name"}},
		"an integration nobody made": {
			key: "admin", method: get, path: integrations + "/nobody-made-this", status: 404, code: "AB08"},
		"an integration of another workspace looks like none": {
			key: "workspace", method: get, path: integrations + "/theirs-only", status: 404, code: "AB08", lacks: []string{"theirs-only"}},
		"another workspace's integration cannot be deleted": {
			key: "workspace", method: del, path: integrations + "/theirs-only", status: 404, code: "AB08"},
		"a workspace nobody made": {
			key: "admin", method: get, path: "/v1/admin/workspaces/ws-nobody", status: 403, code: "AB03"},
		"a grant to a workspace nobody made": {
			key: "admin", method: put, path: integrations + "/scripted/workspaces", status: 400,
			body: `{"workspaces":[{"id":"ws-nobody","enabled":true}]}`, contains: []string{"workspaces[0].id"}},
		"deleting a workspace under a wrong name": {
			key: "admin", method: del, path: "/v1/admin/workspaces/" + mine, body: `{"name":"not its name"}`, status: 400, code: "AB01", contains: []string{"name"}},
		"deleting a workspace in use": {
			key: "admin", method: del, path: "/v1/admin/workspaces/" + mine, body: `{"name":"Default"}`, status: 409, code: "AB07"},
		"a scope that does not exist": {
			key: "admin", method: post, path: "/v1/api-keys/workspace/service", status: 400, code: "AB01",
			body: `{"name":"k","workspace_id":"` + mine + `","scopes":["no.such"]}`, contains: []string{"scopes"}},
		"a key of no workspace": {
			key: "admin", method: post, path: "/v1/api-keys/workspace/service", status: 400, code: "AB01",
			body: `{"name":"k","scopes":["models.list"]}`, contains: []string{"workspace_id"}},
		"an admin call without a key": {
			key: "none", method: get, path: integrations, status: 401, code: "AB05"},
		"an admin call with a revoked key": {
			key: "revoked", method: get, path: integrations, status: 401, code: "AB05"},
		"an admin call without the scope": {
			key: "reader", method: post, path: integrations, body: `{` + oneGood + `}`, status: 403, code: "AB03"},
		"a workspace key making an organisation key": {
			key: "workspace", method: post, path: "/v1/api-keys/organisation/service", status: 403, code: "AB03",
			body: `{"name":"k","scopes":["workspaces.create"]}`},
		"a ledger filter that is no time": {
			key: "admin", method: get, path: "/v1/usage/entries?start_time=yesterday", status: 400, code: "AB01", contains: []string{"start_time"}},
		"a page that is no number": {
			key: "admin", method: get, path: integrations + "?current_page=x", status: 400, code: "AB01", contains: []string{"current_page"}},
		"an unknown method of a known path": {
			key: "admin", method: http.MethodPatch, path: integrations, status: 405},

		// The gateway.
		"a call that is no JSON": {
			key: "workspace", method: post, path: chat, body: `hello`, status: 400},
		"a call cut short": {
			key: "workspace", method: post, path: chat, body: good[:len(good)-1], status: 400},
		"a call with two models": {
			key: "workspace", method: post, path: chat, body: strings.Replace(good, `{"model"`, `{"model":"@scripted/costly","model"`, 1), status: 400},
		"a call with two models, one escaped": {
			key: "workspace", method: post, path: chat, body: strings.Replace(good, `{"model"`, `{"mod\u0065l":"@scripted/costly","model"`, 1), status: 400},
		"a call with a name twice deep inside": {
			key: "workspace", method: post, path: chat, body: strings.Replace(good, `"role":"user"`, `"role":"user","role":"system"`, 1), status: 400},
		"a call in invalid UTF-8": {
			key: "workspace", method: post, path: chat, body: strings.Replace(good, "hello", "\xc3\x28", 1), status: 400},
		"a call with something after its end": {
			key: "workspace", method: post, path: chat, body: good + "x", status: 400},
		"a call nested without end": {
			key: "workspace", method: post, path: chat, body: `{"model":"@scripted/ok","messages":` + strings.Repeat("[", deep), status: 400},
		"a call whose model is a number": {
			key: "workspace", method: post, path: chat, body: ask(`x`)[:9] + `7}`, status: 400},
		"a call of another content type": {
			key: "workspace", method: post, path: chat, body: good, headers: []string{"Content-Type", "text/csv"}, status: 400, contains: []string{"content type"}},
		"a call without a provider": {
			key: "workspace", method: post, path: chat, body: ask("gpt-4o"), status: 400, contains: []string{"x-portkey-provider"}},
		"a call to a slug nobody made": {
			key: "workspace", method: post, path: chat, body: ask("@nobody-made-this/gpt-4o"), status: 400, contains: []string{"nobody-made-this"}},
		"a call to a slug of another workspace": {
			key: "workspace", method: post, path: chat, body: ask("@theirs-only/gpt-4o"), status: 400, contains: []string{"theirs-only"}},
		"a call from a workspace without access": {
			key: "other", method: post, path: chat, body: good, status: 400},
		"a call to a slug without a model": {
			key: "workspace", method: post, path: chat, body: ask("@scripted"), status: 400},
		"a call to a metadata address": {
			key: "workspace", method: post, path: chat, body: ask("gpt-4o"), status: 400,
			headers: []string{"x-portkey-provider", "openai", "Authorization", "Bearer own", "x-portkey-custom-host", "http://169.254.169.254/v1"}},
		"a call that sends the stored credential elsewhere": {
			key: "workspace", method: post, path: chat, body: good, status: 400,
			headers: []string{"x-portkey-custom-host", "http://127.0.0.1:9/v1"}},
		"a call with a config that is no JSON": {
			key: "workspace", method: post, path: chat, body: good, status: 400, contains: []string{"valid json"},
			headers: []string{"x-portkey-config", `{"retry":`}},
		"a call with a config that is mistyped": {
			key: "workspace", method: post, path: chat, body: good, status: 400, contains: []string{"Invalid config passed", "path: retry,attempt,"},
			headers: []string{"x-portkey-config", `{"retry":{"attempt":1}}`}},
		"a call with a config that nobody saved": {
			key: "workspace", method: post, path: chat, body: good, status: 400, contains: []string{"Saved configs"},
			headers: []string{"x-portkey-config", "pc-nobody-123456"}},
		"a call with a config as deep as it may be": {
			key: "workspace", method: post, path: chat, body: good, status: 400, contains: []string{"Invalid config passed"},
			headers: []string{"x-portkey-config", strings.Repeat(`{"targets":[`, 2000) + strings.Repeat("]}", 2000)}},
		"a call whose config sends the stored credential elsewhere": {
			key: "workspace", method: post, path: chat, body: good, status: 400, contains: []string{"api_key"},
			headers: []string{"x-portkey-config", `{"provider":"@scripted","custom_host":"http://127.0.0.1:9/v1"}`}},
		"a call without a key": {
			key: "none", method: post, path: chat, body: good, status: 401},
		"a call with a revoked key": {
			key: "revoked", method: post, path: chat, body: good, status: 401, contains: []string{"Invalid API Key"}},
		"a call with an organisation key": {
			key: "admin", method: post, path: chat, body: good, status: 403, contains: []string{"workspace"}},
		"a call without the scope": {
			key: "reader", method: post, path: chat, body: good, status: 403},
		"a call that is too large": {
			key: "workspace", method: post, path: chat, status: 413,
			body: strings.Replace(good, "hello", strings.Repeat("h", 40<<20), 1)},
	}
}
