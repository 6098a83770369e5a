package vertex

import (
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/openai"
)

// account is OpenAI's dialect, with models named by their publisher.
type account struct{ *openai.Account }

// Encode implements [provider.Account].
func (a account) Encode(call provider.Call) (provider.Upstream, error) {
	var err error
	if call.Model, err = published(call.Model); err != nil {
		return provider.Upstream{}, err
	}
	return a.Account.Encode(call)
}

// published is a model as the endpoint names it: "google/gemini-…". Callers say
// "google.gemini-…" too, or leave Google out.
func published(model string) (string, error) {
	if model == "" {
		return "", nil
	}
	publisher, name, found := strings.Cut(model, "/")
	if !found {
		if publisher, name, found = strings.Cut(model, "."); !found || !known(publisher) {
			publisher, name = "google", model
		}
	}
	if publisher != "google" && publisher != "meta" {
		return "", claviger.Fail(claviger.Invalid, "calling "+id+" with models of that publisher is not supported yet")
	}
	return publisher + "/" + name, nil
}

// known are the publishers that a name before a dot can be; "endpoints" stands
// for models of one's own.
func known(publisher string) bool {
	switch publisher {
	case "google", "anthropic", "meta", "endpoints", "mistralai":
		return true
	}
	return false
}
