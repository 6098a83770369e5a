package azureai

import (
	"net/http"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/azure"
)

// account is OpenAI's dialect with an API version and headers of its own.
type account struct {
	azure.Account
	query  string      // begins with "?", or is empty
	header http.Header // never written to
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
