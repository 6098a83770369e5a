package adminapi

import (
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// dollars is an amount of nano-dollars (1e-9 USD). On the wire it is the exact
// decimal number of US dollars, with as many of nine decimals as it needs.
type dollars int64

// String is the number as it is on the wire.
func (d dollars) String() string {
	sign, n := "", uint64(d)
	if d < 0 {
		sign, n = "-", -n
	}
	decimals := strconv.FormatUint(1_000_000_000+n%1_000_000_000, 10)[1:]
	return strings.TrimSuffix(sign+strconv.FormatUint(n/1_000_000_000, 10)+"."+strings.TrimRight(decimals, "0"), ".")
}

// MarshalJSON implements json.Marshaler.
func (d dollars) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// Schema implements huma.SchemaProvider.
func (dollars) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }
