package adminapi

import (
	"strings"
	"testing"
)

// Another mode of authentication takes with it what only the mode before used.
func TestANewModeForgetsWhatOnlyTheOldOneUsed(t *testing.T) {
	w := newWorld(t)
	secret := w.plant("canary-of-a-mode-gone-01")
	ref := `{"name":"R","slug":"r","manager_type":"hashicorp_vault","secret_path":"kv/a","auth_config":{"vault_addr":"https://v.example.org","vault_auth_type":"token","vault_token":"` + secret + `"}}`
	w.must(orgAdmin, "POST", "/secret-references", ref)
	deployments := `"azure_resource_name":"r","azure_deployment_config":[{"azure_deployment_name":"d","azure_api_version":"v1","azure_model_slug":"gpt-4o","is_default":true}]`
	entra := `"azure_auth_mode":"entra","azure_entra_tenant_id":"t","azure_entra_client_id":"c","azure_entra_client_secret":"` + secret + `"`
	tests := map[string]struct{ create, change, want string }{
		"Azure from Entra to its key": {
			`"ai_provider_id":"azure-openai","configurations":{` + deployments + `,` + entra + `}`,
			`"key":"k12345678","configurations":{"azure_auth_mode":"default","azure_entra_client_id":"c","masked_azure_entra_client_secret":"ca*******01"}`,
			`["k1*******78",{"azure_auth_mode":"default",` + deployments + `}]`},
		"Azure from its key to Entra": {
			`"ai_provider_id":"azure-openai","key":"` + secret + `","configurations":{"azure_auth_mode":"default",` + deployments + `}`,
			`"key":"","configurations":{"azure_auth_mode":"managed"}`,
			`[null,{"azure_auth_mode":"managed",` + deployments + `}]`},
		"AWS from an access key to a role": {
			`"ai_provider_id":"bedrock","configurations":{"aws_auth_type":"accessKey","aws_region":"eu-west-1","aws_access_key_id":"` + secret + `","aws_secret_access_key":"` + secret + `"}`,
			`"configurations":{"aws_auth_type":"assumedRole","aws_role_arn":"arn:x"}`,
			`[null,{"aws_auth_type":"assumedRole","aws_region":"eu-west-1","aws_role_arn":"arn:x"}]`},
		"Vertex from a key file to a token": {
			`"ai_provider_id":"vertex-ai","configurations":{"vertex_auth_type":"serviceAccount","vertex_region":"global","vertex_project_id":"p","vertex_service_account_json":{"client_email":"a@b","private_key":"` + secret + `"}}`,
			`"configurations":{"vertex_auth_type":"basic"}`,
			`[null,{"vertex_auth_type":"basic","vertex_region":"global","vertex_project_id":"p"}]`},
		"a field given anew stays": {
			`"ai_provider_id":"bedrock","configurations":{"aws_auth_type":"assumedRole","aws_region":"eu-west-1","aws_role_arn":"arn:x"}`,
			`"configurations":{"aws_auth_type":"serviceRole","aws_role_arn":"arn:y"}`,
			`[null,{"aws_auth_type":"serviceRole","aws_region":"eu-west-1","aws_role_arn":"arn:y"}]`},
		"the same mode again changes nothing": {
			`"ai_provider_id":"bedrock","key":"k12345678","configurations":{"aws_auth_type":"assumedRole","aws_region":"eu-west-1","aws_role_arn":"arn:x"}`,
			`"configurations":{"aws_auth_type":"assumedRole"}`,
			`["k1*******78",{"aws_auth_type":"assumedRole","aws_region":"eu-west-1","aws_role_arn":"arn:x"}]`},
		"a mapping goes as well": {
			`"ai_provider_id":"bedrock","configurations":{"aws_auth_type":"apiKey","aws_region":"eu-west-1"},"secret_mappings":[{"target_field":"key","secret_reference_id":"r"}]`,
			`"configurations":{"aws_auth_type":"serviceRole"}`,
			`[null,{"aws_auth_type":"serviceRole","aws_region":"eu-west-1"}]`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			id := w.must(orgAdmin, "POST", "/integrations", `{"name":"N",`+tt.create+`}`)["id"].(string)
			w.must(orgAdmin, "PUT", "/integrations/"+id, `{`+tt.change+`}`)
			d := w.must(orgAdmin, "GET", "/integrations/"+id, "")
			same(t, "what is left", []any{d["masked_key"], d["configurations"]}, tt.want)
			same(t, "mappings", d["secret_mappings"], `[]`)
		})
	}
	w.must(orgAdmin, "DELETE", "/secret-references/r", "") // nothing uses it any more
	if strings.Contains(w.audit(), secret) {
		t.Error("a secret is in the audit log")
	}
}
