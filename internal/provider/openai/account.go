package openai

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
)

// Dialect is how a provider's dialect differs from OpenAI's own. The zero value
// is OpenAI's.
type Dialect struct {
	Kind string // in errors; "" is openai
	// Prefix comes before every path, unless the base already ends with it:
	// people give a custom host with it and without.
	Prefix string
	// Operations there are; nil is all of them.
	Operations []provider.Operation
	// NoStreamOptions: the provider refuses stream_options, or says what a
	// stream used without them.
	NoStreamOptions bool
	// NoModels: the provider has no list of models in this dialect.
	NoModels bool
}

// Account is a stored account at a provider that speaks the OpenAI dialect.
type Account struct {
	base    *url.URL
	headers provider.Headers // the credential among them
	dialect Dialect
}

// NewAccount compiles s. base is where the provider is, unless s has a custom
// host; own are headers of the kind, which custom headers may replace. The key,
// when there is one, is sent as a bearer token.
func NewAccount(s provider.Settings, base string, own provider.Headers, d Dialect) (*Account, error) {
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
	if d.Kind == "" {
		d.Kind = "openai"
	}
	if strings.HasSuffix(at.Path, d.Prefix) {
		d.Prefix = ""
	}
	return &Account{base: at, headers: custom.Over(own), dialect: d}, nil
}

// Base implements [provider.Account].
func (a *Account) Base() *url.URL { return a.base }

// Encode implements [provider.Account].
func (a *Account) Encode(call provider.Call) (provider.Upstream, error) {
	path, err := a.Path(call.Operation)
	if err != nil {
		return provider.Upstream{}, err
	}
	body := call.Request.Edit(call.Model, call.Operation != provider.Embed && !a.dialect.NoStreamOptions)
	if a.dialect.NoStreamOptions {
		body = withoutStreamOptions(body)
	}
	return provider.Upstream{Path: path, Body: body}, nil
}

// Path is where an operation is below the base.
func (a *Account) Path(op provider.Operation) (string, error) {
	path, ok := paths[op]
	if !ok || a.dialect.Operations != nil && !slices.Contains(a.dialect.Operations, op) {
		return "", claviger.Fail(claviger.Invalid, string(op)+" is not supported by "+a.dialect.Kind)
	}
	return a.dialect.Prefix + path, nil
}

// ModelsPath implements [provider.ModelLister].
func (a *Account) ModelsPath() string {
	if a.dialect.NoModels {
		return ""
	}
	return a.dialect.Prefix + "/models"
}

// Authorize implements [provider.Account]. Custom headers come here too: they
// may carry credentials.
func (a *Account) Authorize(_ context.Context, req *http.Request, _ []byte) error {
	a.headers.Set(req.Header)
	return nil
}

// Decode implements [provider.Account].
func (a *Account) Decode(call provider.Call) provider.Decoder { return llm.NewDecoder(call.Request) }
