package adminapi

import (
	claviger "github.com/claviger/claviger"
)

// UsagePolicy is a usage-limit policy on the wire.
type UsagePolicy struct {
	ID                string           `json:"id" format:"uuid"`
	Name              *string          `json:"name"`
	Description       *string          `json:"description"`
	Conditions        policyConditions `json:"conditions"`
	GroupBy           policyGroups     `json:"group_by"`
	Type              string           `json:"type" enum:"cost,tokens,requests"`
	Target            string           `json:"target" enum:"llm"`
	CreditLimit       policyAmount     `json:"credit_limit" doc:"Dollars, tokens or requests."`
	AlertThreshold    policyAmount     `json:"alert_threshold"`
	PeriodicReset     policyWord       `json:"periodic_reset"`
	PeriodicResetDays policyDays       `json:"periodic_reset_days"`
	NextUsageResetAt  *string          `json:"next_usage_reset_at" format:"date-time"`
	LastResetAt       *string          `json:"last_reset_at" format:"date-time" doc:"When a group was last counted from zero by hand."`
	Enforcement       policyWord       `json:"enforcement"`
	Status            string           `json:"status" enum:"active,archived"`
	WorkspaceID       string           `json:"workspace_id" format:"uuid"`
	OrganisationID    string           `json:"organisation_id" format:"uuid"`
	CreatedAt         *string          `json:"created_at" format:"date-time"`
	LastUpdatedAt     *string          `json:"last_updated_at" format:"date-time"`
}

// UsagePolicyDetail is a usage-limit policy alone.
type UsagePolicyDetail struct {
	UsagePolicy
	Usage  map[string]GroupUsage `json:"value_key_usage_map,omitzero" doc:"By value_key; with include_usage alone."`
	Object string                `json:"object" enum:"policy_usage_limits"`
}

// GroupUsage is what a group of requests has used of a policy's limit.
type GroupUsage struct {
	CurrentUsage        amount `json:"current_usage"`
	Status              string `json:"status" enum:"active,exhausted"`
	ThresholdAlertsSent bool   `json:"is_threshold_alerts_sent"`
	ExhaustedAlertsSent bool   `json:"is_exhausted_alerts_sent"`
}

func (a *api) usagePolicyWire(p claviger.Policy) UsagePolicy {
	l := a.admin.PolicyLimit(p)
	return UsagePolicy{
		ID: string(p.ID), Name: orNull(p.Name), Description: orNull(p.Description),
		Conditions: policyConditions{raw{p.Conditions}}, GroupBy: policyGroups{raw{p.GroupBy}}, Type: l.Word("type"), Target: p.Target,
		CreditLimit: policyAmount{raw{l.Field("credit_limit")}}, AlertThreshold: policyAmount{raw{l.Field("alert_threshold")}},
		PeriodicReset: policyWord{raw{l.Field("periodic_reset")}}, PeriodicResetDays: policyDays{raw{l.Field("periodic_reset_days")}},
		NextUsageResetAt: instant(l.Next), LastResetAt: instant(l.LastReset), Enforcement: policyWord{raw{l.Field("enforcement")}},
		Status: string(p.Status), WorkspaceID: string(p.WorkspaceID), OrganisationID: string(p.OrganisationID),
		CreatedAt: instant(p.CreatedAt), LastUpdatedAt: instant(p.UpdatedAt),
	}
}

// RatePolicy is a rate-limit policy on the wire.
type RatePolicy struct {
	ID             string           `json:"id" format:"uuid"`
	Name           *string          `json:"name"`
	Description    *string          `json:"description"`
	Conditions     policyConditions `json:"conditions"`
	GroupBy        policyGroups     `json:"group_by"`
	Type           string           `json:"type" enum:"requests,tokens"`
	Target         string           `json:"target" enum:"llm,mcp_tools"`
	Unit           string           `json:"unit" enum:"rpm,rph,rpd,rpw"`
	Value          policyAmount     `json:"value"`
	Enforcement    policyWord       `json:"enforcement"`
	Status         string           `json:"status" enum:"active,archived"`
	WorkspaceID    string           `json:"workspace_id" format:"uuid"`
	OrganisationID string           `json:"organisation_id" format:"uuid"`
	CreatedAt      *string          `json:"created_at" format:"date-time"`
	LastUpdatedAt  *string          `json:"last_updated_at" format:"date-time"`
}

// RatePolicyDetail is a rate-limit policy alone.
type RatePolicyDetail struct {
	RatePolicy
	Object string `json:"object" enum:"policy_rate_limits"`
}

func (a *api) ratePolicyWire(p claviger.Policy) RatePolicy {
	l := a.admin.PolicyLimit(p)
	return RatePolicy{
		ID: string(p.ID), Name: orNull(p.Name), Description: orNull(p.Description),
		Conditions: policyConditions{raw{p.Conditions}}, GroupBy: policyGroups{raw{p.GroupBy}}, Type: l.Word("type"), Target: p.Target,
		Unit: l.Word("unit"), Value: policyAmount{raw{l.Field("value")}}, Enforcement: policyWord{raw{l.Field("enforcement")}},
		Status: string(p.Status), WorkspaceID: string(p.WorkspaceID), OrganisationID: string(p.OrganisationID),
		CreatedAt: instant(p.CreatedAt), LastUpdatedAt: instant(p.UpdatedAt),
	}
}
