// Package azureai is the adapter for Azure AI Foundry: models of many makers
// behind one OpenAI dialect.
package azureai

import (
	"net/http"
	"strings"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/azure"
	"github.com/claviger/claviger/internal/provider/openai"
	"github.com/claviger/claviger/internal/secret"
)

// Adapter is the kind "azure-ai". The zero value is ready.
type Adapter struct {
	Entra azure.Authority
}

const id = "azure-ai"

// Spec implements [provider.Adapter].
func (Adapter) Spec() provider.Spec {
	return provider.Spec{
		ID:   id,
		Name: "Azure AI",
		Base: "{azure_foundry_url}",
		Auth: azure.Auth(),
		Fields: append([]provider.Field{
			{Name: "azure_foundry_url", Address: true, Help: "URL of the endpoint, without the operation's path", Required: true,
				Format: provider.PublicURL, Max: 2048},
			{Name: "azure_api_version", Help: "API version, when the endpoint wants one", Format: provider.Segment, Max: 30},
			{Name: "azure_deployment_name", Help: "Deployment, when the endpoint has several; sent as azureml-model-deployment", Max: 255},
			{Name: "is_key_required", Help: "Whether a key must be there in every mode", Type: provider.Bool, NeedsKey: true, Default: "false"},
		}, azure.Fields()...),
	}
}

// Compile implements [provider.Adapter].
func (a Adapter) Compile(s provider.Settings) (provider.Account, error) {
	spec := a.Spec()
	if refusing, err := spec.Refusing(s); refusing != nil || err != nil {
		return refusing, err
	}
	at, err := s.Part("azure_foundry_url", provider.PublicURL)
	if err != nil {
		return nil, err
	}
	if strings.Contains(strings.ToLower(at), "anthropic") {
		return provider.Refuse(s, id+" with an Anthropic endpoint")
	}
	out := &account{header: http.Header{"Extra-Parameters": {"drop"}}}
	if name := s.Text("azure_deployment_name"); name != "" {
		out.header.Set("Azureml-Model-Deployment", name)
	}
	if s.Text("azure_api_version") != "" {
		v, err := s.Part("azure_api_version", provider.Segment)
		if err != nil {
			return nil, err
		}
		out.query = "?api-version=" + v
	}
	if spec.Mode(s).Name == azure.Entra {
		out.Tokens = a.Entra.Tokens(s)
		s.Key = secret.String{}
	}
	out.Account.Account, err = openai.NewAccount(s, at, provider.Headers{}, openai.Dialect{Kind: id, NoModels: true})
	if err != nil {
		return nil, err
	}
	return out, nil
}
