// Package openai is the adapter for OpenAI, and the account that every provider
// of the same dialect uses.
package openai

import "github.com/claviger/claviger/internal/provider"

const base = "https://api.openai.com/v1"

// Adapter is the kind "openai". The zero value is ready.
type Adapter struct{}

// Spec implements [provider.Adapter].
func (Adapter) Spec() provider.Spec {
	return provider.Spec{
		ID:          "openai",
		Name:        "OpenAI",
		Base:        base,
		KeyRequired: true,
		Fields: []provider.Field{
			{Name: "openai_organization", Help: "Organisation to bill, sent as OpenAI-Organization"},
			{Name: "openai_project", Help: "Project to bill, sent as OpenAI-Project"},
		},
	}
}

// Compile implements [provider.Adapter].
func (Adapter) Compile(s provider.Settings) (provider.Account, error) {
	var own provider.Headers
	for header, field := range map[string]string{
		"OpenAI-Organization": "openai_organization",
		"OpenAI-Project":      "openai_project",
	} {
		if v := s.Text(field); v != "" {
			own = own.With(header, v)
		}
	}
	return NewAccount(s, base, own, Dialect{})
}

// paths are where the operations are, below the base.
var paths = map[provider.Operation]string{
	provider.Chat:     "/chat/completions",
	provider.Complete: "/completions",
	provider.Embed:    "/embeddings",
}
