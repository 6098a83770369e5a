package cortex_test

import (
	"testing"

	"github.com/claviger/claviger/internal/provider/cortex"
	"github.com/claviger/claviger/internal/provider/providertest"
)

func TestSpec(t *testing.T) {
	const wrong = "configurations.snowflake_account: must be parts of letters, digits, hyphens and underscores, joined by dots"
	providertest.Check(t, cortex.Adapter{}.Spec(), map[string]providertest.SpecCase{
		"an account":                {Configurations: `{"snowflake_account":"acme-data_science"}`},
		"an account of a region":    {Configurations: `{"snowflake_account":"xy12345.eu-central-1"}`},
		"nothing":                   {NoKey: true, Problems: []string{"key: is required", "configurations.snowflake_account: is required"}},
		"an account with a path":    {Configurations: `{"snowflake_account":"CANARY/x"}`, Problems: []string{wrong}},
		"an account with a port":    {Configurations: `{"snowflake_account":"CANARY:1"}`, Problems: []string{wrong}},
		"an account with a user":    {Configurations: `{"snowflake_account":"CANARY@x"}`, Problems: []string{wrong}},
		"an account without a part": {Configurations: `{"snowflake_account":"CANARY..x"}`, Problems: []string{wrong}},
	})
}
