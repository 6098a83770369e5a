package admin

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/pricing"
)

// What is stored can be charged at: a price that the gateway could not read would
// stop the requests of a model.
func TestStoredPricesCanBeRead(t *testing.T) {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?`)
	value := rapid.OneOf(number, rapid.Just("null"), rapid.Just(`"1"`), rapid.Just("{}"))
	name := rapid.OneOf(rapid.SampledFrom(multipliers), rapid.SampledFrom([]string{"image", "additional_units", "web_search", "type"}))
	rapid.Check(t, func(t *rapid.T) {
		object := func(inner *rapid.Generator[string]) string {
			out := "{"
			for i, n := range rapid.SliceOfNDistinct(name, 0, 4, rapid.ID).Draw(t, "names") {
				if i > 0 {
					out += ","
				}
				out += `"` + n + `":` + inner.Draw(t, n)
			}
			return out + "}"
		}
		group := rapid.OneOf(value, rapid.Just(object(value)))
		adjustments := json.RawMessage(`{"multiplier":` + object(group) + `}`)
		price := rapid.OneOf(rapid.Just("null"), rapid.Map(value, func(v string) string { return `{"price":` + v + `}` }))
		config := json.RawMessage(`{"type":"static","pay_as_you_go":` + object(rapid.OneOf(price, rapid.Just(object(price)))) + `}`)

		var p problems
		stored := p.pricingAdjustments(adjustments)
		own := p.modelPricing("pricing_config", config)
		if p.err() != nil {
			return
		}
		if _, err := pricing.New(pricing.Input{Row: &claviger.Model{Pricing: own}, Adjustments: stored}); err != nil {
			t.Fatalf("%s and %s are stored: %v", own, stored, err)
		}
	})
}
