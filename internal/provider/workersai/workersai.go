// Package workersai is the adapter for Cloudflare's Workers AI, at its endpoints
// that speak OpenAI's dialect.
package workersai

import (
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/openai"
)

// Adapter is the kind "workers-ai". The zero value is ready.
type Adapter struct{}

const id = "workers-ai"

var operations = []provider.Operation{provider.Chat, provider.Embed}

// Spec implements [provider.Adapter].
func (Adapter) Spec() provider.Spec {
	return provider.Spec{
		ID:          id,
		Name:        "Workers AI",
		Base:        "https://api.cloudflare.com/client/v4/accounts/{workers_ai_account_id}/ai",
		KeyRequired: true,
		Fields: []provider.Field{
			{Name: "workers_ai_account_id", Help: "Cloudflare account to bill", Required: true, Format: provider.Label},
		},
		Operations: operations,
	}
}

// Compile implements [provider.Adapter].
func (Adapter) Compile(s provider.Settings) (provider.Account, error) {
	of, err := s.Part("workers_ai_account_id", provider.Label)
	if err != nil {
		return nil, err
	}
	return openai.NewAccount(s, "https://api.cloudflare.com/client/v4/accounts/"+of+"/ai", provider.Headers{},
		openai.Dialect{Kind: id, Prefix: "/v1", Operations: operations, NoModels: true})
}
