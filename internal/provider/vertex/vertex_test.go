package vertex_test

import (
	"testing"

	"github.com/claviger/claviger/internal/provider/providertest"
	"github.com/claviger/claviger/internal/provider/vertex"
)

func TestSpec(t *testing.T) {
	const file = "configurations.vertex_service_account_json"
	providertest.Check(t, vertex.Adapter{}.Spec(), map[string]providertest.SpecCase{
		"a token":            {Configurations: `{"vertex_auth_type":"basic","vertex_region":"us-east5","vertex_project_id":"p"}`},
		"no token yet":       {NoKey: true, Configurations: `{"vertex_auth_type":"basic","vertex_region":"us-east5","vertex_project_id":"p","is_key_required":false}`},
		"no token, required": {NoKey: true, Configurations: `{"vertex_auth_type":"basic","vertex_region":"us-east5","vertex_project_id":"p","is_key_required":true}`, Problems: []string{"key: is required when is_key_required is true"}},
		"no project":         {Configurations: `{"vertex_auth_type":"basic","vertex_region":"us-east5"}`, Problems: []string{"configurations.vertex_project_id: is required when vertex_auth_type is basic"}},
		"a key file":         {NoKey: true, Configurations: `{"vertex_auth_type":"serviceAccount","vertex_region":"us-east5","vertex_service_account_json":{"type":"service_account","client_email":"a@b","private_key":"-----BEGIN\nCANARY\n"}}`},
		"a key file as text": {NoKey: true, Configurations: `{"vertex_auth_type":"serviceAccount","vertex_region":"us-east5","vertex_service_account_json":"{\"client_email\":\"a@b\",\"private_key\":\"k\"}"}`},
		"no key file":        {NoKey: true, Configurations: `{"vertex_auth_type":"serviceAccount","vertex_region":"us-east5"}`, Problems: []string{file + ": is required when vertex_auth_type is serviceAccount"}},
		"a mapped key file":  {NoKey: true, Mapped: []string{"vertex_service_account_json"}, Configurations: `{"vertex_auth_type":"serviceAccount","vertex_region":"us-east5"}`},
		"a key file of another kind": {NoKey: true, Configurations: `{"vertex_auth_type":"serviceAccount","vertex_region":"us-east5","vertex_service_account_json":{"CANARY":"CANARY","private_key":5}}`, Problems: []string{
			file + ".client_email: is required", file + ".private_key: must be a string"}},
		"a key file that is none":   {NoKey: true, Configurations: `{"vertex_auth_type":"serviceAccount","vertex_region":"us-east5","vertex_service_account_json":"CANARY"}`, Problems: []string{file + ": must be a JSON object"}},
		"a key file that is a list": {NoKey: true, Configurations: `{"vertex_auth_type":"serviceAccount","vertex_region":"us-east5","vertex_service_account_json":["CANARY"]}`, Problems: []string{file + ": must be a JSON object"}},
		"a workload":                {NoKey: true, Configurations: `{"vertex_auth_type":"workload","vertex_region":"global","vertex_project_id":"p","vertex_map_metadata":true,"vertex_skip_ptu_cost_attribution":false}`},
		"a workload of no project":  {NoKey: true, Configurations: `{"vertex_auth_type":"workload","vertex_region":"global"}`, Problems: []string{"configurations.vertex_project_id: is required when vertex_auth_type is workload"}},
		"nothing":                   {Problems: []string{"configurations.vertex_auth_type: is required", "configurations.vertex_region: is required"}},
		"flags that are texts": {Configurations: `{"vertex_auth_type":"basic","vertex_region":"r","vertex_project_id":"p","vertex_map_metadata":"CANARY","vertex_skip_ptu_cost_attribution":1}`, Problems: []string{
			"configurations.vertex_skip_ptu_cost_attribution: must be true or false", "configurations.vertex_map_metadata: must be true or false"}},
		"parts that end a host or a path": {Configurations: `{"vertex_auth_type":"basic","vertex_region":"CANARY.example.com/","vertex_project_id":"../CANARY"}`, Problems: []string{
			"configurations.vertex_region: must be letters, digits and inner hyphens, at most 63",
			"configurations.vertex_project_id: must begin with a letter or digit and hold only those and - _ . ~ :"}},
	})
}

func TestMasked(t *testing.T) {
	for name, file := range map[string]string{
		"as an object": `{"client_email":"CANARY","private_key":"CANARY"}`,
		"as a text":    `"{\"client_email\":\"CANARY\",\"private_key\":\"CANARY\"}"`,
	} {
		t.Run(name, func(t *testing.T) {
			providertest.CheckMasked(t, vertex.Adapter{}.Spec(),
				`{"vertex_auth_type":"serviceAccount","vertex_region":"us-east5","vertex_service_account_json":`+file+`,"vertex_map_metadata":true}`,
				`{"vertex_auth_type":"serviceAccount","vertex_region":"us-east5","masked_vertex_service_account_json":"*******","vertex_map_metadata":true}`)
		})
	}
}
