package admin

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/all"
)

// Every field of every kind has one spelling of its own among virtual keys, and
// is found again by each.
func TestFieldsAreSpelledForVirtualKeysAndBack(t *testing.T) {
	registry := all.Registry()
	known := (&Service{registry: registry}).VirtualKeyFields()
	spelled := map[string]string{}
	for _, id := range append(registry.IDs(), "") {
		for _, f := range allFields(registry.Adapter(id).Spec().AllFields()) {
			own := camel(f)
			if other, taken := spelled[own]; taken && other != f {
				t.Errorf("%s and %s are both %s", other, f, own)
			}
			spelled[own] = f
			for _, spelling := range []string{f, own, strings.Join(snakeWords(own), "_")} {
				if back := uncamel(spelling); back != f {
					t.Errorf("%s is %s, not %s", spelling, back, f)
				}
			}
		}
		for _, f := range registry.Adapter(id).Spec().AllFields() {
			if _, ok := slices.BinarySearch(known, camel(f.Name)); !ok {
				t.Errorf("%s is not known at the top of a virtual key", camel(f.Name))
			}
		}
	}
	for _, name := range []string{"name", "key", "slug", "note", "provider", "workspace_id", "usage_limits", "rate_limits", "expires_at", "secret_mappings", "model_config"} {
		if slices.Contains(known, name) {
			t.Errorf("%s is a field of virtual keys themselves and of a kind of provider", name)
		}
	}
}

// allFields are the names of fields and of what is in their objects, but for
// those that virtual keys spell as integrations do.
func allFields(fields []provider.Field) (out []string) {
	for _, f := range fields {
		if f.Name != "is_default" {
			out = append(out, f.Name)
		}
		if f.Type == provider.List {
			out = append(out, allFields(f.Fields)...)
		}
	}
	return out
}

func TestWhatIsNoListOfDeploymentsIsLeftForValidation(t *testing.T) {
	for _, raw := range []string{`7`, `"x"`, `{"a":1}`, `[7]`, `[[]]`, `null`} {
		p := &problems{}
		got := p.configurations(azureOpenAI, map[string]json.RawMessage{"deploymentConfig": json.RawMessage(raw)})
		if string(got[azureDeployments]) != raw || !p.empty() {
			t.Errorf("%s became %s, problems %v", raw, got[azureDeployments], p.more)
		}
	}
	p := &problems{}
	got := p.configurations(azureOpenAI, map[string]json.RawMessage{"deploymentConfig": json.RawMessage(`[null,{}]`)})
	if string(got[azureDeployments]) != `[null,{}]` {
		t.Errorf("a list with nothing in it became %s", got[azureDeployments])
	}
}

func TestErrorsSpeakTheWordsOfVirtualKeys(t *testing.T) {
	tests := map[string]string{
		"configurations.azure_deployment_config[0].azure_api_version": "deploymentConfig[0].apiVersion",
		"configurations.azure_deployment_config[1].is_default":        "deploymentConfig[1].is_default",
		"configurations.aws_region":                                   "awsRegion",
		"configurations":                                              "model_config",
		"ai_provider_id":                                              "provider",
		"key":                                                         "key",
		"usage_limits.credit_limit":                                   "usage_limits.credit_limit",
	}
	for path, want := range tests {
		if got := virtualKeyPath(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	if err := inVirtualKeyWords(claviger.Missing("provider")); err.Error() != "virtual key not found" {
		t.Errorf("a virtual key that is not there: %v", err)
	}
	plain := claviger.Missing("workspace")
	if inVirtualKeyWords(plain) != error(plain) || inVirtualKeyWords(nil) != nil {
		t.Error("an error without problems changed")
	}
}

func FuzzVirtualKeyFields(f *testing.F) {
	f.Add("azure-openai", `{"deploymentConfig":[{"apiVersion":"v"}],"apiVersion":1,"api_version":null}`)
	f.Add("bedrock", `{"awsRegion":"x","model_config":{}}`)
	f.Fuzz(func(_ *testing.T, kind, body string) {
		var sent map[string]json.RawMessage
		if json.Unmarshal([]byte(body), &sent) != nil {
			return
		}
		p := &problems{}
		ModelConfig(p.configurations(kind, sent))
		for name := range sent {
			virtualKeyPath("configurations." + name)
		}
	})
}
