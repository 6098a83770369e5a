package azureopenai_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/azure"
	"github.com/claviger/claviger/internal/provider/azureopenai"
	"github.com/claviger/claviger/internal/provider/providertest"
	"github.com/claviger/claviger/internal/secret"
)

const (
	one = `[{"azure_deployment_name":"d","azure_api_version":"2024-10-21","azure_model_slug":"gpt-4o","is_default":true}]`

	tenant = "configurations.azure_entra_tenant_id: is required when azure_auth_mode is "
	client = "configurations.azure_entra_client_id: is required when azure_auth_mode is "
	hidden = "configurations.azure_entra_client_secret: is required when azure_auth_mode is "
)

func with(mode, more string) string {
	return `{"azure_auth_mode":"` + mode + `","azure_resource_name":"acme","azure_deployment_config":` + one + more + `}`
}

func deployments(list string) string {
	return `{"azure_auth_mode":"default","azure_resource_name":"acme","azure_deployment_config":` + list + `}`
}

func TestSpec(t *testing.T) {
	const at = "configurations.azure_deployment_config"
	providertest.Check(t, azureopenai.Adapter{}.Spec(), map[string]providertest.SpecCase{
		"a key":                     {Configurations: with("default", "")},
		"no key":                    {NoKey: true, Configurations: with("default", ""), Problems: []string{"key: is required when azure_auth_mode is default"}},
		"a key that is mapped":      {NoKey: true, Mapped: []string{"key"}, Configurations: with("default", "")},
		"an app registration":       {NoKey: true, Configurations: with("entra", `,"azure_entra_tenant_id":"t.onmicrosoft.com","azure_entra_client_id":"c","azure_entra_client_secret":"s"`)},
		"an app without its fields": {NoKey: true, Configurations: with("entra", ""), Problems: []string{tenant + "entra", client + "entra", hidden + "entra"}},
		"an app with a mapped secret": {NoKey: true, Mapped: []string{"azure_entra_client_secret"},
			Configurations: with("entra", `,"azure_entra_tenant_id":"t","azure_entra_client_id":"c"`)},
		"a federated app":              {NoKey: true, Configurations: with("entraFederated", `,"azure_entra_tenant_id":"t","azure_entra_client_id":"c"`)},
		"a federated app of nobody":    {NoKey: true, Configurations: with("entraFederated", ""), Problems: []string{tenant + "entraFederated", client + "entraFederated"}},
		"a managed identity":           {NoKey: true, Configurations: with("managed", "")},
		"a managed identity of a user": {NoKey: true, Configurations: with("managed", `,"azure_managed_client_id":"c"`)},
		"a workload":                   {NoKey: true, Configurations: with("workload", `,"azure_workload_tenant_id":"t","azure_workload_client_id":"c"`)},
		"a workload of nobody": {NoKey: true, Configurations: with("workload", ""), Problems: []string{
			"configurations.azure_workload_tenant_id: is required when azure_auth_mode is workload",
			"configurations.azure_workload_client_id: is required when azure_auth_mode is workload"}},
		"a mode there is not": {Configurations: with("CANARY", ""), Problems: []string{
			"configurations.azure_auth_mode: must be one of default, entra, managed, workload, entraFederated"}},
		"nothing": {NoKey: true, Problems: []string{"configurations.azure_auth_mode: is required",
			"configurations.azure_resource_name: is required", at + ": is required"}},
		"a resource that is a host": {Configurations: `{"azure_auth_mode":"default","azure_resource_name":"CANARY.example.com/","azure_deployment_config":` + one + `}`,
			Problems: []string{"configurations.azure_resource_name: must be letters, digits and inner hyphens, at most 63"}},
		"no deployments":           {Configurations: deployments(`[]`), Problems: []string{at + ": must not be empty"}},
		"deployments as an object": {Configurations: deployments(`{"CANARY":1}`), Problems: []string{at + ": must be a list of objects"}},
		"deployments as texts":     {Configurations: deployments(`["CANARY",null]`), Problems: []string{at + "[0]: must be an object", at + "[1]: must be an object"}},
		"every wrong field of every deployment": {Configurations: deployments(`[
			{"azure_deployment_name":"d","azure_api_version":"v1","azure_model_slug":"m","is_default":true},
			{"azure_deployment_name":"CANARY/../x","azure_api_version":"CANARY-CANARY-CANARY-CANARY-CANARY","azure_model_slug":7},
			{"is_default":"CANARY","alias":null}]`), Problems: []string{
			at + "[1].alias: is required unless is_default is true",
			at + "[1].azure_deployment_name: must begin with a letter or digit and hold only those and - _ . ~ :",
			at + "[1].azure_api_version: must be at most 30 bytes",
			at + "[1].azure_model_slug: must be a string",
			at + "[2].alias: is required unless is_default is true",
			at + "[2].azure_deployment_name: is required",
			at + "[2].azure_api_version: is required",
			at + "[2].azure_model_slug: is required",
			at + "[2].is_default: must be true or false"}},
		"deployments that cannot be told apart": {Configurations: deployments(`[
			{"azure_deployment_name":"a","azure_api_version":"v1","azure_model_slug":"m","alias":"CANARY","is_default":true},
			{"azure_deployment_name":"b","azure_api_version":"v1","azure_model_slug":"m","alias":"CANARY","is_default":true}]`), Problems: []string{
			at + "[1].alias: is the alias of another deployment",
			at + "[1].is_default: must be true for one deployment only"}},
	})
}

func TestMasked(t *testing.T) {
	providertest.CheckMasked(t, azureopenai.Adapter{}.Spec(),
		`{"azure_auth_mode":"entra","azure_resource_name":"acme","azure_entra_tenant_id":"t","azure_entra_client_id":"c",
		  "azure_entra_client_secret":"abCANARYyz","azure_managed_client_id":null,"undeclared":"abCANARYyz","custom_headers":{"X-A":"abCANARYyz"},
		  "azure_deployment_config":[{"azure_deployment_name":"d","azure_api_version":"v1","azure_model_slug":"m","is_default":true,"alias":null,"api_key":"CANARY"}]}`,
		`{"azure_auth_mode":"entra","azure_resource_name":"acme","azure_entra_tenant_id":"t","azure_entra_client_id":"c",
		  "masked_azure_entra_client_secret":"ab*******yz","masked_undeclared":"ab*******yz","masked_custom_headers":{"X-A":"ab*******yz"},
		  "azure_deployment_config":[{"azure_deployment_name":"d","azure_api_version":"v1","azure_model_slug":"m","is_default":true}]}`)
}

// entra compiles an account in the mode entra, whose tokens come from answer.
func entra(t *testing.T, status int, answer string, headers string) provider.Account {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(server.Close)
	adapter := azureopenai.Adapter{Entra: azure.Authority{HTTP: server.Client(), URL: server.URL}}
	s := provider.Settings{Key: secret.New("a-key-left-over")}
	var in map[string]json.RawMessage
	if err := json.Unmarshal([]byte(with("entra", `,"azure_entra_tenant_id":"t","azure_entra_client_id":"c","azure_entra_client_secret":"s"`+headers)), &in); err != nil {
		t.Fatal(err)
	}
	s.Plain, s.Secret = adapter.Spec().Split(in)
	account, err := adapter.Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func TestWithAnAppRegistrationRequestsCarryItsToken(t *testing.T) {
	tests := map[string]struct{ headers, want string }{
		"its token":                    {"", "Bearer the-token"},
		"a custom header in its place": {`,"custom_headers":{"authorization":"Basic x"}`, "Basic x"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			account := entra(t, 200, `{"access_token":"the-token","expires_in":3600}`, tt.headers)
			req := httptest.NewRequest(http.MethodPost, account.Base().String(), nil)
			if err := account.Authorize(t.Context(), req, nil); err != nil {
				t.Fatal(err)
			}
			if got := req.Header.Get("Authorization"); got != tt.want || req.Header.Get("Api-Key") != "" {
				t.Errorf("Authorization %q, headers %v", got, req.Header)
			}
		})
	}
}

func TestWithoutATokenNothingIsSent(t *testing.T) {
	account := entra(t, 401, `{"error":"invalid_client"}`, "")
	req := httptest.NewRequest(http.MethodPost, account.Base().String(), nil)
	err := account.Authorize(t.Context(), req, nil)
	if claviger.CodeOf(err) != claviger.Unavailable || !strings.Contains(err.Error(), "invalid_client") || len(req.Header) > 0 {
		t.Errorf("error %v, headers %v", err, req.Header)
	}
}

func TestValuesThatAMappingGaveAreCheckedToo(t *testing.T) {
	for name, plain := range map[string]string{
		"a resource that is a host": `{"azure_auth_mode":"default","azure_resource_name":"CANARY.example.com/","azure_deployment_config":` + one + `}`,
		"deployments of no shape":   `{"azure_auth_mode":"default","azure_resource_name":"a","azure_deployment_config":"CANARY"}`,
		"a deployment with a path": `{"azure_auth_mode":"default","azure_resource_name":"a","azure_deployment_config":[
			{"azure_deployment_name":"CANARY/../x","azure_api_version":"v1","azure_model_slug":"m","is_default":true}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			var s provider.Settings
			if err := json.Unmarshal([]byte(plain), &s.Plain); err != nil {
				t.Fatal(err)
			}
			if _, err := (azureopenai.Adapter{}).Compile(s); err == nil || strings.Contains(err.Error(), "CANARY") {
				t.Errorf("error %v", err)
			}
		})
	}
}
