// Package sagemaker is the kind AWS SageMaker. Its accounts are stored and not
// called yet: its requests are signed.
package sagemaker

import (
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/aws"
)

// Adapter is the kind "sagemaker". The zero value is ready.
type Adapter struct{}

// Spec implements [provider.Adapter].
func (Adapter) Spec() provider.Spec {
	fields := aws.Fields()
	for _, f := range []struct{ name, help string }{
		{"custom_attributes", "Custom attributes for the model's container"},
		{"target_model", "Model of a multi-model endpoint"},
		{"target_variant", "Production variant of the endpoint"},
		{"target_container_hostname", "Container of a multi-container endpoint"},
		{"inference_id", "Id for the captured request"},
		{"enable_explanations", "Expression that switches explanations on"},
		{"inference_component", "Inference component of the endpoint"},
		{"session_id", "Session of a stateful model"},
		{"model_name", "Name of the model, for the log"},
	} {
		fields = append(fields, provider.Field{Name: "amzn_sagemaker_" + f.name, Help: f.help, Max: 1024})
	}
	return provider.Spec{
		ID:          "sagemaker",
		Name:        "AWS SageMaker",
		Base:        "https://runtime.sagemaker.{aws_region}.amazonaws.com",
		Auth:        aws.Auth(),
		Fields:      fields,
		NotCallable: "requests are not signed yet",
	}
}

// Compile implements [provider.Adapter].
func (a Adapter) Compile(s provider.Settings) (provider.Account, error) { return a.Spec().Refusing(s) }
