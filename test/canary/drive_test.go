package canary

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/claviger/claviger/test/harness"
	"github.com/claviger/claviger/test/upstream"
)

// drive sends requests and keeps all that comes back.
type drive struct {
	t        *testing.T
	server   *harness.Server
	provider *upstream.Server
	secrets  []planted
	outputs  []output
	keyID    string            // of a workspace key that was made
	policyID map[string]string // by kind, as in the path
}

func (d *drive) know(secrets ...planted) { d.secrets = append(d.secrets, secrets...) }

// plant makes a secret and looks out for it from now on.
func (d *drive) plant(name string) string {
	p := plant(name)
	d.know(p)
	return p.value
}

// send keeps the answer to a request, headers and all.
func (d *drive) send(c harness.Client, method, path string, body any, headers ...string) harness.Response {
	d.t.Helper()
	resp := c.Do(method, path, body, headers...)
	var head bytes.Buffer
	_ = resp.Header.Write(&head) // a Buffer takes everything
	where := fmt.Sprintf("%s %s", method, path)
	if m, ok := body.(map[string]any); ok && m["model"] != nil {
		where += fmt.Sprintf(" for %v, stream %v", m["model"], m["stream"])
	}
	d.outputs = append(d.outputs,
		output{where: "headers of " + where, data: head.Bytes(), answer: true},
		output{where: fmt.Sprintf("answer %d to %s", resp.Status, where), data: resp.Body, answer: true})
	return resp
}

// must is send for what has to succeed.
func (d *drive) must(c harness.Client, method, path string, body any) harness.Object {
	d.t.Helper()
	resp := d.send(c, method, path, body)
	obj, err := resp.Object()
	if resp.Status != http.StatusOK || err != nil {
		d.t.Fatalf("%s %s: %d %s", method, path, resp.Status, resp.Body)
	}
	return obj
}

// store plants a secret in each field that can hold one.
func (d *drive) store() {
	d.t.Helper()
	admin := d.server.Admin()
	for _, kind := range []string{"openai", "anthropic"} {
		d.must(admin, http.MethodPost, "/v1/integrations", map[string]any{
			"name": kind, "slug": "canary-" + kind, "ai_provider_id": kind, "key": d.plant(kind + " key"),
			"configurations": map[string]any{
				"custom_host":           d.provider.URL,
				"custom_headers":        map[string]any{"x-canary-custom": d.plant(kind + " custom header")},
				"no_such_field":         d.plant(kind + " unknown field"),
				"aws_secret_access_key": d.plant(kind + " AWS secret"),
				"nested":                map[string]any{"deep": []any{d.plant(kind + " nested field")}},
			},
		})
		models := make([]any, 0, 2)
		for _, model := range []string{"echo", "echo-error"} {
			models = append(models, map[string]any{"slug": model, "enabled": true, "is_custom": true, "configurations": map[string]any{
				"custom_host":    d.provider.URL,
				"custom_headers": map[string]any{"x-canary-model": d.plant(kind + " " + model + " model header")},
			}})
		}
		d.must(admin, http.MethodPut, "/v1/integrations/canary-"+kind+"/models", map[string]any{"models": models})
		d.server.Grant("canary-"+kind, d.server.DefaultWorkspace())
	}
	d.references()
	d.virtualKey()
	d.policies()
	answer := admin.Do(http.MethodPost, "/v1/api-keys/workspace/service", map[string]any{
		"name": "made", "workspace_id": d.server.DefaultWorkspace(), "scopes": []string{"completions.write", "models.list"},
	})
	made, err := answer.Object()
	if err != nil || made.Text("key") == "" {
		d.t.Fatalf("create a key: %d %s", answer.Status, answer.Body)
	}
	// The one answer that shows a key, once: what is left of it counts.
	d.outputs = append(d.outputs, output{where: "answer to create a key", answer: true,
		data: bytes.Replace(answer.Body, []byte(made.Text("key")), nil, 1)})
	d.know(given("made key", made.Text("key")))
	d.keyID = made.Text("id")
	d.send(d.server.As(made.Text("key")), http.MethodGet, "/v1/models", nil)
	d.rotate()
}

// rotate gives the key that was made a new secret: the one other answer that
// shows one, once.
func (d *drive) rotate() {
	d.t.Helper()
	answer := d.server.Admin().Do(http.MethodPost, "/v1/api-keys/"+d.keyID+"/rotate", nil)
	made, err := answer.Object()
	if err != nil || made.Text("key") == "" {
		d.t.Fatalf("rotate a key: %d %s", answer.Status, answer.Body)
	}
	d.outputs = append(d.outputs, output{where: "answer to rotate a key", answer: true,
		data: bytes.Replace(answer.Body, []byte(made.Text("key")), nil, 1)})
	d.know(given("rotated API key", made.Text("key")))
	d.send(d.server.As(made.Text("key")), http.MethodGet, "/v1/models", nil)
	d.must(d.server.Admin(), http.MethodGet, "/v1/api-keys/"+d.keyID, nil)
}

// policies makes a policy of each kind.
func (d *drive) policies() {
	d.t.Helper()
	d.policyID = map[string]string{}
	for kind, limit := range map[string]map[string]any{
		"usage-limits": {"type": "cost", "credit_limit": 1000},
		"rate-limits":  {"type": "requests", "unit": "rpm", "value": 10000},
	} {
		limit["conditions"] = []any{map[string]any{"key": "api_key", "value": "*"}}
		limit["group_by"] = []any{map[string]any{"key": "api_key"}}
		d.policyID[kind] = d.must(d.server.Workspace(), http.MethodPost, "/v1/policies/"+kind, limit).Text("id")
	}
}

// auditLog reads all that was recorded, page by page.
func (d *drive) auditLog() {
	d.t.Helper()
	for page := 0; ; page++ {
		got := d.must(d.server.Admin(), http.MethodGet,
			fmt.Sprintf("/v1/audit-logs?start_time=2000-01-01&end_time=2100-01-01&current_page=%d", page), nil)
		if records, _ := got.At("records").([]any); len(records) == 0 {
			return
		}
	}
}

// references plants a secret in each sensitive field of a secret reference, and
// has an integration read through one.
func (d *drive) references() {
	d.t.Helper()
	admin := d.server.Admin()
	for slug, r := range map[string]map[string]any{
		"canary-aws-key": {"manager_type": "aws_sm", "auth_config": map[string]any{"aws_auth_type": "accessKey", "aws_region": "eu-west-1",
			"aws_access_key_id": d.plant("AWS key id"), "aws_secret_access_key": d.plant("AWS secret access")}},
		"canary-aws-role": {"manager_type": "aws_sm", "auth_config": map[string]any{"aws_auth_type": "assumedRole", "aws_region": "eu-west-1",
			"aws_role_arn": d.plant("AWS role"), "aws_external_id": d.plant("AWS external id")}},
		"canary-azure": {"manager_type": "azure_kv", "auth_config": map[string]any{"azure_auth_mode": "entra", "azure_entra_tenant_id": "t",
			"azure_entra_client_id": "c", "azure_vault_url": "https://v.vault.azure.net", "azure_entra_client_secret": d.plant("Entra secret")}},
		"canary-token": {"manager_type": "hashicorp_vault", "auth_config": map[string]any{"vault_auth_type": "token",
			"vault_addr": d.provider.URL, "vault_token": d.plant("Vault token")}},
		"canary-approle": {"manager_type": "hashicorp_vault", "auth_config": map[string]any{"vault_auth_type": "approle",
			"vault_addr": d.provider.URL, "vault_role_id": "r", "vault_secret_id": d.plant("Vault secret id")}},
	} {
		r["name"], r["slug"], r["secret_path"] = slug, slug, "prod/openai"
		d.must(admin, http.MethodPost, "/v1/secret-references", r)
		d.must(admin, http.MethodPut, "/v1/secret-references/"+slug, map[string]any{
			"auth_config": d.must(admin, http.MethodGet, "/v1/secret-references/"+slug, nil).At("auth_config"), "name": slug + " again"})
	}
	d.must(admin, http.MethodPost, "/v1/integrations", map[string]any{"name": "mapped", "slug": "canary-mapped", "ai_provider_id": "openai",
		"key":             d.plant("key that a mapping displaces"),
		"configurations":  map[string]any{"custom_host": d.provider.URL},
		"secret_mappings": []any{map[string]any{"target_field": "key", "secret_reference_id": "canary-token"}}})
	d.server.Grant("canary-mapped", d.server.DefaultWorkspace())
	d.send(d.server.Workspace(), http.MethodPost, "/v1/chat/completions", `{"model":"@canary-mapped/echo","messages":[]}`)
	d.send(admin, http.MethodPost, "/v1/secret-references", map[string]any{"name": "refused", "manager_type": "hashicorp_vault", "secret_path": "p",
		"auth_config": map[string]any{"vault_auth_type": "approle", "vault_token": d.plant("token of another mode"), "vault_addr": "ftp://" + d.plant("address")}})
	d.must(admin, http.MethodPut, "/v1/secret-references/canary-aws-key", map[string]any{"auth_config": map[string]any{"aws_auth_type": "serviceRole"}})
	d.must(admin, http.MethodDelete, "/v1/secret-references/canary-aws-role", nil)
}

// virtualKey plants secrets in a virtual key of an older client, rotates and
// deletes it.
func (d *drive) virtualKey() {
	d.t.Helper()
	client := d.server.Workspace()
	d.must(client, http.MethodPost, "/v1/virtual-keys", map[string]any{"name": "vk", "slug": "canary-vk", "provider": "bedrock",
		"awsAccessKeyId": d.plant("virtual key's AWS key id"), "aws_secret_access_key": d.plant("virtual key's AWS secret"), "awsRegion": "eu-west-1",
		"customHeaders": map[string]any{"x-canary": d.plant("virtual key's own headers")}})
	d.must(client, http.MethodPut, "/v1/virtual-keys/canary-vk", map[string]any{"awsSecretAccessKey": d.plant("virtual key's rotated secret"),
		"model_config": d.must(client, http.MethodGet, "/v1/virtual-keys/canary-vk", nil).At("model_config")})
	d.send(client, http.MethodPut, "/v1/virtual-keys/canary-openai", map[string]any{"key": d.plant("virtual key that is refused")})
	d.must(client, http.MethodGet, "/v1/integrations/canary-vk", nil)
	d.must(client, http.MethodDelete, "/v1/virtual-keys/canary-vk", nil)
}

// gateway calls both kinds of provider with everything echoed back.
func (d *drive) gateway() {
	d.t.Helper()
	prompt, forwarded, credential := plantOwn("prompt"), plantOwn("forwarded header"), plantOwn("caller's own credential")
	d.know(prompt, forwarded, credential)
	for _, behaviour := range []string{"echo", "echo-error", "echo-part", "echo-event", "echo-garbage"} {
		for _, stream := range []bool{false, true} {
			body := func(model string) map[string]any {
				return map[string]any{"model": model, "stream": stream, "max_tokens": 5,
					"messages": []any{map[string]any{"role": "user", "content": prompt.value}}}
			}
			for _, slug := range []string{"canary-openai", "canary-anthropic"} {
				d.send(d.server.Workspace(), http.MethodPost, "/v1/chat/completions", body("@"+slug+"/"+behaviour),
					"x-canary-forward", forwarded.value, "x-portkey-forward-headers", "x-canary-forward",
					"x-portkey-metadata", `{"_user":"someone"}`)
			}
			d.send(d.server.Workspace(), http.MethodPost, "/v1/chat/completions", body(behaviour),
				"x-portkey-provider", "openai", "x-portkey-custom-host", d.provider.URL, "Authorization", "Bearer "+credential.value)
			// The way of the plain OpenAI packages: the key as a bearer token.
			d.send(d.server.As(""), http.MethodPost, "/v1/chat/completions", body("@canary-openai/"+behaviour),
				"Authorization", "Bearer "+d.server.WorkspaceKey)
		}
		for _, path := range []string{"/v1/embeddings", "/v1/completions"} {
			d.send(d.server.Workspace(), http.MethodPost, path,
				map[string]any{"model": "@canary-openai/" + behaviour, "input": "x", "prompt": "x"})
		}
	}
	d.send(d.server.Workspace(), http.MethodGet, "/v1/models", nil, "x-portkey-provider", "@canary-openai")
	d.configs(prompt.value, forwarded.value, credential.value)
}

// configs calls with configs: one that is tried again, and two whose credential
// has nowhere to go.
func (d *drive) configs(prompt, forwarded, credential string) {
	d.t.Helper()
	for config, model := range map[string]string{
		`{"provider":"@canary-openai","retry":{"attempts":1,"on_status_codes":[401]},"forward_headers":["x-canary-forward"]}`: "echo-error",
		`{"provider":"openai","api_key":"` + credential + `","custom_host":"` + d.provider.URL + `"}`:                         "echo",
		`{"provider":"@canary-openai","api_key":"` + credential + `","retry":"` + forwarded + `"}`:                            "echo",
	} {
		d.send(d.server.Workspace(), http.MethodPost, "/v1/chat/completions", map[string]any{"model": model, "stream": false,
			"messages": []any{map[string]any{"role": "user", "content": prompt}}},
			"x-portkey-config", config, "x-canary-forward", forwarded)
	}
}

// strangers sends keys that belong elsewhere, and bodies that break off after a
// secret.
func (d *drive) strangers() {
	d.t.Helper()
	for _, name := range []string{"x-portkey-api-key", "Authorization", "x-api-key"} {
		key := d.plant("unknown key in " + name)
		if name == "Authorization" {
			key = "Bearer " + key
		}
		d.send(d.server.As(""), http.MethodGet, "/v1/integrations", nil, name, key)
		d.send(d.server.As(""), http.MethodPost, "/v1/chat/completions", `{"model":"@canary-openai/echo","messages":[]}`, name, key)
	}
	broken := d.plant("key in a broken body")
	for _, body := range []string{
		`{"name":"n","ai_provider_id":"openai","key":"` + broken,
		`{"name":"n","ai_provider_id":"openai","key":` + broken + `}`,
		`{"` + broken + `":1,"` + broken + `":2}`,
		"\xff" + broken,
	} {
		d.send(d.server.Admin(), http.MethodPost, "/v1/integrations", body)
		d.send(d.server.Workspace(), http.MethodPost, "/v1/chat/completions", body)
	}
}

// change rotates, sends masks back and deletes.
func (d *drive) change() {
	d.t.Helper()
	admin := d.server.Admin()
	const path = "/v1/integrations/canary-openai"
	detail := d.must(admin, http.MethodGet, path, nil)
	d.must(admin, http.MethodPut, path, map[string]any{"configurations": detail.At("configurations"), "key": detail.Text("masked_key")})
	d.must(admin, http.MethodPut, path, map[string]any{"key": d.plant("rotated key"),
		"configurations": map[string]any{"custom_headers": map[string]any{"x-canary-custom": d.plant("rotated header")}}})
	d.send(d.server.Workspace(), http.MethodPost, "/v1/chat/completions",
		`{"model":"@canary-openai/echo-error","messages":[{"role":"user","content":"x"}]}`)
	d.must(admin, http.MethodGet, path, nil)
	d.must(admin, http.MethodGet, path+"/models", nil)
	d.must(admin, http.MethodPut, path+"/models", map[string]any{"models": []any{map[string]any{"slug": "echo", "enabled": false, "is_custom": true}}})
	d.must(admin, http.MethodDelete, path+"/models?slugs=echo-error", nil)
	d.must(admin, http.MethodDelete, path, nil)
	d.send(admin, http.MethodGet, path, nil)
	d.auditLog()
}
