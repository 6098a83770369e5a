package workersai_test

import (
	"testing"

	"github.com/claviger/claviger/internal/provider/providertest"
	"github.com/claviger/claviger/internal/provider/workersai"
)

func TestSpec(t *testing.T) {
	providertest.Check(t, workersai.Adapter{}.Spec(), map[string]providertest.SpecCase{
		"an account": {Configurations: `{"workers_ai_account_id":"023e105f4ecef8ad9ca31a8372d0c353"}`},
		"nothing":    {NoKey: true, Problems: []string{"key: is required", "configurations.workers_ai_account_id: is required"}},
		"an account with a path": {Configurations: `{"workers_ai_account_id":"CANARY/../x"}`, Problems: []string{
			"configurations.workers_ai_account_id: must be letters, digits and inner hyphens, at most 63"}},
	})
}
