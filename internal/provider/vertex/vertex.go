// Package vertex is the adapter for Google's Vertex AI. With an access token it
// is called at the endpoint that speaks OpenAI's dialect, which serves Google's
// and Meta's models; the other modes are stored only.
package vertex

import (
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/openai"
)

// Adapter is the kind "vertex-ai". The zero value is ready.
type Adapter struct{}

const (
	id     = "vertex-ai"
	notYet = "access tokens are not fetched yet"
	global = "global" // the region that is no region
)

var operations = []provider.Operation{provider.Chat}

// Spec implements [provider.Adapter].
func (Adapter) Spec() provider.Spec {
	return provider.Spec{
		ID:   id,
		Name: "Vertex AI",
		Base: "https://{vertex_region}-aiplatform.googleapis.com",
		Auth: provider.Auth{
			Field: "vertex_auth_type", Help: "How to authenticate", Default: "basic",
			Modes: []provider.Mode{
				{Name: "basic", Help: "With an OAuth access token, given as the key", Needs: []string{"vertex_project_id"}, Uses: []string{"key"}},
				{Name: "serviceAccount", Help: "With the key file of a service account",
					Needs: []string{"vertex_service_account_json"}, Uses: []string{"vertex_project_id"}, NotCallable: notYet},
				{Name: "workload", Help: "With the workload identity of the pod that the server runs in",
					Needs: []string{"vertex_project_id"}, Ambient: true, NotCallable: notYet},
			},
		},
		Fields: []provider.Field{
			{Name: "vertex_region", Address: true, Help: "Region to call, such as europe-west4, or global", Required: true, Format: provider.Label},
			{Name: "vertex_project_id", Help: "Project to bill", Format: provider.Segment, Max: 255},
			{Name: "vertex_service_account_json", Help: "Key file of the service account, as an object or as text",
				Type: provider.Object, Secret: true, Fields: []provider.Field{
					{Name: "client_email", Help: "Who the service account is", Required: true},
					{Name: "private_key", Help: "Its private key", Required: true, Secret: true},
				}},
			{Name: "vertex_skip_ptu_cost_attribution", Help: "Whether traffic of provisioned throughput costs nothing", Type: provider.Bool},
			{Name: "vertex_map_metadata", Help: "Whether metadata of requests is sent on as labels", Type: provider.Bool},
			{Name: "is_key_required", Help: "Whether a key must be there in every mode", Type: provider.Bool, NeedsKey: true},
		},
		Operations: operations,
	}
}

// Compile implements [provider.Adapter].
func (a Adapter) Compile(s provider.Settings) (provider.Account, error) {
	if refusing, err := a.Spec().Refusing(s); refusing != nil || err != nil {
		return refusing, err
	}
	region, err := s.Part("vertex_region", provider.Label)
	if err != nil {
		return nil, err
	}
	project, err := s.Part("vertex_project_id", provider.Segment)
	if err != nil {
		return nil, err
	}
	base := "https://" + region + "-aiplatform.googleapis.com"
	if region == global {
		base = "https://aiplatform.googleapis.com"
	}
	inner, err := openai.NewAccount(s, base, provider.Headers{}, openai.Dialect{
		Kind:       id,
		Prefix:     "/v1beta1/projects/" + project + "/locations/" + region + "/endpoints/openapi",
		Operations: operations,
		NoModels:   true,
	})
	if err != nil {
		return nil, err
	}
	return account{inner}, nil
}
