package adminapi

import (
	"encoding/json"
	"errors"

	"github.com/danielgtaylor/huma/v2"
)

// Limits travel as they are stored and are looked at by package admin; these
// types say what they look like.
type (
	usageArray  struct{ raw }
	usageObject struct{ raw }
	rateArray   struct{ raw }
)

// raw is a JSON value taken as it is.
type raw struct{ json.RawMessage }

// UnmarshalJSON copies b.
func (r *raw) UnmarshalJSON(b []byte) error { return r.RawMessage.UnmarshalJSON(b) }

// MarshalJSON writes the value; nothing is null.
func (r raw) MarshalJSON() ([]byte, error) {
	if r.RawMessage == nil {
		return []byte("null"), nil
	}
	if !json.Valid(r.RawMessage) {
		return nil, errors.New("a stored value is no JSON")
	}
	return r.RawMessage, nil
}

func number(least, most *float64, kind string) *huma.Schema {
	return &huma.Schema{Type: kind, Minimum: least, Maximum: most, Nullable: true}
}

func bound(f float64) *float64 { return &f }

func choices(nullable bool, of ...any) *huma.Schema {
	if nullable {
		of = append(of, nil)
	}
	return &huma.Schema{Type: huma.TypeString, Enum: of, Nullable: nullable}
}

func usageSchema(amount string) *huma.Schema {
	return &huma.Schema{
		Type:                 huma.TypeObject,
		AdditionalProperties: true,
		Properties: map[string]*huma.Schema{
			"type":                choices(true, "cost", "tokens"),
			"credit_limit":        number(bound(1), nil, amount),
			"alert_threshold":     number(bound(1), nil, amount),
			"periodic_reset":      choices(true, "monthly", "weekly", ""),
			"periodic_reset_days": number(bound(1), bound(365), huma.TypeInteger),
			"next_usage_reset_at": {Type: huma.TypeString, Nullable: true, Description: "ISO 8601"},
			"enforcement":         choices(true, "strict"),
			"current_usage":       {Type: huma.TypeNumber, Nullable: true, Description: "In answers alone."},
		},
	}
}

// Schema implements huma.SchemaProvider.
func (usageObject) Schema(huma.Registry) *huma.Schema { return usageSchema(huma.TypeNumber) }

// Schema implements huma.SchemaProvider.
func (usageArray) Schema(huma.Registry) *huma.Schema {
	one := 1
	return &huma.Schema{Type: huma.TypeArray, Nullable: true, MaxItems: &one, Items: usageSchema(huma.TypeInteger)}
}

// Schema implements huma.SchemaProvider.
func (rateArray) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Nullable: true, Items: &huma.Schema{
		Type:                 huma.TypeObject,
		AdditionalProperties: true,
		Required:             []string{"type", "unit", "value"},
		Properties: map[string]*huma.Schema{
			"type":  choices(false, "requests", "tokens"),
			"unit":  choices(false, "rps", "rpm", "rph", "rpd", "rpw"),
			"value": {Type: huma.TypeInteger, Minimum: bound(0)},

			"enforcement": choices(true, "strict"),
		},
	}}
}
