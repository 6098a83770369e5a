package adminapi

import (
	"strings"
	"testing"
)

// virtualKeyForms are virtual keys as older clients make them, in both
// spellings, and the configurations and the model_config they end up as.
var virtualKeyForms = map[string]struct{ body, configurations, modelConfig string }{
	"OpenAI": {`"provider":"openai","key":"%s","openaiProject":"p"`, `{"openai_project":"p"}`, `{"openaiProject":"p"}`},
	"OpenAI by its old name, in model_config": {`"provider":"open-ai","key":"%s","model_config":{"openai_project":"p"}`,
		`{"openai_project":"p"}`, `{"openaiProject":"p"}`},
	"Azure OpenAI": {`"provider":"azure-openai","key":"%s","resourceName":"res","deploymentConfig":[{"apiVersion":"v1","deploymentName":"d","is_default":true},{"apiVersion":"v2","alias":"b","deploymentName":"e","isDefault":false}]`,
		`{"azure_auth_mode":"default","azure_deployment_config":[{"azure_api_version":"v1","azure_deployment_name":"d","azure_model_slug":"d","is_default":true},{"alias":"b","azure_api_version":"v2","azure_deployment_name":"e","azure_model_slug":"b","is_default":false}],"azure_resource_name":"res"}`,
		`{"azureAuthMode":"default","deploymentConfig":[{"apiVersion":"v1","deploymentName":"d","is_default":true,"modelSlug":"d"},{"alias":"b","apiVersion":"v2","deploymentName":"e","is_default":false,"modelSlug":"b"}],"resourceName":"res"}`},
	"Azure OpenAI, one deployment, in snake case": {`"provider":"azure-openai","key":"%s","resource_name":"res","api_version":"v1","deployment_name":"d"`,
		`{"azure_auth_mode":"default","azure_deployment_config":[{"azure_api_version":"v1","azure_deployment_name":"d","azure_model_slug":"d","is_default":true}],"azure_resource_name":"res"}`,
		`{"azureAuthMode":"default","deploymentConfig":[{"apiVersion":"v1","deploymentName":"d","is_default":true,"modelSlug":"d"}],"resourceName":"res"}`},
	"Bedrock": {`"provider":"bedrock","awsAccessKeyId":"%s","awsSecretAccessKey":"%s","awsRegion":"us-east-1"`,
		`{"aws_auth_type":"accessKey","aws_region":"us-east-1","masked_aws_access_key_id":"ca*******-0","masked_aws_secret_access_key":"ca*******-1"}`,
		`{"awsAuthType":"accessKey","awsRegion":"us-east-1","maskedAwsAccessKeyId":"ca*******-0","maskedAwsSecretAccessKey":"ca*******-1"}`},
	"Bedrock in snake case": {`"provider":"bedrock","aws_access_key_id":"%s","aws_secret_access_key":"%s","aws_region":"us-east-1"`,
		`{"aws_auth_type":"accessKey","aws_region":"us-east-1","masked_aws_access_key_id":"ca*******-0","masked_aws_secret_access_key":"ca*******-1"}`,
		`{"awsAuthType":"accessKey","awsRegion":"us-east-1","maskedAwsAccessKeyId":"ca*******-0","maskedAwsSecretAccessKey":"ca*******-1"}`},
	"Vertex AI": {`"provider":"vertex-ai","key":"%s","vertexProjectId":"p-1","vertexRegion":"us-central1"`,
		`{"vertex_auth_type":"basic","vertex_project_id":"p-1","vertex_region":"us-central1"}`,
		`{"vertexAuthType":"basic","vertexProjectId":"p-1","vertexRegion":"us-central1"}`},
	"Workers AI": {`"provider":"workers-ai","key":"%s","workersAiAccountId":"acc1"`,
		`{"workers_ai_account_id":"acc1"}`, `{"workersAiAccountId":"acc1"}`},
	"one of one's own": {`"provider":"home","key":"%s","customHost":"https://api.example.org/v1","custom_headers":{"x-a":"%s"}`,
		`{"custom_host":"https://api.example.org/v1","masked_custom_headers":{"x-a":"ca*******-1"}}`,
		`{"customHost":"https://api.example.org/v1","maskedCustomHeaders":{"x-a":"ca*******-1"}}`},
}

func TestVirtualKeysOfEveryForm(t *testing.T) {
	w := newWorld(t)
	for name, form := range virtualKeyForms {
		got := w.do(workspace, "POST", "/virtual-keys", `{"name":"`+name+`","note":"n",`+w.auth(form.body, strings.NewReplacer(" ", "", ",", "", "'", "").Replace(name))+`}`)
		if got.status != 200 || got.header.Get(ignoredHeader) != "" {
			t.Errorf("%s: %d, ignored %q: %s", name, got.status, got.header.Get(ignoredHeader), got.text)
			continue
		}
		slug := got.object["slug"].(string)
		same(t, name+": made", []any{got.object["object"], got.object["success"], got.object["data"]}, `["virtual-key",true,{"slug":"`+slug+`"}]`)
		vk := w.must(workspace, "GET", "/virtual-keys/"+slug, "")
		same(t, name+": model_config", vk["model_config"], form.modelConfig)
		same(t, name, []any{vk["id"], vk["name"], vk["note"], vk["status"], vk["object"]}, `["`+got.object["id"].(string)+`","`+name+`","n","active","virtual-key"]`)
		i := w.must(workspace, "GET", "/integrations/"+slug, "")
		same(t, name+": configurations", i["configurations"], form.configurations)
		same(t, name+": the same row", []any{vk["masked_api_key"], vk["ai_provider_name"], "workspace"}, `[`+jsonText(i["masked_key"])+`,"`+i["ai_provider_id"].(string)+`","`+i["type"].(string)+`"]`)
		if p := w.must(workspace, "GET", "/providers/"+slug, ""); p["id"] != vk["id"] || p["integration_id"] != slug {
			t.Errorf("%s: as a provider %v", name, p)
		}
	}
	if audit := w.audit(); strings.Contains(audit, "canary-") {
		t.Error("a secret is in the audit log")
	}
}

func jsonText(v any) string {
	if s, ok := v.(string); ok {
		return `"` + s + `"`
	}
	return "null"
}

func TestVirtualKeyLifeCycle(t *testing.T) {
	w := newWorld(t)
	ws := w.made.Workspace.Slug
	w.must(orgAdmin, "POST", "/secret-references", reference("r"))
	made := w.must(orgAdmin, "POST", "/virtual-keys", `{"name":"VK","slug":"vk","provider":"bedrock","workspace_id":"`+ws+`","awsAccessKeyId":"`+w.plant("canary-id-0000-aa")+`","awsSecretAccessKey":"`+w.plant("canary-secret-0000-bb")+`","awsRegion":"us-east-1"}`)
	config := func(region, secret string) string {
		return `{"awsAuthType":"accessKey","awsRegion":"` + region + `","maskedAwsAccessKeyId":"ca*******aa","maskedAwsSecretAccessKey":"` + secret + `"}`
	}
	steps := []struct{ what, actor, body, field, want string }{
		{"a setting is merged", orgAdmin, `{"awsRegion":"eu-west-1"}`, "model_config", config("eu-west-1", "ca*******bb")},
		{"in snake case as well", orgAdmin, `{"aws_region":"eu-west-2"}`, "model_config", config("eu-west-2", "ca*******bb")},
		{"what was shown changes nothing", workspace, `{"model_config":` + config("eu-west-2", "ca*******bb") + `}`, "model_config", config("eu-west-2", "ca*******bb")},
		{"a secret is rotated", workspace, `{"awsSecretAccessKey":"` + w.plant("canary-secret-1111-cc") + `"}`, "model_config", config("eu-west-2", "ca*******cc")},
		{"an organisation key finds it without a workspace", orgAdmin, `{"name":"Renamed"}`, "name", `"Renamed"`},
		{"limits", workspace, `{"usage_limits":{"credit_limit":1.5},"rate_limits":[{"type":"requests","unit":"rpm","value":5}]}`, "usage_limits", `{"credit_limit":1.5,"current_usage":0}`},
		{"a mapping takes the place of a secret", workspace, `{"secret_mappings":[{"target_field":"model_config.awsSecretAccessKey","secret_reference_id":"r"}]}`, "secret_mappings",
			`[{"target_field":"model_config.awsSecretAccessKey","secret_reference_id":"r","secret_key":null,"value_format":null}]`},
	}
	for _, s := range steps {
		same(t, s.what, w.must(s.actor, "PUT", "/virtual-keys/vk", s.body), `{"id":"`+made["id"].(string)+`","slug":"vk","object":"virtual-key","success":true,"data":{"slug":"vk"}}`)
		for _, ref := range []string{"vk", made["id"].(string)} {
			same(t, s.what, w.must(s.actor, "GET", "/virtual-keys/"+ref, "")[s.field], s.want)
		}
	}
	same(t, "the mapped secret is not stored", w.must(workspace, "GET", "/integrations/vk", "")["configurations"], `{"aws_auth_type":"accessKey","aws_region":"eu-west-2","masked_aws_access_key_id":"ca*******aa"}`)
	if got := w.do(orgAdmin, "DELETE", "/secret-references/r", ""); got.status != 400 || !strings.Contains(got.text, "1 integration and 1 virtual key") {
		t.Errorf("a reference in use: %d %s", got.status, got.text)
	}
	same(t, "deleted", w.must(orgAdmin, "DELETE", "/virtual-keys/vk", ""), `{}`)
	for _, path := range []string{"/virtual-keys/vk", "/providers/vk", "/integrations/vk"} {
		if got := w.do(workspace, "GET", path, ""); got.status != 404 {
			t.Errorf("%s after deletion: %d", path, got.status)
		}
	}
	w.must(orgAdmin, "DELETE", "/secret-references/r", "")
	w.must(workspace, "POST", "/virtual-keys", `{"name":"VK","slug":"vk","provider":"openai","key":"k12345678"}`) // the slug is free
}

func TestDeletingAVirtualKeyLeavesWhatOthersUse(t *testing.T) {
	w := newWorld(t)
	w.must(workspace, "POST", "/virtual-keys", `{"name":"VK","slug":"vk","provider":"openai","key":"k12345678"}`)
	w.must(workspace, "POST", "/providers", `{"name":"Other","slug":"other","integration_id":"vk"}`)
	w.must(workspace, "DELETE", "/virtual-keys/vk", "")
	if p := w.must(workspace, "GET", "/providers/other", ""); p["integration_id"] != "vk" {
		t.Errorf("the other provider: %v", p)
	}
	w.must(workspace, "POST", "/integrations", `{"name":"I","slug":"i","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(workspace, "DELETE", "/virtual-keys/i", "")
	w.must(workspace, "GET", "/integrations/i", "") // was made as an integration, and stays one
}

func TestVirtualKeyRefusals(t *testing.T) {
	w, first, second := prepared(t)
	w.must(orgAdmin, "PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"`+first+`","enabled":true},{"id":"`+second+`","enabled":true}]}`)
	w.must(workspace, "POST", "/virtual-keys", `{"name":"VK","slug":"vk","provider":"openai","key":"k12345678"}`)
	w.must(workspace, "POST", "/integrations", `{"name":"Own","slug":"own","ai_provider_id":"openai","key":"k12345678"}`)
	w.key("old client", "workspace/service", `{"name":"o","workspace_id":"`+first+`","scopes":["virtual_keys.create","virtual_keys.update","virtual_keys.read"]}`)
	w.key("providers only", "workspace/service", `{"name":"o","workspace_id":"`+first+`","scopes":["providers.create","providers.update"]}`)
	secret := w.plant("canary-refused-virtual-key")
	tests := map[string]struct {
		actor, method, path, body string
		status                    int
		contain                   []string
	}{
		"nothing at all":                 {orgAdmin, "POST", "", `{}`, 400, []string{`"path":"name"`, `"path":"provider"`, `"path":"workspace_id"`}},
		"without its key":                {workspace, "POST", "", `{"name":"n","provider":"openai"}`, 400, []string{`"path":"key"`}},
		"in the words that were sent":    {workspace, "POST", "", `{"name":"n","provider":"azure-openai","key":"` + secret + `","resourceName":"-no-","deploymentConfig":[{"apiVersion":7,"alias":"a"}]}`, 400, []string{`"path":"resourceName"`, `"path":"deploymentConfig[0].apiVersion"`, `"path":"deploymentConfig[0].deploymentName"`}},
		"without what its mode needs":    {workspace, "POST", "", `{"name":"n","provider":"bedrock","awsAccessKeyId":"` + secret + `","awsRegion":"us-east-1"}`, 400, []string{`"path":"awsSecretAccessKey"`}},
		"a setting in two spellings":     {workspace, "POST", "", `{"name":"n","provider":"bedrock","awsRegion":"us-east-1","aws_region":"us-east-1"}`, 400, []string{"two spellings"}},
		"an unknown provider":            {workspace, "POST", "", `{"name":"n","provider":"acme","key":"` + secret + `"}`, 400, []string{`"path":"provider"`}},
		"a private host":                 {orgAdmin, "POST", "", `{"name":"n","provider":"acme","key":"` + secret + `","customHost":"http://127.0.0.1:9/v1","workspace_id":"` + first + `"}`, 400, []string{`"path":"customHost"`}},
		"a taken slug":                   {workspace, "POST", "", `{"name":"n","slug":"vk","provider":"openai","key":"` + secret + `"}`, 409, []string{"AB07"}},
		"a taken slug of an integration": {workspace, "POST", "", `{"name":"n","slug":"shared","provider":"openai","key":"` + secret + `"}`, 409, []string{"AB07"}},
		"a mapping of nowhere":           {workspace, "POST", "", `{"name":"n","provider":"openai","secret_mappings":[{"target_field":"key","secret_reference_id":"none"},{"target_field":"modelConfig.x","secret_reference_id":"none"}]}`, 400, []string{`"path":"secret_mappings[0].secret_reference_id"`, `"path":"secret_mappings[1].target_field"`, "model_config."}},
		"with the scope of providers":    {"providers only", "POST", "", `{"name":"n","provider":"openai","key":"` + secret + `"}`, 403, []string{"AB03"}},
		"the organisation's key":         {workspace, "PUT", "/shared", `{"key":"` + secret + `"}`, 403, []string{"AB03", "belongs to an integration of the organisation"}},
		"the organisation's settings":    {orgAdmin, "PUT", "/shared?workspace_id=" + first, `{"openaiProject":"x"}`, 403, []string{"AB03", "belongs to an integration of the organisation"}},
		"an integration's key, by scope": {"old client", "PUT", "/own", `{"key":"` + secret + `"}`, 403, []string{"AB03", "workspace_integrations.update"}},
		"a key, by the wrong scope":      {"providers only", "PUT", "/vk", `{"key":"` + secret + `"}`, 403, []string{"AB03"}},
		"one of several of that name":    {orgAdmin, "PUT", "/shared", `{"name":"n"}`, 400, []string{`"path":"workspace_id"`, "several workspaces"}},
		"several wrong things":           {workspace, "PUT", "/vk", `{"name":"","key":"sk*******zz","rate_limits":7}`, 400, []string{`"path":"name"`, `"path":"key"`, `"path":"rate_limits"`}},
		"unknown":                        {orgAdmin, "PUT", "/none", `{"name":"n"}`, 404, []string{"AB08"}},
		"an unknown one deleted":         {workspace, "DELETE", "/none", ``, 404, []string{"AB08"}},
	}
	before := w.must(orgAdmin, "GET", "/integrations", "")["total"]
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			got := w.do(tt.actor, tt.method, "/virtual-keys"+tt.path, tt.body)
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
	if after := w.must(orgAdmin, "GET", "/integrations", "")["total"]; after != before {
		t.Errorf("a refused request stored something: %v integrations, then %v", before, after)
	}
	rotated := w.plant("canary-rotated-by-old-client")
	w.must("old client", "PUT", "/virtual-keys/vk", `{"key":"`+rotated+`"}`)
	same(t, "rotated", w.must("old client", "GET", "/virtual-keys/vk", "")["masked_api_key"], `"ca*******nt"`)
	w.must(workspace, "PUT", "/virtual-keys/own", `{"key":"`+rotated+`"}`)
	w.must(workspace, "PUT", "/virtual-keys/shared", `{"note":"the provider is the workspace's own","key":""}`)
}
