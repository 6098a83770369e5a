// Package bedrock is the adapter for AWS Bedrock. It is called with a Bedrock
// API key at the endpoint that speaks OpenAI's dialect, which serves some of
// its models; the modes that sign requests are stored only.
package bedrock

import (
	"strings"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/aws"
	"github.com/claviger/claviger/internal/provider/openai"
)

// Adapter is the kind "bedrock". The zero value is ready.
type Adapter struct{}

const id = "bedrock"

var operations = []provider.Operation{provider.Chat}

// Spec implements [provider.Adapter].
func (Adapter) Spec() provider.Spec {
	return provider.Spec{
		ID:         id,
		Name:       "AWS Bedrock",
		Base:       "https://bedrock-runtime.{aws_region}.amazonaws.com",
		Auth:       aws.Auth(aws.Bearer()),
		Fields:     aws.Fields(),
		Operations: operations,
	}
}

// Compile implements [provider.Adapter].
func (a Adapter) Compile(s provider.Settings) (provider.Account, error) {
	if refusing, err := a.Spec().Refusing(s); refusing != nil || err != nil {
		return refusing, err
	}
	region, err := s.Part("aws_region", provider.Label)
	if err != nil {
		return nil, err
	}
	domain := ".amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		domain += ".cn"
	}
	return openai.NewAccount(s, "https://bedrock-runtime."+region+domain, provider.Headers{},
		openai.Dialect{Kind: id, Prefix: "/openai/v1", Operations: operations, NoModels: true})
}
