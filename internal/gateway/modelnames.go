package gateway

import (
	"slices"
	"strings"

	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/provider"
)

// unnamed is the model of a request that names none and goes to one that names
// none either: what a policy for all models, "*", must not miss.
const unnamed = "default"

// namesOf are all names that the model of a request is known by, in lower case:
// what the caller wrote, the deployment that it goes to, the model behind that,
// and last that model without what a provider lets callers put around it.
func namesOf(aiProvider, model string, namer provider.ModelNamer) []string {
	var names []string
	add := func(name string) {
		if name = strings.ToLower(name); name != "" {
			names = slices.DeleteFunc(names, func(n string) bool { return n == name })
			names = append(names, name)
		}
	}
	add(model)
	if namer != nil {
		add(namer.Called(model))
		if behind := namer.ModelOf(model); behind != "" {
			model = behind
		}
		add(model)
	}
	add(catalogue.Plain(aiProvider, model))
	if len(names) == 0 {
		add(unnamed)
	}
	return names
}
