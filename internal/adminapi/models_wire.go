package adminapi

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"github.com/claviger/claviger/internal/admin"
)

// IntegrationModels are the models of an integration.
type IntegrationModels struct {
	Object         string             `json:"object" enum:"list"`
	Total          int                `json:"total"`
	AllowAllModels bool               `json:"allow_all_models" doc:"Whether models without settings of their own are allowed."`
	Models         []IntegrationModel `json:"models"`
}

// IntegrationModel is a model of an integration: built in, or with settings of
// its own.
type IntegrationModel struct {
	Slug           string                     `json:"slug"`
	Name           string                     `json:"name"`
	Enabled        bool                       `json:"enabled"`
	IsCustom       bool                       `json:"is_custom"`
	IsFinetune     bool                       `json:"is_finetune"`
	BaseModelSlug  *string                    `json:"base_model_slug"`
	Configurations map[string]json.RawMessage `json:"configurations,omitempty" doc:"custom_host and masked_custom_headers; absent when there are none."`
	PricingConfig  ModelPricing               `json:"pricing_config"`
	CreatedAt      *string                    `json:"created_at" format:"date-time"`
	LastUpdatedAt  *string                    `json:"last_updated_at" format:"date-time"`
}

// ModelPricing is a price of one's own, a closed object.
type ModelPricing struct{ raw }

// Schema implements huma.SchemaProvider.
func (ModelPricing) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Nullable: true, AdditionalProperties: true,
		Description: "US dollars per million tokens; null is the catalogue's price.",
		Properties: map[string]*huma.Schema{
			"type": choices(true, "static"),
			"pay_as_you_go": {Type: huma.TypeObject, Nullable: true, AdditionalProperties: true,
				Description: "request_token, response_token, cache_read_input_token, cache_write_input_token and other prices, each an object with the price. Unknown names are refused."},
		}}
}

func modelWire(d admin.ModelDetail) IntegrationModel {
	return IntegrationModel{
		Slug: d.Slug, Name: d.Name, Enabled: d.Enabled, IsCustom: d.Custom, IsFinetune: d.FineTune,
		BaseModelSlug: orNull(d.BaseModel), Configurations: d.Configurations, PricingConfig: ModelPricing{raw{d.Pricing}},
		CreatedAt: instant(d.CreatedAt), LastUpdatedAt: instant(d.UpdatedAt),
	}
}

// ModelsRequest changes models. Those it does not name stay as they are.
type ModelsRequest struct {
	Models         []ModelRow     `json:"models" doc:"Each takes the place of all settings of its model."`
	AllowAllModels Optional[bool] `json:"allow_all_models" doc:"False: only enabled models. Stays when absent."`
}

// ModelRow is all settings of one model.
type ModelRow struct {
	Slug           string                        `json:"slug" required:"true"`
	Enabled        Optional[bool]                `json:"enabled" required:"true"`
	IsCustom       *bool                         `json:"is_custom"`
	IsFinetune     *bool                         `json:"is_finetune"`
	BaseModelSlug  *string                       `json:"base_model_slug" doc:"The model that it behaves like, by its slug; needed with is_finetune."`
	Configurations Optional[ModelConfigurations] `json:"configurations"`
	PricingConfig  ModelPricing                  `json:"pricing_config"`
}

// ModelConfigurations are a model's own host and headers.
type ModelConfigurations map[string]json.RawMessage

// Schema implements huma.SchemaProvider.
func (ModelConfigurations) Schema(huma.Registry) *huma.Schema {
	headers := func(s huma.Schema) *huma.Schema {
		s.Type, s.Nullable, s.AdditionalProperties = huma.TypeObject, true, true
		return &s
	}
	return &huma.Schema{Type: huma.TypeObject, Nullable: true, AdditionalProperties: true,
		Properties: map[string]*huma.Schema{
			"custom_host":           {Type: huma.TypeString, Nullable: true, Description: "Base URL to call instead of the integration's."},
			"custom_headers":        headers(huma.Schema{WriteOnly: true, Description: "Headers to send; they replace the integration's of the same name."}),
			"masked_custom_headers": headers(huma.Schema{Description: "What may be shown of custom_headers; sent back, it keeps them."}),
		}}
}

// DeleteModelsRequest names custom models.
type DeleteModelsRequest struct {
	Models []string `json:"models" doc:"Slugs; the query's slugs will do as well."`
}

func modelsInput(b Body[ModelsRequest]) admin.ModelsInput {
	in := admin.ModelsInput{AllowAll: b.Value.AllowAllModels.Optional, Found: b.Found}
	for _, r := range b.Value.Models {
		in.Rows = append(in.Rows, admin.ModelRow{
			Slug: r.Slug, Enabled: r.Enabled.Optional, Custom: is(r.IsCustom), FineTune: is(r.IsFinetune), BaseModel: given(r.BaseModelSlug),
			Configurations: admin.Optional[map[string]json.RawMessage]{Set: r.Configurations.Set, Null: r.Configurations.Null, Value: r.Configurations.Value},
			Pricing:        r.PricingConfig.RawMessage,
		})
	}
	return in
}

// is is a flag that is false unless somebody says otherwise.
func is(b *bool) bool { return b != nil && *b }

// given is a text that may be absent.
func given(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
