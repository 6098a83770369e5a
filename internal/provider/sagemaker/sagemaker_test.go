package sagemaker_test

import (
	"testing"

	"github.com/claviger/claviger/internal/provider/providertest"
	"github.com/claviger/claviger/internal/provider/sagemaker"
)

const nine = `"amzn_sagemaker_custom_attributes":"a","amzn_sagemaker_target_model":"b","amzn_sagemaker_target_variant":"c",
	"amzn_sagemaker_target_container_hostname":"d","amzn_sagemaker_inference_id":"e","amzn_sagemaker_enable_explanations":"f",
	"amzn_sagemaker_inference_component":"g","amzn_sagemaker_session_id":"h","amzn_sagemaker_model_name":"i"`

func TestSpec(t *testing.T) {
	providertest.Check(t, sagemaker.Adapter{}.Spec(), map[string]providertest.SpecCase{
		"every field":          {NoKey: true, Configurations: `{"aws_auth_type":"serviceRole",` + nine + `}`},
		"fields that are null": {NoKey: true, Configurations: `{"aws_auth_type":"serviceRole","amzn_sagemaker_target_model":null,"aws_external_id":null}`},
		"an access key without its halves": {NoKey: true, Configurations: `{"aws_auth_type":"accessKey","aws_region":"r"}`, Problems: []string{
			"configurations.aws_access_key_id: is required when aws_auth_type is accessKey",
			"configurations.aws_secret_access_key: is required when aws_auth_type is accessKey"}},
		"a Bedrock key, which is for Bedrock": {Configurations: `{"aws_auth_type":"apiKey"}`, Problems: []string{
			"configurations.aws_auth_type: must be one of accessKey, assumedRole, serviceRole"}},
		"a number for a text": {Configurations: `{"aws_auth_type":"serviceRole","amzn_sagemaker_model_name":7}`, Problems: []string{
			"configurations.amzn_sagemaker_model_name: must be a string"}},
	})
}

func TestMasked(t *testing.T) {
	providertest.CheckMasked(t, sagemaker.Adapter{}.Spec(),
		`{"aws_auth_type":"serviceRole","aws_secret_access_key":"abCANARYyz",`+nine+`}`,
		`{"aws_auth_type":"serviceRole","masked_aws_secret_access_key":"ab*******yz",`+nine+`}`)
}
