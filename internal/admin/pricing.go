package admin

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/claviger/claviger/internal/pricing"
)

// multipliers are the prices that an integration may adjust.
var multipliers = append([]string{"default"}, pricing.TokenKinds...)

const (
	maxMultiplier = 1e6
	maxPriceName  = 128 // bytes
)

// pricingAdjustments checks adjustments, whose names are a closed list because
// a mistyped one would bill wrongly in silence. It returns what is stored; nil
// for none.
func (p *problems) pricingAdjustments(raw json.RawMessage) json.RawMessage {
	if isNull(raw) {
		return nil
	}
	p.closed("pricing_adjustments", raw, func(at string, m member) bool {
		if m.name == "multiplier" && !isNull(m.value) {
			p.closed(at, m.value, p.multiplier)
		}
		return m.name == "multiplier"
	})
	return compact(raw)
}

func (p *problems) multiplier(at string, m member) bool {
	switch {
	case slices.Contains(multipliers, m.name):
		p.factor(at, m)
	case isNull(m.value):
	case m.name == "image":
		p.closed(at, m.value, func(at string, m member) bool { return m.name == "default" && p.factor(at, m) })
	case m.name == "additional_units":
		p.closed(at, m.value, p.factor)
	}
	return slices.Contains(multipliers, m.name) || m.name == "image" || m.name == "additional_units"
}

// factor checks one multiplier; it always knows the name.
func (p *problems) factor(at string, m member) bool {
	if f, ok := number(m.value); !isNull(m.value) && (!ok || f < 0 || f > maxMultiplier) {
		p.add(at, "must be a number from 0")
	}
	return true
}

// closed checks an object whose members known must recognise. The name of one
// it does not is the caller's own text and is named as it is.
func (p *problems) closed(path string, raw json.RawMessage, known func(at string, m member) bool) {
	ms, ok := members(raw)
	if !ok {
		p.add(path, "must be an object")
	}
	for _, m := range ms {
		if len(m.name) > maxPriceName {
			p.add(path, fmt.Sprintf("holds a name of more than %d bytes", maxPriceName))
			continue
		}
		if at := path + "." + m.name; !known(at, m) {
			p.add(at, "is no known field")
		}
	}
}
