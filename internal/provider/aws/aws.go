// Package aws is what the kinds of provider on AWS share: the ways to
// authenticate and their configuration fields.
package aws

import "github.com/claviger/claviger/internal/provider"

// The modes of aws_auth_type.
const (
	AccessKey   = "accessKey"
	AssumedRole = "assumedRole"
	ServiceRole = "serviceRole"
	APIKey      = "apiKey"
)

const unsigned = "requests are not signed yet"

// Auth are the ways to authenticate with signed requests. Bedrock has one more,
// [Bearer].
func Auth(more ...provider.Mode) provider.Auth {
	return provider.Auth{
		Field: "aws_auth_type", Help: "How to authenticate", Default: AccessKey,
		Modes: append([]provider.Mode{
			{Name: AccessKey, Help: "With an access key", NotCallable: unsigned,
				Needs: []string{"aws_region", "aws_access_key_id", "aws_secret_access_key"}},
			{Name: AssumedRole, Help: "With a role of yours that the server's own identity assumes",
				Needs: []string{"aws_region", "aws_role_arn"}, Uses: []string{"aws_external_id"}, Ambient: true, NotCallable: unsigned},
			{Name: ServiceRole, Help: "With the role that the server runs as", Uses: []string{"aws_region"}, Ambient: true, NotCallable: unsigned},
		}, more...),
	}
}

// Bearer is the mode of Bedrock's own keys.
func Bearer() provider.Mode {
	return provider.Mode{Name: APIKey, Help: "With a Bedrock API key", Needs: []string{"key", "aws_region"}}
}

// Fields are the fields of the modes.
func Fields() []provider.Field {
	return []provider.Field{
		{Name: "aws_region", Address: true, Help: "Region to call, such as us-east-1", Format: provider.Label},
		{Name: "aws_access_key_id", Help: "Access key id", Secret: true, Max: 256},
		{Name: "aws_secret_access_key", Help: "Secret access key", Secret: true, Max: 1024},
		{Name: "aws_role_arn", Help: "ARN of the role to assume", Max: 2048},
		{Name: "aws_external_id", Help: "External id that the role's trust policy asks for", Secret: true, Max: 1224},
	}
}
