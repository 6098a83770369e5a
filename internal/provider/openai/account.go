package openai

import (
	"context"
	"net/http"
	"net/url"

	"github.com/claviger/claviger/internal/provider"
)

// Account is a stored account at a provider that speaks the OpenAI dialect.
type Account struct {
	base    *url.URL
	headers provider.Headers // the credential among them
}

// NewAccount compiles s. base is where the provider is, unless s has a custom
// host; own are headers of the kind, which custom headers may replace. The key,
// when there is one, is sent as a bearer token.
func NewAccount(s provider.Settings, base string, own provider.Headers) (*Account, error) {
	at, err := s.Base(base)
	if err != nil {
		return nil, err
	}
	custom, err := s.CustomHeaders()
	if err != nil {
		return nil, err
	}
	if !s.Key.IsZero() {
		own = own.With("Authorization", "Bearer "+s.Key.Reveal())
	}
	return &Account{base: at, headers: custom.Over(own)}, nil
}

// Base implements [provider.Account].
func (a *Account) Base() *url.URL { return a.base }

// Encode implements [provider.Account].
func (a *Account) Encode(call provider.Call) (provider.Upstream, error) { return encode(call) }

// Authorize implements [provider.Account]. Custom headers come here too: they
// may carry credentials.
func (a *Account) Authorize(_ context.Context, req *http.Request, _ []byte) error {
	a.headers.Set(req.Header)
	return nil
}

// Decode implements [provider.Account].
func (a *Account) Decode(call provider.Call) provider.Decoder { return decode(call) }
