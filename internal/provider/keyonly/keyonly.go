// Package keyonly is the adapter for every provider that needs a key and
// nothing else, and speaks OpenAI's dialect. Each is one row of a table.
package keyonly

import (
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/openai"
)

// Adapter is one provider of the table.
type Adapter struct{ row row }

// Adapters are all of them.
func Adapters() []provider.Adapter {
	out := make([]provider.Adapter, len(rows))
	for i, r := range rows {
		out[i] = Adapter{r}
	}
	return out
}

// Spec implements [provider.Adapter].
func (a Adapter) Spec() provider.Spec {
	r := a.row
	return provider.Spec{
		ID:           r.id,
		Name:         r.name,
		Base:         r.base + r.prefix,
		KeyRequired:  !r.ownHost,
		HostRequired: r.ownHost,
		Operations:   r.operations,
		NotCallable:  r.notCallable(),
	}
}

// Compile implements [provider.Adapter].
func (a Adapter) Compile(s provider.Settings) (provider.Account, error) {
	if s.Text(provider.CustomHost) == "" {
		if refusing, err := a.Spec().Refusing(s); refusing != nil || err != nil {
			return refusing, err
		}
	}
	return openai.NewAccount(s, a.row.base, provider.Headers{}, openai.Dialect{
		Kind:            a.row.id,
		Prefix:          a.row.prefix,
		Operations:      a.row.operations,
		NoStreamOptions: a.row.noStreamOptions,
		NoModels:        a.row.noModels,
	})
}

// row is one provider.
type row struct {
	id, name string
	// base is where it is. "" with ownHost is one that people run themselves,
	// and without it one that is not known to speak the dialect anywhere: its
	// account is stored, and called only at a custom host that does.
	base    string
	ownHost bool
	// prefix comes between the base, or the custom host, and the paths.
	prefix          string
	operations      []provider.Operation // nil: all
	noStreamOptions bool                 // refuses stream_options, or needs none
	noModels        bool                 // has no list of models
}

func (r row) notCallable() string {
	if r.base == "" && !r.ownHost {
		return "no base URL of OpenAI's dialect is known; a custom host can be called"
	}
	return ""
}
