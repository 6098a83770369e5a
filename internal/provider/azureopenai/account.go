package azureopenai

import (
	"cmp"
	"net/url"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/azure"
)

// account is OpenAI's dialect at the paths of deployments.
type account struct {
	azure.Account
	deployments []deployment
}

// streamOptionsSince is the first dated version that knows stream_options;
// older ones refuse fields they do not know.
const streamOptionsSince = "2024-09-01"

// Encode implements [provider.Account].
func (a *account) Encode(call provider.Call) (provider.Upstream, error) {
	path, err := a.Path(call.Operation)
	if err != nil {
		return provider.Upstream{}, err
	}
	d, err := choose(a.deployments, call.Model)
	if err != nil {
		return provider.Upstream{}, err
	}
	usage := call.Operation != provider.Embed
	if d.APIVersion == "v1" {
		return provider.Upstream{Path: "/v1" + path, Body: call.Request.Edit(d.Name, usage)}, nil
	}
	return provider.Upstream{
		Path: "/deployments/" + d.Name + path + "?api-version=" + url.QueryEscape(d.APIVersion),
		Body: call.Request.Edit(call.Model, usage && d.APIVersion >= streamOptionsSince),
	}, nil
}

// ModelOf implements [provider.ModelNamer].
func (a *account) ModelOf(name string) string {
	d, err := choose(a.deployments, name)
	if err != nil {
		return ""
	}
	return d.Model
}

// Called implements [provider.ModelNamer].
func (a *account) Called(name string) string {
	d, err := choose(a.deployments, name)
	if err != nil {
		return ""
	}
	return cmp.Or(d.Alias, d.Model)
}

// ModelNames implements [provider.ModelNamer]. A deployment without an alias
// goes by its model.
func (a *account) ModelNames() []string {
	out := make([]string, len(a.deployments))
	for i, d := range a.deployments {
		out[i] = cmp.Or(d.Alias, d.Model)
	}
	return out
}
