package adminapi

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
)

// Parts of policies travel as they are stored and are looked at by package
// admin; these types say what they look like.
type (
	policyConditions struct{ raw }
	policyGroups     struct{ raw }
	policyAmount     struct{ raw }
	policyDays       struct{ raw }
	policyWord       struct{ raw }
)

func textOrTexts(words string) *huma.Schema {
	return &huma.Schema{Description: words + " A text, or a list of texts, any of which will do. * stands for any characters."}
}

// Schema implements huma.SchemaProvider.
func (policyConditions) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Description: "All of which a request must meet.", Items: &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: true, Required: []string{"key", "value"},
		Properties: map[string]*huma.Schema{
			"key":      {Type: huma.TypeString},
			"value":    textOrTexts("What is asked."),
			"excludes": textOrTexts("What is not to be."),
		},
	}}
}

// Schema implements huma.SchemaProvider.
func (policyGroups) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Description: "What is counted apart.", Items: &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: true, Required: []string{"key"},
		Properties: map[string]*huma.Schema{"key": {Type: huma.TypeString}},
	}}
}

// Schema implements huma.SchemaProvider.
func (policyAmount) Schema(huma.Registry) *huma.Schema { return number(bound(0), nil, huma.TypeNumber) }

// Schema implements huma.SchemaProvider.
func (policyDays) Schema(huma.Registry) *huma.Schema {
	return number(bound(1), bound(365), huma.TypeInteger)
}

// Schema implements huma.SchemaProvider.
func (policyWord) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true}
}

// PolicyRequest is what both kinds of policy can change: absent fields stay.
type PolicyRequest struct {
	Name        Optional[string]           `json:"name"`
	Description Optional[string]           `json:"description"`
	Conditions  Optional[policyConditions] `json:"conditions"`
	GroupBy     Optional[policyGroups]     `json:"group_by" doc:"Never changes."`
	Type        Optional[policyWord]       `json:"type" doc:"Never changes."`
	Target      Optional[string]           `json:"target" doc:"llm or mcp_tools. Never changes."`
	Status      Optional[string]           `json:"status" doc:"archived ends it."`
}

// UsagePolicyRequest changes a usage-limit policy.
type UsagePolicyRequest struct {
	PolicyRequest
	CreditLimit       Optional[policyAmount] `json:"credit_limit" doc:"Dollars, tokens or requests. 0 lets nothing through."`
	AlertThreshold    Optional[policyAmount] `json:"alert_threshold"`
	PeriodicReset     Optional[policyWord]   `json:"periodic_reset" doc:"weekly or monthly."`
	PeriodicResetDays Optional[policyDays]   `json:"periodic_reset_days"`
	NextUsageResetAt  Optional[policyWord]   `json:"next_usage_reset_at" doc:"ISO 8601; cut to 00:00 UTC."`
	Enforcement       Optional[policyWord]   `json:"enforcement" doc:"strict: refuse what has no upper bound."`
	ResetValue        Optional[string]       `json:"reset_usage_for_value" doc:"A group of requests, by its value_key, that is to be counted from zero."`
}

// NewUsagePolicyRequest makes a usage-limit policy.
type NewUsagePolicyRequest struct {
	UsagePolicyRequest
	WorkspaceID    string `json:"workspace_id" doc:"UUID or slug; needed with an organisation key."`
	OrganisationID string `json:"organisation_id" doc:"Of no effect: the key says it."`
}

// RatePolicyRequest changes a rate-limit policy.
type RatePolicyRequest struct {
	PolicyRequest
	Unit  Optional[policyWord]   `json:"unit" doc:"rpm, rph, rpd or rpw."`
	Value Optional[policyAmount] `json:"value"`

	Enforcement Optional[policyWord] `json:"enforcement" doc:"strict: refuse what has no upper bound."`
}

// NewRatePolicyRequest makes a rate-limit policy.
type NewRatePolicyRequest struct {
	RatePolicyRequest
	WorkspaceID    string `json:"workspace_id" doc:"UUID or slug; needed with an organisation key."`
	OrganisationID string `json:"organisation_id" doc:"Of no effect: the key says it."`
}

type limitFields = map[string]admin.Optional[json.RawMessage]

func (v PolicyRequest) input(limit limitFields, found claviger.Problems, names []string) admin.PolicyInput {
	limit["type"] = rawOf(v.Type)
	return admin.PolicyInput{
		Name: v.Name.Optional, Description: v.Description.Optional, Target: v.Target.Optional, Status: v.Status.Optional,
		Conditions: rawOf(v.Conditions), GroupBy: rawOf(v.GroupBy), Limit: limit, Found: found, Names: names,
	}
}

func (v UsagePolicyRequest) usage(found claviger.Problems, names []string) admin.PolicyInput {
	in := v.input(limitFields{
		"credit_limit": rawOf(v.CreditLimit), "alert_threshold": rawOf(v.AlertThreshold), "periodic_reset": rawOf(v.PeriodicReset),
		"periodic_reset_days": rawOf(v.PeriodicResetDays), "next_usage_reset_at": rawOf(v.NextUsageResetAt), "enforcement": rawOf(v.Enforcement),
	}, found, names)
	in.ResetValue = v.ResetValue.Optional
	return in
}

func (v RatePolicyRequest) rate(found claviger.Problems, names []string) admin.PolicyInput {
	return v.input(limitFields{"unit": rawOf(v.Unit), "value": rawOf(v.Value), "enforcement": rawOf(v.Enforcement)}, found, names)
}

func (r raw) message() json.RawMessage { return r.RawMessage }

// rawOf is a field as the use cases take it.
func rawOf[T interface{ message() json.RawMessage }](o Optional[T]) admin.Optional[json.RawMessage] {
	return rawField(o.Optional, T.message)
}
