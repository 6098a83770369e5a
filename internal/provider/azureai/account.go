package azureai

import (
	"context"
	"net/http"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/azure"
	"github.com/claviger/claviger/internal/provider/openai"
)

// account is OpenAI's dialect with an API version and headers of its own.
type account struct {
	*openai.Account
	query  string        // begins with "?", or is empty
	header http.Header   // never written to
	tokens *azure.Tokens // nil: the key is the bearer token
}

// Encode implements [provider.Account].
func (a *account) Encode(call provider.Call) (provider.Upstream, error) {
	up, err := a.Account.Encode(call)
	if err != nil {
		return up, err
	}
	up.Path += a.query
	up.Header = a.header.Clone()
	return up, nil
}

// Authorize implements [provider.Account]. Custom headers come last: they
// replace whatever they name.
func (a *account) Authorize(ctx context.Context, req *http.Request, body []byte) error {
	if a.tokens != nil {
		if err := a.tokens.Authorize(ctx, req); err != nil {
			return err
		}
	}
	return a.Account.Authorize(ctx, req, body)
}
