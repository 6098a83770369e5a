package huggingface_test

import (
	"testing"

	"github.com/claviger/claviger/internal/provider/huggingface"
	"github.com/claviger/claviger/internal/provider/providertest"
)

func TestSpec(t *testing.T) {
	providertest.Check(t, huggingface.Adapter{}.Spec(), map[string]providertest.SpecCase{
		"a key":       {},
		"no key":      {NoKey: true, Problems: []string{"key: is required"}},
		"an endpoint": {Configurations: `{"huggingface_base_url":"https://abc.endpoints.huggingface.cloud"}`},
		"an endpoint inside": {Configurations: `{"huggingface_base_url":"http://localhost:8080"}`, Problems: []string{
			"configurations.huggingface_base_url: must not be a private name"}},
		"an endpoint that is no URL": {Configurations: `{"huggingface_base_url":"CANARY"}`, Problems: []string{
			"configurations.huggingface_base_url: must begin with http:// or https://"}},
	})
}
