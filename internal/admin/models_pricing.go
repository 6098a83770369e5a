package admin

import (
	"encoding/json"
	"slices"

	"github.com/claviger/claviger/internal/pricing"
)

// maxPrice is the most that a million tokens may cost in US dollars, as in the
// catalogue.
const maxPrice = 1e9

// modelPricing checks a model's own price, in US dollars per million tokens, and
// returns what is stored of it; nil for none. Names of prices are a closed list,
// because a mistyped one would bill wrongly in silence.
func (p *problems) modelPricing(path string, raw json.RawMessage) json.RawMessage {
	if isNull(raw) {
		return nil
	}
	ms, ok := members(raw)
	if !ok {
		p.add(path, "must be an object")
		return nil
	}
	var kept []member
	for _, m := range ms {
		at := path + "." + m.name
		switch m.name {
		case "type":
			if t, ok := text(m.value); !ok || t != "static" {
				p.add(at, `must be "static"`)
			}
		case "pay_as_you_go":
			p.closed(at, m.value, p.price)
		default:
			continue // named as ignored
		}
		kept = append(kept, m)
	}
	has := func(name string) bool {
		return slices.ContainsFunc(kept, func(m member) bool { return m.name == name })
	}
	if !has("pay_as_you_go") {
		p.add(path+".pay_as_you_go", "is required")
	}
	if !has("type") { // there is only one
		kept = append([]member{{"type", json.RawMessage(`"static"`)}}, kept...)
	}
	return object(kept)
}

// price checks one price of pay_as_you_go.
func (p *problems) price(at string, m member) bool {
	switch {
	case slices.Contains(pricing.TokenKinds, m.name):
		p.tokenPrice(at, m)
	case isNull(m.value) || m.name != "additional_units":
	default:
		p.closed(at, m.value, p.tokenPrice)
	}
	return slices.Contains(pricing.TokenKinds, m.name) || m.name == "additional_units"
}

// tokenPrice checks {"price": number}; it always knows the name.
func (p *problems) tokenPrice(at string, m member) bool {
	if isNull(m.value) {
		return true
	}
	said := false
	p.closed(at, m.value, func(at string, m member) bool {
		if m.name != "price" {
			return false
		}
		said = true
		if f, ok := number(m.value); !ok || f < 0 || f > maxPrice {
			p.add(at, "must be a number from 0 to 1000000000: US dollars per million")
		}
		return true
	})
	if !said {
		p.add(at+".price", "is required")
	}
	return true
}
