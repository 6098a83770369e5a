// Package anthropic is the adapter for Anthropic's Messages API: chat requests
// in the OpenAI dialect are translated to it, and its answers and streams back.
package anthropic

import (
	"context"
	"net/http"
	"net/url"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
)

const (
	base    = "https://api.anthropic.com/v1"
	version = "2023-06-01" // of the API, unless the request names another
)

// Adapter is the kind "anthropic". The zero value is ready.
type Adapter struct{}

// Spec implements [provider.Adapter].
func (Adapter) Spec() provider.Spec {
	return provider.Spec{ID: "anthropic", Name: "Anthropic", Base: base, KeyRequired: true, Operations: []provider.Operation{provider.Chat}}
}

// Compile implements [provider.Adapter].
func (Adapter) Compile(s provider.Settings) (provider.Account, error) {
	at, err := s.Base(base)
	if err != nil {
		return nil, err
	}
	custom, err := s.CustomHeaders()
	if err != nil {
		return nil, err
	}
	var own provider.Headers
	if !s.Key.IsZero() {
		own = own.With("X-Api-Key", s.Key.Reveal())
	}
	return &account{base: at, headers: custom.Over(own), now: time.Now}, nil
}

type account struct {
	base    *url.URL
	headers provider.Headers // the credential among them
	now     func() time.Time
}

func (a *account) Base() *url.URL { return a.base }

// ModelsPath implements [provider.ModelLister]: one page with all there are.
func (a *account) ModelsPath() string { return "/models?limit=1000" }

func (a *account) Authorize(_ context.Context, req *http.Request, _ []byte) error {
	a.headers.Set(req.Header)
	return nil
}

// Expansion implements [provider.Expander]: the body is read into values, which
// are written again. An object of a few bytes is the worst: it takes most of a
// kilobyte as a message.
func (a *account) Expansion(size, objects int64) int64 { return 2*size + objects<<10 }

func (a *account) Encode(call provider.Call) (provider.Upstream, error) {
	if call.Operation != provider.Chat {
		return provider.Upstream{}, claviger.Fail(claviger.Invalid, string(call.Operation)+" is not supported by anthropic")
	}
	return encode(call)
}

func (a *account) Decode(call provider.Call) provider.Decoder {
	call.Request.Body = nil // a stream may outlive it by minutes
	return &decoder{call: call, created: a.now().Unix()}
}
