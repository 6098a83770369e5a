package adminapi

import (
	"encoding/json"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
)

// RotationPolicy says when a key is due for rotation.
type RotationPolicy struct {
	RotationPeriod        *string `json:"rotation_period" enum:"weekly,monthly"`
	RotationPeriodDays    *int    `json:"rotation_period_days"`
	NextRotationAt        *string `json:"next_rotation_at" format:"date-time" doc:"When the key is due; it is rotated by whoever asks for it, never by itself."`
	KeyTransitionPeriodMS *int64  `json:"key_transition_period_ms" doc:"As it was given; null: 1800000."`
	Status                string  `json:"status" enum:"ACTIVE"`
}

func rotationWire(k claviger.APIKey) *RotationPolicy {
	p, set := k.Policy()
	if !set {
		return nil
	}
	out := &RotationPolicy{
		RotationPeriod: orNull(p.Period), NextRotationAt: instant(p.NextAt), Status: "ACTIVE",
	}
	if p.NextText != "" {
		out.NextRotationAt = &p.NextText
	}
	if p.TransitionMS > 0 {
		out.KeyTransitionPeriodMS = &p.TransitionMS
	}
	if p.PeriodDays > 0 {
		out.RotationPeriodDays = &p.PeriodDays
	}
	return out
}

// RotationPolicyRequest needs a period, a number of days or a date. A date
// beside one of the others is the next rotation, once.
type RotationPolicyRequest struct {
	RotationPeriod        Optional[string] `json:"rotation_period" doc:"weekly (Monday) or monthly (the first), 00:00 UTC."`
	RotationPeriodDays    Optional[int64]  `json:"rotation_period_days" doc:"1 to 365; not with rotation_period."`
	NextRotationAt        Optional[string] `json:"next_rotation_at" doc:"ISO 8601; cut to 00:00 UTC."`
	KeyTransitionPeriodMS Optional[int64]  `json:"key_transition_period_ms" doc:"1800000 or more, and less than the period."`
}

func rotationInput(o Optional[RotationPolicyRequest]) admin.Optional[admin.RotationInput] {
	return admin.Optional[admin.RotationInput]{Set: o.Set, Null: o.Null, Value: admin.RotationInput{
		Period: o.Value.RotationPeriod.Optional, PeriodDays: o.Value.RotationPeriodDays.Optional,
		NextAt: o.Value.NextRotationAt.Optional, TransitionMS: o.Value.KeyTransitionPeriodMS.Optional,
	}}
}

// switchField is a boolean that may be sent as the number it is shown as.
type switchField bool

var errNoBoolean = errors.New("must be a boolean")

// UnmarshalJSON takes true, false, 1 and 0.
func (y *switchField) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true", "1":
		*y = true
	case "false", "0":
		*y = false
	default:
		return errNoBoolean
	}
	return nil
}

// MarshalJSON writes a boolean.
func (y switchField) MarshalJSON() ([]byte, error) { return json.Marshal(bool(y)) }

// Schema implements huma.SchemaProvider.
func (switchField) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		{Type: huma.TypeBoolean, Nullable: true}, {Type: huma.TypeInteger, Minimum: bound(0), Maximum: bound(1)},
	}}
}
