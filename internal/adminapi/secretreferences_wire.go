package adminapi

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
)

// SecretReference is a secret reference in a list.
type SecretReference struct {
	ID            string  `json:"id" format:"uuid"`
	Name          string  `json:"name"`
	Slug          string  `json:"slug"`
	ManagerType   string  `json:"manager_type" enum:"aws_sm,azure_kv,hashicorp_vault"`
	Status        string  `json:"status" enum:"ACTIVE"`
	CreatedAt     *string `json:"created_at" format:"date-time"`
	LastUpdatedAt *string `json:"last_updated_at" format:"date-time"`
	Object        string  `json:"object" enum:"secret-reference"`
}

// SecretReferenceDetail is a secret reference with what may be shown of the way
// to its manager.
type SecretReferenceDetail struct {
	SecretReference
	OrganisationID     string                     `json:"organisation_id" format:"uuid"`
	Description        *string                    `json:"description"`
	SecretPath         string                     `json:"secret_path"`
	SecretKey          *string                    `json:"secret_key"`
	AllowAllWorkspaces bool                       `json:"allow_all_workspaces"`
	AllowedWorkspaces  []string                   `json:"allowed_workspaces" nullable:"true" doc:"As they were named, UUID or slug; null when every workspace may."`
	Tags               map[string]string          `json:"tags"`
	CreatedBy          string                     `json:"created_by"`
	AuthConfig         map[string]json.RawMessage `json:"auth_config" doc:"A sensitive field f is shown as masked_f."`
}

func referenceWire(r claviger.SecretReference) SecretReference {
	return SecretReference{
		ID: string(r.ID), Name: r.Name, Slug: r.Slug, ManagerType: string(r.Manager), Status: "ACTIVE",
		CreatedAt: instant(r.CreatedAt), LastUpdatedAt: instant(r.UpdatedAt), Object: "secret-reference",
	}
}

func referenceDetailWire(d admin.SecretReferenceDetail) SecretReferenceDetail {
	out := SecretReferenceDetail{
		SecretReference: referenceWire(d.SecretReference), OrganisationID: string(d.OrganisationID),
		Description: orNull(d.Description), SecretPath: d.SecretPath, SecretKey: orNull(d.SecretKey),
		AllowAllWorkspaces: d.AllWorkspaces, Tags: d.Tags, CreatedBy: d.CreatedBy, AuthConfig: d.AuthConfig,
	}
	if !d.AllWorkspaces {
		out.AllowedWorkspaces = make([]string, len(d.Workspaces))
		for i, w := range d.Workspaces {
			out.AllowedWorkspaces[i] = w.Said
		}
	}
	return out
}

// authConfig is how to authenticate to a secret manager. Which fields it needs,
// the kind of manager and the mode decide.
type authConfig map[string]json.RawMessage

// Schema implements huma.SchemaProvider.
func (authConfig) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Properties: map[string]*huma.Schema{},
		Description: "aws_sm needs aws_auth_type, azure_kv azure_auth_mode, hashicorp_vault vault_auth_type; the mode decides the rest."}
	for _, f := range admin.AuthFields() {
		field := &huma.Schema{Type: huma.TypeString, Nullable: true, Description: f.Help, WriteOnly: f.Secret}
		for _, c := range f.Choices {
			field.Examples = append(field.Examples, c)
		}
		s.Properties[f.Name] = field
	}
	return s
}

// SecretReferenceRequest changes a secret reference: absent fields stay.
type SecretReferenceRequest struct {
	Name               Optional[string]            `json:"name"`
	Description        Optional[string]            `json:"description"`
	AuthConfig         Optional[authConfig]        `json:"auth_config" doc:"Merged field by field; null removes one."`
	SecretPath         Optional[string]            `json:"secret_path" doc:"Where the manager has the secret."`
	SecretKey          Optional[string]            `json:"secret_key" doc:"Picks one value of a secret that has several; null for the whole."`
	AllowAllWorkspaces Optional[bool]              `json:"allow_all_workspaces" doc:"True when neither this nor allowed_workspaces was ever given."`
	AllowedWorkspaces  Optional[[]string]          `json:"allowed_workspaces" doc:"UUIDs or slugs; replaced whole."`
	Tags               Optional[map[string]string] `json:"tags"`
}

// NewSecretReferenceRequest makes a secret reference.
type NewSecretReferenceRequest struct {
	Name               Optional[string]            `json:"name" required:"true"`
	Slug               string                      `json:"slug" doc:"Generated when absent."`
	ManagerType        string                      `json:"manager_type" required:"true" doc:"aws_sm, azure_kv or hashicorp_vault."`
	Description        Optional[string]            `json:"description"`
	AuthConfig         Optional[authConfig]        `json:"auth_config" required:"true"`
	SecretPath         Optional[string]            `json:"secret_path" required:"true" doc:"Where the manager has the secret."`
	SecretKey          Optional[string]            `json:"secret_key" doc:"Picks one value of a secret that has several."`
	AllowAllWorkspaces Optional[bool]              `json:"allow_all_workspaces" doc:"True when absent, unless allowed_workspaces is given."`
	AllowedWorkspaces  Optional[[]string]          `json:"allowed_workspaces" doc:"UUIDs or slugs."`
	Tags               Optional[map[string]string] `json:"tags"`
}

func referenceInput(v SecretReferenceRequest, found claviger.Problems) admin.SecretReferenceInput {
	return admin.SecretReferenceInput{
		Name: v.Name.Optional, Description: v.Description.Optional, SecretPath: v.SecretPath.Optional, SecretKey: v.SecretKey.Optional,
		AllWorkspaces: v.AllowAllWorkspaces.Optional, Workspaces: v.AllowedWorkspaces.Optional, Tags: v.Tags.Optional, Found: found,
		AuthConfig: admin.Optional[map[string]json.RawMessage]{Set: v.AuthConfig.Set, Null: v.AuthConfig.Null, Value: v.AuthConfig.Value},
	}
}

func newReference(v NewSecretReferenceRequest, found claviger.Problems) admin.NewSecretReference {
	return admin.NewSecretReference{Manager: v.ManagerType, Slug: v.Slug, SecretReferenceInput: referenceInput(SecretReferenceRequest{
		Name: v.Name, Description: v.Description, AuthConfig: v.AuthConfig, SecretPath: v.SecretPath, SecretKey: v.SecretKey,
		AllowAllWorkspaces: v.AllowAllWorkspaces, AllowedWorkspaces: v.AllowedWorkspaces, Tags: v.Tags,
	}, found)}
}
