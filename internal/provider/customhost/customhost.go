// Package customhost is the adapter for every provider that has no kind of its
// own: a host that speaks the OpenAI dialect, such as a model server of one's
// own.
package customhost

import (
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/openai"
)

// Adapter serves any ai_provider_id that is not known, at its custom host. The
// zero value is ready.
type Adapter struct{}

// Spec implements [provider.Adapter]. A key is optional; the host is not.
func (Adapter) Spec() provider.Spec {
	return provider.Spec{ID: "custom-host", Name: "Custom host", HostRequired: true}
}

// Compile implements [provider.Adapter].
func (Adapter) Compile(s provider.Settings) (provider.Account, error) {
	return openai.NewAccount(s, "", provider.Headers{}, openai.Dialect{Kind: "custom-host"})
}
