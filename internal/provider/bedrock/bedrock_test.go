package bedrock_test

import (
	"testing"

	"github.com/claviger/claviger/internal/provider/bedrock"
	"github.com/claviger/claviger/internal/provider/providertest"
)

func TestSpec(t *testing.T) {
	const when = " is required when aws_auth_type is "
	providertest.Check(t, bedrock.Adapter{}.Spec(), map[string]providertest.SpecCase{
		"an access key": {NoKey: true, Configurations: `{"aws_auth_type":"accessKey","aws_region":"us-east-1","aws_access_key_id":"AKIA","aws_secret_access_key":"s"}`},
		"an access key without its halves": {NoKey: true, Configurations: `{"aws_auth_type":"accessKey"}`, Problems: []string{
			"configurations.aws_region:" + when + "accessKey", "configurations.aws_access_key_id:" + when + "accessKey",
			"configurations.aws_secret_access_key:" + when + "accessKey"}},
		"an access key whose secret is mapped": {NoKey: true, Mapped: []string{"aws_secret_access_key"},
			Configurations: `{"aws_auth_type":"accessKey","aws_region":"us-east-1","aws_access_key_id":"AKIA"}`},
		"a role":                     {NoKey: true, Configurations: `{"aws_auth_type":"assumedRole","aws_region":"us-east-1","aws_role_arn":"arn:aws:iam::1:role/r","aws_external_id":null}`},
		"a role without its name":    {NoKey: true, Configurations: `{"aws_auth_type":"assumedRole","aws_region":"us-east-1"}`, Problems: []string{"configurations.aws_role_arn:" + when + "assumedRole"}},
		"the server's role":          {NoKey: true, Configurations: `{"aws_auth_type":"serviceRole"}`},
		"a Bedrock key":              {Configurations: `{"aws_auth_type":"apiKey","aws_region":"us-east-1"}`},
		"a Bedrock key not there":    {NoKey: true, Configurations: `{"aws_auth_type":"apiKey"}`, Problems: []string{"key:" + when + "apiKey", "configurations.aws_region:" + when + "apiKey"}},
		"nothing":                    {NoKey: true, Problems: []string{"configurations.aws_auth_type: is required"}},
		"a mode there is not":        {Configurations: `{"aws_auth_type":"CANARY"}`, Problems: []string{"configurations.aws_auth_type: must be one of accessKey, assumedRole, serviceRole, apiKey"}},
		"a region that is a host":    {Configurations: `{"aws_auth_type":"apiKey","aws_region":"CANARY.example.com#"}`, Problems: []string{"configurations.aws_region: must be letters, digits and inner hyphens, at most 63"}},
		"a secret that is an object": {Configurations: `{"aws_auth_type":"accessKey","aws_region":"r","aws_access_key_id":["CANARY"],"aws_secret_access_key":"s"}`, Problems: []string{"configurations.aws_access_key_id: must be a string"}},
	})
}

func TestMasked(t *testing.T) {
	providertest.CheckMasked(t, bedrock.Adapter{}.Spec(),
		`{"aws_auth_type":"assumedRole","aws_region":"us-east-1","aws_role_arn":"arn:aws:iam::1:role/r",
		  "aws_access_key_id":"abCANARYyz","aws_secret_access_key":"abCANARYyz","aws_external_id":"abCANARYyz"}`,
		`{"aws_auth_type":"assumedRole","aws_region":"us-east-1","aws_role_arn":"arn:aws:iam::1:role/r",
		  "masked_aws_access_key_id":"ab*******yz","masked_aws_secret_access_key":"ab*******yz","masked_aws_external_id":"ab*******yz"}`)
}
