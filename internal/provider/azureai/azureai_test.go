package azureai_test

import (
	"testing"

	"github.com/claviger/claviger/internal/provider/azureai"
	"github.com/claviger/claviger/internal/provider/providertest"
)

func with(mode, more string) string {
	return `{"azure_auth_mode":"` + mode + `","azure_foundry_url":"https://acme.services.ai.azure.com/models"` + more + `}`
}

func TestSpec(t *testing.T) {
	providertest.Check(t, azureai.Adapter{}.Spec(), map[string]providertest.SpecCase{
		"a key":    {Configurations: with("default", "")},
		"no key":   {NoKey: true, Configurations: with("default", ""), Problems: []string{"key: is required when azure_auth_mode is default"}},
		"an app":   {NoKey: true, Configurations: with("entra", `,"azure_entra_tenant_id":"t","azure_entra_client_id":"c","azure_entra_client_secret":"s"`)},
		"identity": {NoKey: true, Configurations: with("managed", `,"is_key_required":false,"azure_api_version":"2024-05-01-preview","azure_deployment_name":"blue"`)},
		"an identity that needs a key": {NoKey: true, Configurations: with("managed", `,"is_key_required":true`),
			Problems: []string{"key: is required when is_key_required is true"}},
		"nothing": {Problems: []string{"configurations.azure_auth_mode: is required", "configurations.azure_foundry_url: is required"}},
		"everything wrong": {Configurations: `{"azure_auth_mode":5,"azure_foundry_url":"http://169.254.169.254/CANARY",
			"azure_api_version":"CANARY-CANARY-CANARY-CANARY-CANARY","is_key_required":"CANARY"}`, Problems: []string{
			"configurations.azure_auth_mode: must be a string",
			"configurations.azure_foundry_url: is refused: metadata and link-local addresses are not allowed",
			"configurations.azure_api_version: must be at most 30 bytes",
			"configurations.is_key_required: must be true or false"}},
		"a URL inside": {Configurations: `{"azure_auth_mode":"default","azure_foundry_url":"http://10.1.2.3/"}`, Problems: []string{
			"configurations.azure_foundry_url: is refused: private and reserved addresses are not allowed"}},
	})
}

func TestMasked(t *testing.T) {
	providertest.CheckMasked(t, azureai.Adapter{}.Spec(),
		with("entra", `,"azure_entra_client_secret":"abCANARYyz","is_key_required":true,"azure_workload_client_id":"w"`),
		with("entra", `,"masked_azure_entra_client_secret":"ab*******yz","is_key_required":true,"azure_workload_client_id":"w"`))
}
