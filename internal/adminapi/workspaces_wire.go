package adminapi

import (
	"encoding/json"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
)

// Workspace is a workspace on the wire.
type Workspace struct {
	ID            string             `json:"id" format:"uuid"`
	Slug          string             `json:"slug"`
	Name          string             `json:"name" doc:"Behind the icon, if there is one; name_format=plain leaves it out."`
	Description   *string            `json:"description"`
	Icon          *string            `json:"icon"`
	IsDefault     int                `json:"is_default" enum:"0,1"`
	CreatedAt     *string            `json:"created_at" format:"date-time"`
	LastUpdatedAt *string            `json:"last_updated_at" format:"date-time"`
	LastResetAt   *string            `json:"last_reset_at" format:"date-time"`
	Defaults      *WorkspaceDefaults `json:"defaults"`
	UsageLimits   usageArray         `json:"usage_limits"`
	RateLimits    rateArray          `json:"rate_limits"`
	Usage         []LimitUsage       `json:"usage,omitempty" doc:"How each limit stands; where it is known."`
	Status        string             `json:"status"`
	Object        string             `json:"object" enum:"workspace"`
}

// WorkspaceDefaults are what requests of a workspace take when they do not say.
type WorkspaceDefaults struct {
	Metadata         map[string]string `json:"metadata"`
	InputGuardrails  []string          `json:"input_guardrails,omitempty"`
	OutputGuardrails []string          `json:"output_guardrails,omitempty"`
	UserAPIKeyConfig *string           `json:"user_api_key_config,omitempty"`
	IsDefault        int               `json:"is_default" enum:"0,1"`
	Object           string            `json:"object" enum:"workspace"`
}

// WorkspaceDetail is a workspace with its members.
type WorkspaceDetail struct {
	Workspace
	Users []struct{} `json:"users" doc:"Members."`
}

func workspaceWire(w claviger.Workspace, st admin.Standing, plain bool) Workspace {
	out := Workspace{
		ID: string(w.ID), Slug: w.Slug, Name: admin.DisplayName(w),
		Description: orNull(w.Description), Icon: orNull(w.Icon), IsDefault: flag(w.IsDefault),
		CreatedAt: instant(w.CreatedAt), LastUpdatedAt: instant(w.UpdatedAt),
		UsageLimits: usageArray{raw{st.UsageLimits}}, Usage: limitsWire(st), RateLimits: rateArray{raw{w.RateLimits}},
		Status: string(st.Status), LastResetAt: instant(st.LastResetAt), Object: "workspace",
	}
	if plain {
		out.Name = w.Name
	}
	if w.Metadata != nil || w.InputGuardrails != nil || w.OutputGuardrails != nil || w.UserAPIKeyConfig != "" {
		out.Defaults = &WorkspaceDefaults{
			Metadata: w.Metadata, InputGuardrails: w.InputGuardrails, OutputGuardrails: w.OutputGuardrails,
			UserAPIKeyConfig: orNull(w.UserAPIKeyConfig), IsDefault: out.IsDefault, Object: "workspace",
		}
	}
	return out
}

// flag is a boolean that clients decode as a number.
func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// WorkspaceRequest makes or changes a workspace. On change an absent field
// stays, null clears it.
type WorkspaceRequest struct {
	Name        Optional[string]                   `json:"name"`
	Description Optional[string]                   `json:"description"`
	Icon        Optional[string]                   `json:"icon"`
	Defaults    Optional[WorkspaceDefaultsRequest] `json:"defaults"`
	UsageLimits Optional[usageArray]               `json:"usage_limits"`
	RateLimits  Optional[rateArray]                `json:"rate_limits"`
	ResetUsage  Optional[switchField]              `json:"reset_usage" doc:"true: count from zero again."`
}

// WorkspaceDefaultsRequest changes the defaults field by field.
type WorkspaceDefaultsRequest struct {
	Metadata         Optional[map[string]string] `json:"metadata"`
	InputGuardrails  Optional[[]string]          `json:"input_guardrails" doc:"Slugs or ids."`
	OutputGuardrails Optional[[]string]          `json:"output_guardrails" doc:"Slugs or ids."`
	UserAPIKeyConfig Optional[string]            `json:"user_api_key_config" doc:"Slug or id of a config."`
}

func workspaceInput(b Body[WorkspaceRequest]) admin.WorkspaceInput {
	v := b.Value
	in := admin.WorkspaceInput{
		Name: v.Name.Optional, Description: v.Description.Optional, Icon: v.Icon.Optional,
		UsageLimits: rawField(v.UsageLimits.Optional, usageArray.bytes), RateLimits: rawField(v.RateLimits.Optional, rateArray.bytes),
		ResetUsage: bool(v.ResetUsage.Value), Found: b.Found,
	}
	if d, ok := v.Defaults.Get(); ok {
		in.Metadata, in.UserAPIKeyConfig = d.Metadata.Optional, d.UserAPIKeyConfig.Optional
		in.InputGuardrails, in.OutputGuardrails = d.InputGuardrails.Optional, d.OutputGuardrails.Optional
	} else if v.Defaults.Null {
		in.Metadata, in.UserAPIKeyConfig = admin.Null[map[string]string](), admin.Null[string]()
		in.InputGuardrails, in.OutputGuardrails = admin.Null[[]string](), admin.Null[[]string]()
	}
	return in
}

func (u usageArray) bytes() json.RawMessage  { return u.RawMessage }
func (u usageObject) bytes() json.RawMessage { return u.RawMessage }
func (r rateArray) bytes() json.RawMessage   { return r.RawMessage }

// rawField is a field of limits as the use cases take it.
func rawField[T any](o admin.Optional[T], bytes func(T) json.RawMessage) admin.Optional[json.RawMessage] {
	return admin.Optional[json.RawMessage]{Set: o.Set, Null: o.Null, Value: bytes(o.Value)}
}
