// Package all lists the kinds of provider.
package all

import (
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/anthropic"
	"github.com/claviger/claviger/internal/provider/customhost"
	"github.com/claviger/claviger/internal/provider/openai"
)

// Registry returns the registry of all kinds. A kind that is missing here is
// not offered; the test of this package compares the list with the folders.
func Registry() *provider.Registry {
	return provider.NewRegistry(customhost.Adapter{},
		anthropic.Adapter{},
		openai.Adapter{},
	)
}
