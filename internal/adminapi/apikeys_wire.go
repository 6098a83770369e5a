package adminapi

import (
	"encoding/json"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
)

// APIKey is an API key on the wire, the key itself masked.
type APIKey struct {
	ID             string       `json:"id" format:"uuid"`
	Key            string       `json:"key" doc:"Masked."`
	Name           string       `json:"name"`
	Description    *string      `json:"description"`
	Type           string       `json:"type" enum:"organisation-service,workspace-service,workspace-user"`
	OrganisationID string       `json:"organisation_id" format:"uuid"`
	WorkspaceID    *string      `json:"workspace_id"`
	UserID         *string      `json:"user_id"`
	Status         string       `json:"status" enum:"active,exhausted,expired"`
	CreatedAt      *string      `json:"created_at" format:"date-time"`
	LastUpdatedAt  *string      `json:"last_updated_at" format:"date-time"`
	CreationMode   string       `json:"creation_mode" enum:"ui,api,auto"`
	RateLimits     rateArray    `json:"rate_limits"`
	UsageLimits    usageObject  `json:"usage_limits"`
	ResetUsage     *int         `json:"reset_usage" enum:"0,1" doc:"0 where usage is limited: resets take effect at once, so none is ever pending. Null where it is not."`
	LastResetAt    *string      `json:"last_reset_at" format:"date-time"`
	Usage          []LimitUsage `json:"usage,omitempty" doc:"How each limit stands; where it is known."`
	Scopes         []string     `json:"scopes"`
	Defaults       KeyDefaults  `json:"defaults"`
	// AllowConfigOverride is a number because clients decode it into one.
	AllowConfigOverride *int            `json:"allow_config_override" enum:"0,1"`
	AlertEmails         []string        `json:"alert_emails"`
	ExpiresAt           *string         `json:"expires_at" format:"date-time"`
	RotationPolicy      *RotationPolicy `json:"rotation_policy"`
	LastRotatedAt       *string         `json:"last_rotated_at" format:"date-time"`
	// KeyTransitionExpiresAt is null unless a replaced secret still works.
	KeyTransitionExpiresAt *string `json:"key_transition_expires_at" format:"date-time"`
	Object                 string  `json:"object" enum:"api-key"`
}

// KeyDefaults are what requests with a key take when they do not say.
type KeyDefaults struct {
	Metadata            map[string]string `json:"metadata"`
	ConfigID            *string           `json:"config_id"`
	AllowConfigOverride *bool             `json:"allow_config_override,omitempty"`
}

// apiKeyWire shows what was never set of rates, addresses and metadata as empty,
// not as null: clients tell a list that was emptied from one that is not there.
func (a *api) apiKeyWire(k claviger.APIKey, st admin.Standing) APIKey {
	out := APIKey{
		ID: string(k.ID), Key: k.Masked, Name: k.Name, Description: orNull(k.Description), Type: k.Kind().String(),
		OrganisationID: string(k.OrganisationID), WorkspaceID: orNull(k.WorkspaceID), UserID: orNull(k.UserID),
		Status: string(st.Status), CreatedAt: instant(k.CreatedAt), LastUpdatedAt: instant(k.UpdatedAt), CreationMode: k.CreationMode,
		RateLimits: rateArray{raw{k.RateLimits}}, UsageLimits: usageObject{raw{st.UsageLimits}}, Usage: limitsWire(st),
		Scopes: make([]string, len(k.Scopes)), AlertEmails: k.AlertEmails, ExpiresAt: instant(k.ExpiresAt), Object: "api-key",
	}
	if len(k.RateLimits) == 0 {
		out.RateLimits.RawMessage = json.RawMessage("[]")
	}
	if k.AlertEmails == nil {
		out.AlertEmails = []string{}
	}
	out.LastResetAt, out.LastRotatedAt, out.KeyTransitionExpiresAt = instant(st.LastResetAt), instant(k.RotatedAt), instant(a.admin.TransitionEnd(k))
	out.RotationPolicy = rotationWire(k)
	if k.UsageLimits != nil {
		out.ResetUsage = new(int)
	}
	for i, s := range k.Scopes {
		out.Scopes[i] = string(s)
	}
	if d, set := admin.DefaultsOf(k); set {
		out.Defaults = KeyDefaults{Metadata: d.Metadata, ConfigID: orNull(d.ConfigID), AllowConfigOverride: d.AllowConfigOverride}
		if d.AllowConfigOverride != nil {
			allow := flag(*d.AllowConfigOverride)
			out.AllowConfigOverride = &allow
		}
	}
	if out.Defaults.Metadata == nil {
		out.Defaults.Metadata = map[string]string{}
	}
	return out
}

// APIKeyRequest changes an API key: absent fields stay, null clears.
type APIKeyRequest struct {
	Name        Optional[string]             `json:"name"`
	Description Optional[string]             `json:"description"`
	Scopes      Optional[[]string]           `json:"scopes"`
	UsageLimits Optional[usageObject]        `json:"usage_limits"`
	RateLimits  Optional[rateArray]          `json:"rate_limits"`
	Defaults    Optional[KeyDefaultsRequest] `json:"defaults"`
	AlertEmails Optional[[]string]           `json:"alert_emails"`
	ExpiresAt   Optional[string]             `json:"expires_at" doc:"ISO 8601."`
	ResetUsage  Optional[switchField]        `json:"reset_usage" doc:"true: count from zero again."`

	RotationPolicy Optional[RotationPolicyRequest] `json:"rotation_policy" doc:"Replaces the policy; null removes it."`
}

// NewAPIKeyRequest makes an API key.
type NewAPIKeyRequest struct {
	Name        Optional[string]             `json:"name" required:"true"`
	Description Optional[string]             `json:"description"`
	WorkspaceID string                       `json:"workspace_id" doc:"UUID or slug; for keys of type workspace."`
	UserID      string                       `json:"user_id" doc:"For keys of sub-type user; the owner when absent."`
	Scopes      Optional[[]string]           `json:"scopes" required:"true"`
	UsageLimits Optional[usageObject]        `json:"usage_limits"`
	RateLimits  Optional[rateArray]          `json:"rate_limits"`
	Defaults    Optional[KeyDefaultsRequest] `json:"defaults"`
	AlertEmails Optional[[]string]           `json:"alert_emails"`
	ExpiresAt   Optional[string]             `json:"expires_at" doc:"ISO 8601."`

	RotationPolicy Optional[RotationPolicyRequest] `json:"rotation_policy"`
}

// KeyDefaultsRequest changes the defaults of a key field by field.
type KeyDefaultsRequest struct {
	Metadata            Optional[map[string]string] `json:"metadata"`
	ConfigID            Optional[string]            `json:"config_id"`
	AllowConfigOverride Optional[bool]              `json:"allow_config_override"`
}

func apiKeyInput(v APIKeyRequest, found claviger.Problems) admin.APIKeyInput {
	in := admin.APIKeyInput{
		Name: v.Name.Optional, Description: v.Description.Optional, Scopes: v.Scopes.Optional,
		UsageLimits: rawField(v.UsageLimits.Optional, usageObject.bytes), RateLimits: rawField(v.RateLimits.Optional, rateArray.bytes),
		AlertEmails: v.AlertEmails.Optional, ExpiresAt: v.ExpiresAt.Optional, ResetUsage: bool(v.ResetUsage.Value), RotationPolicy: rotationInput(v.RotationPolicy), Found: found,
	}
	d := v.Defaults.Value
	in.Defaults = admin.Optional[admin.KeyDefaultsInput]{Set: v.Defaults.Set, Null: v.Defaults.Null, Value: admin.KeyDefaultsInput{
		Metadata: d.Metadata.Optional, ConfigID: d.ConfigID.Optional, AllowConfigOverride: d.AllowConfigOverride.Optional,
	}}
	return in
}

func newAPIKey(v NewAPIKeyRequest, found claviger.Problems) admin.NewAPIKey {
	return admin.NewAPIKey{Workspace: v.WorkspaceID, UserID: v.UserID, APIKeyInput: apiKeyInput(APIKeyRequest{
		Name: v.Name, Description: v.Description, Scopes: v.Scopes, UsageLimits: v.UsageLimits, RateLimits: v.RateLimits,
		Defaults: v.Defaults, AlertEmails: v.AlertEmails, ExpiresAt: v.ExpiresAt, RotationPolicy: v.RotationPolicy,
	}, found)}
}
