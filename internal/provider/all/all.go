// Package all lists the kinds of provider.
package all

import (
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/anthropic"
	"github.com/claviger/claviger/internal/provider/azureai"
	"github.com/claviger/claviger/internal/provider/azureopenai"
	"github.com/claviger/claviger/internal/provider/bedrock"
	"github.com/claviger/claviger/internal/provider/cortex"
	"github.com/claviger/claviger/internal/provider/customhost"
	"github.com/claviger/claviger/internal/provider/huggingface"
	"github.com/claviger/claviger/internal/provider/keyonly"
	"github.com/claviger/claviger/internal/provider/openai"
	"github.com/claviger/claviger/internal/provider/sagemaker"
	"github.com/claviger/claviger/internal/provider/vertex"
	"github.com/claviger/claviger/internal/provider/workersai"
)

// Registry returns the registry of all kinds. A kind that is missing here is
// not offered; the test of this package compares the list with the folders.
func Registry() *provider.Registry {
	return provider.NewRegistry(customhost.Adapter{}, append(keyonly.Adapters(),
		anthropic.Adapter{},
		azureai.Adapter{},
		azureopenai.Adapter{},
		bedrock.Adapter{},
		cortex.Adapter{},
		huggingface.Adapter{},
		openai.Adapter{},
		sagemaker.Adapter{},
		vertex.Adapter{},
		workersai.Adapter{},
	)...)
}
