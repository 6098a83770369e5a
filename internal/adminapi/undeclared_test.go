package adminapi

import (
	"strings"
	"testing"
)

func TestSettingsThatNoKindDeclaresAreNoticed(t *testing.T) {
	w := newWorld(t)
	w.must(workspace, "POST", "/integrations", `{"name":"I","slug":"i","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(workspace, "POST", "/virtual-keys", `{"name":"V","slug":"v","provider":"bedrock","awsRegion":"eu-west-1","awsAccessKeyId":"a","awsSecretAccessKey":"s"}`)
	made := func(configurations string) string {
		return `{"name":"N","ai_provider_id":"openai","key":"k12345678","configurations":` + configurations + `}`
	}
	tests := map[string]struct {
		method, path, body string
		unknown            string // the header; "" for none
		says               string // of a 400; "" for accepted
	}{
		"declared ones":               {"POST", "/integrations", made(`{"openai_project":"p","openai_organization":"o"}`), "", ""},
		"letters changed about":       {"POST", "/integrations", made(`{"custom_hots":"https://one.example.com"}`), "", `configurations.custom_hots: unknown field; did you mean custom_host?`},
		"a letter too few":            {"PUT", "/integrations/i", `{"configurations":{"openai_projct":"p"}}`, "", `configurations.openai_projct: unknown field; did you mean openai_project?`},
		"camel case":                  {"PUT", "/integrations/i", `{"configurations":{"customHost":"https://one.example.com"}}`, "", `configurations.customHost: unknown field; did you mean custom_host?`},
		"names of nothing":            {"PUT", "/integrations/i", `{"configurations":{"key":"k","brand_new":{"a":1},"openai_project":"p"}}`, "configurations.brand_new,configurations.key", ""},
		"a slip that is taken back":   {"PUT", "/integrations/i", `{"configurations":{"openai_projct":null}}`, "", ""},
		"a mask":                      {"PUT", "/integrations/i", `{"configurations":{"masked_custom_hots":"*******"}}`, "", ""},
		"a kind of one's own":         {"POST", "/integrations", `{"name":"N","ai_provider_id":"my-own","configurations":{"custom_host":"https://one.example.com","custom_hots":"x"}}`, "", ""},
		"a virtual key's":             {"PUT", "/virtual-keys/v", `{"model_config":{"awsRegoin":"eu-west-1"}}`, "", `awsRegoin: unknown field; did you mean awsRegion?`},
		"a virtual key's, of nothing": {"PUT", "/virtual-keys/v", `{"model_config":{"brandNew":"x","awsRegion":"eu-west-2"}}`, "brandNew", ""},
		"a new virtual key's":         {"POST", "/virtual-keys", `{"name":"W","provider":"openai","key":"k12345678","model_config":{"brand_new":"x"}}`, "brandNew", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := w.in(t).do(workspace, tt.method, tt.path, tt.body)
			status := 200
			if tt.says != "" {
				status = 400
			}
			if got.status != status || !strings.Contains(got.text, tt.says) || got.header.Get(unknownHeader) != tt.unknown {
				t.Errorf("%d %s, unknown %q", got.status, got.text, got.header.Get(unknownHeader))
			}
		})
	}
}
