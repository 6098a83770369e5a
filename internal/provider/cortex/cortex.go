// Package cortex is the adapter for Snowflake's Cortex, at its endpoint that
// speaks OpenAI's dialect.
package cortex

import (
	"strings"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/openai"
)

// Adapter is the kind "cortex". The zero value is ready.
type Adapter struct{}

const id = "cortex"

var operations = []provider.Operation{provider.Chat}

// Spec implements [provider.Adapter].
func (Adapter) Spec() provider.Spec {
	return provider.Spec{
		ID:          id,
		Name:        "Snowflake Cortex",
		Base:        "https://{snowflake_account}.snowflakecomputing.com/api/v2",
		KeyRequired: true,
		Fields: []provider.Field{
			{Name: "snowflake_account", Address: true, Help: "Account identifier: what comes before .snowflakecomputing.com",
				Required: true, Format: provider.Domain, Max: 200},
		},
		Operations: operations,
	}
}

// Compile implements [provider.Adapter]. The key is a programmatic access token
// or a JWT; Snowflake tells which.
func (Adapter) Compile(s provider.Settings) (provider.Account, error) {
	of, err := s.Part("snowflake_account", provider.Domain)
	if err != nil {
		return nil, err
	}
	// An account has its name with hyphens too; a host has no underscores.
	of = strings.ReplaceAll(of, "_", "-")
	return openai.NewAccount(s, "https://"+of+".snowflakecomputing.com/api/v2", provider.Headers{},
		openai.Dialect{Kind: id, Prefix: "/cortex/v1", Operations: operations, NoModels: true})
}
