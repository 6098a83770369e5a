package adminapi

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/secret"
)

// Integration is an integration in a list.
type Integration struct {
	ID             string  `json:"id" format:"uuid"`
	OrganisationID string  `json:"organisation_id" format:"uuid"`
	AIProviderID   string  `json:"ai_provider_id"`
	Name           string  `json:"name"`
	Status         string  `json:"status" enum:"active,archived"`
	CreatedAt      *string `json:"created_at" format:"date-time"`
	LastUpdatedAt  *string `json:"last_updated_at" format:"date-time"`
	Slug           string  `json:"slug"`
	Description    *string `json:"description"`
	Type           string  `json:"type" enum:"organisation,workspace"`
	WorkspaceID    *string `json:"workspace_id"`
	OwnerID        string  `json:"owner_id"`
	Object         string  `json:"object" enum:"integration"`
}

// IntegrationDetail is an integration with what may be shown of its settings.
type IntegrationDetail struct {
	Integration
	MaskedKey      *string                    `json:"masked_key"`
	Configurations map[string]json.RawMessage `json:"configurations" doc:"A sensitive field f is shown as masked_f."`
	GlobalSettings GlobalAccess               `json:"global_workspace_access_settings"`
	GlobalAccess   GlobalAccess               `json:"global_workspace_access" doc:"The same as global_workspace_access_settings."`
	AllowAllModels bool                       `json:"allow_all_models"`
	WorkspaceCount int                        `json:"workspace_count" doc:"Workspaces with access."`
	SecretMappings []SecretMapping            `json:"secret_mappings"`
	Pricing        Pricing                    `json:"pricing_adjustments"`
	Tags           map[string]string          `json:"tags"`
	KeyFingerprint *string                    `json:"key_fingerprint" doc:"Equal for equal credentials of the organisation; says nothing else of them. It is of the key, with the secret fields that the kind's mode of authentication uses; where there are none, of the custom headers."`
	KeyVersion     *int64                     `json:"key_version" doc:"Grows whenever anything that is stored as a secret changes: the key, custom_headers, secret settings, and what secret_mappings take the place of; null when nothing is secret."`
	KeyRotatedAt   *string                    `json:"key_rotated_at" format:"date-time"`
	LastResetAt    *string                    `json:"last_reset_at" format:"date-time"`
}

// SecretMapping says that a field is read from a secret reference when it is
// needed.
type SecretMapping struct {
	TargetField       string  `json:"target_field" required:"true" doc:"key, or configurations. and the name of a field."`
	SecretReferenceID string  `json:"secret_reference_id" required:"true" doc:"UUID or slug."`
	SecretKey         *string `json:"secret_key"`
	ValueFormat       *string `json:"value_format" doc:"string or json."`
}

// GlobalAccess is what workspaces made later get.
type GlobalAccess struct{ raw }

// Schema implements huma.SchemaProvider.
func (GlobalAccess) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[GlobalAccessRequest](), true, "")
}

// Pricing are pricing adjustments, a closed object.
type Pricing struct{ raw }

// Schema implements huma.SchemaProvider.
func (Pricing) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Nullable: true, AdditionalProperties: true,
		Description: "multiplier: factors by price, with image and additional_units. Unknown names are refused."}
}

func integrationWire(i claviger.Integration) Integration {
	out := Integration{
		ID: string(i.ID), OrganisationID: string(i.OrganisationID), AIProviderID: i.AIProvider, Name: i.Name,
		Status: string(i.Status), CreatedAt: instant(i.CreatedAt), LastUpdatedAt: instant(i.UpdatedAt),
		Slug: i.Slug, Description: orNull(i.Description), Type: "organisation", WorkspaceID: orNull(i.WorkspaceID),
		OwnerID: admin.OwnerID(i.OrganisationID), Object: "integration",
	}
	if i.WorkspaceID != "" {
		out.Type = "workspace"
	}
	return out
}

func integrationDetailWire(d admin.IntegrationDetail) IntegrationDetail {
	global := GlobalAccess{raw{d.GlobalAccess}}
	out := IntegrationDetail{
		Integration: integrationWire(d.Integration), MaskedKey: orNull(d.MaskedKey), Configurations: d.Configurations,
		GlobalSettings: global, GlobalAccess: global, AllowAllModels: d.AllowAllModels, WorkspaceCount: d.WorkspaceCount,
		SecretMappings: mappingsWire(d.SecretMappings), Pricing: Pricing{raw{d.PricingAdjustments}}, Tags: d.Tags,
		KeyFingerprint: orNull(d.KeyFingerprint),
	}
	if len(d.Sealed) > 0 {
		out.KeyVersion, out.KeyRotatedAt = &d.KeyVersion, instant(d.KeyRotatedAt)
	}
	return out
}

func mappingsWire(list []admin.SecretMapping) []SecretMapping {
	out := make([]SecretMapping, len(list))
	for i, m := range list {
		out[i] = SecretMapping(m)
	}
	return out
}

// hidden is a secret in a request: it decodes from a string and shows in no
// error, log or document.
type hidden struct{ secret.String }

// Schema implements huma.SchemaProvider.
func (hidden) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, WriteOnly: true}
}

// openMap is an object whose fields the kind of provider decides on.
type openMap map[string]json.RawMessage

// IntegrationRequest changes an integration: absent fields stay.
type IntegrationRequest struct {
	Name           Optional[string]            `json:"name"`
	Description    Optional[string]            `json:"description"`
	Key            Optional[hidden]            `json:"key" doc:"The provider's key; takes the place of the stored one."`
	Configurations Optional[openMap]           `json:"configurations" doc:"Merged field by field; null removes one."`
	SecretMappings Optional[[]SecretMapping]   `json:"secret_mappings" doc:"Replaced whole."`
	Pricing        Optional[Pricing]           `json:"pricing_adjustments"`
	Tags           Optional[map[string]string] `json:"tags"`
}

// NewIntegrationRequest makes an integration.
type NewIntegrationRequest struct {
	Name                  Optional[string]            `json:"name" required:"true"`
	AIProviderID          string                      `json:"ai_provider_id" required:"true" doc:"Any id will do with configurations.custom_host."`
	Slug                  string                      `json:"slug" doc:"Generated when absent."`
	WorkspaceID           string                      `json:"workspace_id" doc:"UUID or slug; makes it workspace-level."`
	Description           Optional[string]            `json:"description"`
	Key                   Optional[hidden]            `json:"key" doc:"The provider's key."`
	Configurations        Optional[openMap]           `json:"configurations"`
	SecretMappings        Optional[[]SecretMapping]   `json:"secret_mappings"`
	Pricing               Optional[Pricing]           `json:"pricing_adjustments"`
	Tags                  Optional[map[string]string] `json:"tags"`
	CreateDefaultProvider *bool                       `json:"create_default_provider" doc:"True when absent; for workspace-level ones."`
	DefaultProviderSlug   string                      `json:"default_provider_slug" doc:"For workspace-level ones."`
}

func integrationInput(v IntegrationRequest, found claviger.Problems) admin.IntegrationInput {
	in := admin.IntegrationInput{
		Name: v.Name.Optional, Description: v.Description.Optional, Tags: v.Tags.Optional, Found: found,
		Key:                admin.Optional[secret.String]{Set: v.Key.Set, Null: v.Key.Null, Value: v.Key.Value.String},
		Configurations:     admin.Optional[map[string]json.RawMessage]{Set: v.Configurations.Set, Null: v.Configurations.Null, Value: v.Configurations.Value},
		SecretMappings:     admin.Optional[[]admin.SecretMapping]{Set: v.SecretMappings.Set, Null: v.SecretMappings.Null},
		PricingAdjustments: rawField(v.Pricing.Optional, func(p Pricing) json.RawMessage { return p.RawMessage }),
	}
	for _, m := range v.SecretMappings.Value {
		in.SecretMappings.Value = append(in.SecretMappings.Value, admin.SecretMapping(m))
	}
	return in
}

func newIntegration(v NewIntegrationRequest, found claviger.Problems) admin.NewIntegration {
	return admin.NewIntegration{
		AIProvider: v.AIProviderID, Slug: v.Slug, Workspace: v.WorkspaceID,
		CreateProvider: yes(v.CreateDefaultProvider), ProviderSlug: v.DefaultProviderSlug,
		IntegrationInput: integrationInput(IntegrationRequest{
			Name: v.Name, Description: v.Description, Key: v.Key, Configurations: v.Configurations,
			SecretMappings: v.SecretMappings, Pricing: v.Pricing, Tags: v.Tags,
		}, found),
	}
}

// yes is a flag that is true unless somebody says otherwise.
func yes(b *bool) bool { return b == nil || *b }
