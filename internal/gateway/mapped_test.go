package gateway_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/vault"
)

// An integration whose credential is elsewhere is refused by name, whatever a
// request says, and nothing is sent.
func TestACredentialThatIsElsewhereIsNotCalledWithout(t *testing.T) {
	tests := map[string]struct {
		mappings string
		plain    map[string]json.RawMessage
	}{
		"the key":                         {`[{"target_field":"key","secret_reference_id":"prod-openai"}]`, nil},
		"a field":                         {`[{"target_field":"configurations.openai_project","secret_reference_id":"prod-openai"}]`, nil},
		"what the kind cannot do without": {`[{"target_field":"configurations.azure_resource_name","secret_reference_id":"prod-openai"}]`, map[string]json.RawMessage{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "openai", func(http.ResponseWriter, *http.Request) { t.Error("the provider was called") })
			i := r.stored
			i.SecretMappings = json.RawMessage(tt.mappings)
			if tt.plain != nil {
				i.Configurations = tt.plain
			}
			r.update(func(tx *store.Tx) error { return tx.UpdateIntegration(t.Context(), i) })
			r.gw.Invalidate(claviger.Change{OrganisationID: r.org.ID, Kind: claviger.IntegrationChanged, ID: string(i.ID)})
			for what, header := range map[string][]string{
				"plainly": nil, "with a host of its own": {"x-portkey-custom-host", "https://api.example.org/v1", "Authorization", "Bearer own"},
			} {
				resp, body := r.chat(ask, header...)
				if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "secret reference prod-openai") {
					t.Errorf("%s: %d %s", what, resp.StatusCode, body)
				}
			}
			if resp, body := r.do(r.request(http.MethodGet, "/v1/models", "")); resp.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("its models: %d %s", resp.StatusCode, body)
			}
			if resp, body := r.do(r.request(http.MethodGet, "/v1/models", "", "x-portkey-provider", "")); resp.StatusCode != http.StatusOK {
				t.Errorf("all models: %d %s", resp.StatusCode, body)
			}
			r.books.none(t)
		})
	}
}

func TestMappingsThatCannotBeReadAreNoReasonToCall(t *testing.T) {
	r := newRig(t, "openai", func(http.ResponseWriter, *http.Request) { t.Error("the provider was called") })
	r.seal(vault.Credentials{})
	r.stored.SecretMappings = json.RawMessage(`{"not":"a list"}`)
	r.update(func(tx *store.Tx) error { return tx.UpdateIntegration(t.Context(), r.stored) })
	if resp, body := r.chat(ask); resp.StatusCode != http.StatusInternalServerError {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}
