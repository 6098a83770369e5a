// Package azureopenai is the adapter for Azure OpenAI, where a model is called
// by the name of its deployment.
package azureopenai

import (
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/azure"
	"github.com/claviger/claviger/internal/provider/openai"
	"github.com/claviger/claviger/internal/secret"
)

// Adapter is the kind "azure-openai". The zero value is ready.
type Adapter struct {
	Entra azure.Authority
}

const id = "azure-openai"

// Spec implements [provider.Adapter].
func (Adapter) Spec() provider.Spec {
	return provider.Spec{
		ID:   id,
		Name: "Azure OpenAI",
		Base: "https://{azure_resource_name}.openai.azure.com/openai",
		Auth: azure.Auth(),
		Fields: append([]provider.Field{
			{Name: "azure_resource_name", Address: true, Help: "Name of the resource: what comes before .openai.azure.com",
				Required: true, Format: provider.Label},
			{Name: deploymentsField, Help: "Deployments that may be called", Type: provider.List, Required: true,
				Fields: []provider.Field{
					{Name: "alias", Help: "Model name by which callers choose the deployment", RequiredUnless: "is_default", Max: 255},
					{Name: "azure_deployment_name", Help: "Name of the deployment", Required: true, Format: provider.Segment, Max: 255},
					{Name: "azure_api_version", Help: "API version, such as 2024-10-21, or v1", Required: true, Format: provider.Segment, Max: 30},
					{Name: "azure_model_slug", Help: "Model behind the deployment; callers may choose by it too", Required: true, Max: 255},
					{Name: "is_default", Help: "Whether models that no deployment is for go here", Type: provider.Bool, Default: "false"},
				}},
		}, azure.Fields()...),
		Check: checkDeployments,
	}
}

// Compile implements [provider.Adapter].
func (a Adapter) Compile(s provider.Settings) (provider.Account, error) {
	spec := a.Spec()
	if refusing, err := spec.Refusing(s); refusing != nil || err != nil {
		return refusing, err
	}
	resource, err := s.Part("azure_resource_name", provider.Label)
	if err != nil {
		return nil, err
	}
	out := &account{}
	if out.deployments, err = parseDeployments(s); err != nil {
		return nil, err
	}
	if err := sound(out.deployments); err != nil {
		return nil, err
	}
	var own provider.Headers
	if spec.Mode(s).Name == azure.Entra {
		out.Tokens = a.Entra.Tokens(s)
	} else if !s.Key.IsZero() {
		own = own.With("Api-Key", s.Key.Reveal())
	}
	s.Key = secret.String{} // it is no bearer token
	out.Account.Account, err = openai.NewAccount(s, "https://"+resource+".openai.azure.com/openai", own,
		openai.Dialect{Kind: id, NoModels: true})
	if err != nil {
		return nil, err
	}
	return out, nil
}
