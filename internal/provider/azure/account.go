package azure

import (
	"context"
	"net/http"

	"github.com/claviger/claviger/internal/provider/openai"
)

// Account is an account in OpenAI's dialect that may authenticate with Entra's
// tokens.
type Account struct {
	*openai.Account
	Tokens *Tokens // nil: the key is in the account
}

// Authorize implements [provider.Account]. Custom headers come last: they
// replace whatever they name.
func (a *Account) Authorize(ctx context.Context, req *http.Request, body []byte) error {
	if a.Tokens != nil {
		if err := a.Tokens.Authorize(ctx, req); err != nil {
			return err
		}
	}
	return a.Account.Authorize(ctx, req, body)
}
