// Package huggingface is the adapter for Hugging Face: its router to many
// providers, or an inference endpoint of one's own.
package huggingface

import (
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/openai"
)

// Adapter is the kind "huggingface". The zero value is ready.
type Adapter struct{}

const (
	id    = "huggingface"
	base  = "https://router.huggingface.co"
	field = "huggingface_base_url"
)

// Spec implements [provider.Adapter].
func (Adapter) Spec() provider.Spec {
	return provider.Spec{
		ID:          id,
		Name:        "Hugging Face",
		Base:        base,
		KeyRequired: true,
		Fields: []provider.Field{
			{Name: field, Address: true, Help: "Base URL of an inference endpoint; without one the router is called, which has chat only", Format: provider.PublicURL, Max: 2048},
		},
	}
}

// Compile implements [provider.Adapter]. The router has chat and nothing else.
func (Adapter) Compile(s provider.Settings) (provider.Account, error) {
	d := openai.Dialect{Kind: id, Prefix: "/v1"}
	at := base
	if s.Text(field) != "" {
		var err error
		if at, err = s.Part(field, provider.PublicURL); err != nil {
			return nil, err
		}
	} else if s.Text(provider.CustomHost) == "" {
		d.Operations = []provider.Operation{provider.Chat}
	}
	return openai.NewAccount(s, at, provider.Headers{}, d)
}
