package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
)

// unresolved says why nothing may be sent for an integration that takes part of
// its account from secret references, which this gateway does not read; nil for
// one that keeps it itself. What cannot be read is refused: a call without its
// credential, or with half of its settings, is worse than none.
func unresolved(i claviger.Integration) error {
	if len(i.SecretMappings) == 0 {
		return nil
	}
	var mappings []struct {
		Reference string `json:"secret_reference_id"`
	}
	if err := json.Unmarshal(i.SecretMappings, &mappings); err != nil {
		return fmt.Errorf("read secret mappings: %w", err)
	}
	if len(mappings) == 0 {
		return nil
	}
	return &httpx.Failure{
		Status: http.StatusServiceUnavailable, Type: "secret_reference_error", Exception: true,
		Message: "The credential of this provider is in the secret reference " + mappings[0].Reference +
			", and secret references cannot be read yet",
	}
}

// locked is an account that nothing can be sent to, for that reason.
type locked struct{ why error }

// Base is a name that never resolves.
func (locked) Base() *url.URL { return &url.URL{Scheme: "https", Host: "locked.invalid"} }

func (l locked) Encode(provider.Call) (provider.Upstream, error) { return provider.Upstream{}, l.why }

func (l locked) Authorize(context.Context, *http.Request, []byte) error { return l.why }

func (locked) Decode(call provider.Call) provider.Decoder { return llm.NewDecoder(call.Request) }

// ModelsPath implements provider.ModelLister: there is nothing to ask.
func (locked) ModelsPath() string { return "" }
