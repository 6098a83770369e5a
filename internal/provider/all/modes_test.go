package all_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/all"
)

// What a mode needs or uses is a field of its kind, and every secret that is a
// credential belongs to a mode: it goes when the mode does.
func TestModesNameFieldsOfTheirKind(t *testing.T) {
	registry := all.Registry()
	for _, id := range registry.IDs() {
		spec := registry.Adapter(id).Spec()
		if spec.Auth.Field == "" {
			continue
		}
		var fields []string
		secrets := map[string]bool{}
		for _, f := range spec.Fields {
			fields = append(fields, f.Name)
			secrets[f.Name] = f.Secret
		}
		for _, m := range spec.Auth.Modes {
			for _, name := range slices.Concat(m.Needs, m.Uses) {
				if name != "key" && !slices.Contains(fields, name) {
					t.Errorf("%s: the mode %s names %s, which is no field", id, m.Name, name)
				}
				delete(secrets, name)
			}
		}
		for name, secret := range secrets {
			if secret {
				t.Errorf("%s: the secret %s belongs to no mode", id, name)
			}
		}
	}
}

func TestUnusedIsWhatOnlyOtherModesUse(t *testing.T) {
	tests := map[string]struct{ kind, configurations, want string }{
		"Azure with its key":           {"azure-openai", `{"azure_auth_mode":"default"}`, "azure_entra_tenant_id azure_entra_client_id azure_entra_client_secret azure_managed_client_id azure_workload_tenant_id azure_workload_client_id"},
		"Azure with Entra":             {"azure-openai", `{"azure_auth_mode":"entra"}`, "key azure_managed_client_id azure_workload_tenant_id azure_workload_client_id"},
		"a key that is always needed":  {"azure-ai", `{"azure_auth_mode":"entra","is_key_required":true}`, "azure_managed_client_id azure_workload_tenant_id azure_workload_client_id"},
		"AWS with the server's role":   {"bedrock", `{"aws_auth_type":"serviceRole"}`, "aws_access_key_id aws_secret_access_key aws_role_arn aws_external_id key"},
		"AWS with an access key":       {"sagemaker", `{"aws_auth_type":"accessKey"}`, "aws_role_arn aws_external_id"},
		"Vertex with a key file":       {"vertex-ai", `{"vertex_auth_type":"serviceAccount"}`, "key"},
		"Vertex with a token":          {"vertex-ai", `{"vertex_auth_type":"basic"}`, "vertex_service_account_json"},
		"a mode that there is not":     {"bedrock", `{"aws_auth_type":"magic"}`, ""},
		"a kind that has no modes":     {"openai", `{}`, ""},
		"a kind that nobody knows":     {"acme", `{}`, ""},
		"a mode that is not even text": {"bedrock", `{"aws_auth_type":7}`, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var plain map[string]json.RawMessage
			if err := json.Unmarshal([]byte(tt.configurations), &plain); err != nil {
				t.Fatal(err)
			}
			spec := all.Registry().Adapter(tt.kind).Spec()
			if got := strings.Join(spec.Unused(provider.Settings{Plain: plain}), " "); got != tt.want {
				t.Errorf("got %s", got)
			}
		})
	}
}
