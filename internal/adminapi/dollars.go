package adminapi

import (
	claviger "github.com/claviger/claviger"
	"github.com/danielgtaylor/huma/v2"
)

// dollars is an amount of nano-dollars (1e-9 USD). On the wire it is the exact
// decimal number of US dollars, with as many of nine decimals as it needs.
type dollars int64

// String is the number as it is on the wire.
func (d dollars) String() string { return string(claviger.AppendDollars(nil, int64(d))) }

// MarshalJSON implements json.Marshaler.
func (d dollars) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// Schema implements huma.SchemaProvider.
func (dollars) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }
