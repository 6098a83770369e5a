package azureai_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/azure"
	"github.com/claviger/claviger/internal/provider/azureai"
	"github.com/claviger/claviger/internal/provider/providertest"
	"github.com/claviger/claviger/internal/secret"
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

func TestWithAnAppRegistrationRequestsCarryItsTokenOrAreNotSent(t *testing.T) {
	for name, tt := range map[string]struct {
		status       int
		answer, want string
		code         claviger.Code
	}{
		"a token":   {200, `{"access_token":"the-token","expires_in":3600}`, "Bearer the-token", ""},
		"a refusal": {401, `{"error":"invalid_client"}`, "", claviger.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.answer)
			}))
			t.Cleanup(server.Close)
			adapter := azureai.Adapter{Entra: azure.Authority{HTTP: server.Client(), URL: server.URL}}
			var in map[string]json.RawMessage
			if err := json.Unmarshal([]byte(with("entra", `,"azure_entra_tenant_id":"t","azure_entra_client_id":"c","azure_entra_client_secret":"s"`)), &in); err != nil {
				t.Fatal(err)
			}
			s := provider.Settings{Key: secret.New("a-key-left-over")}
			s.Plain, s.Secret = adapter.Spec().Split(in)
			account, err := adapter.Compile(s)
			if err != nil {
				t.Fatal(err)
			}
			req := httptest.NewRequest(http.MethodPost, account.Base().String(), nil)
			err = account.Authorize(t.Context(), req, nil)
			if (err != nil) != (tt.code != "") || err != nil && claviger.CodeOf(err) != tt.code {
				t.Errorf("error %v", err)
			}
			if got := req.Header.Get("Authorization"); got != tt.want {
				t.Errorf("Authorization %q", got)
			}
		})
	}
}
