package catalogue

import (
	"iter"
	"slices"
)

// Price is what a model costs. It is immutable and safe for concurrent use; the
// zero value knows no rate.
type Price struct {
	tiers []Tier // by threshold; the first is above 0 and holds the base rates
	batch Rates
}

// Tier are the rates of requests whose input, cached tokens included, has more
// than Above tokens. They apply to every token of such a request, not only to
// those past the threshold, and are complete.
type Tier struct {
	Above int64
	Rates Rates
}

// Base are the rates of requests without a long context.
func (p *Price) Base() Rates { return p.At(0) }

// At returns the rates of a request with that many input tokens, cached ones
// included.
func (p *Price) At(inputTokens int64) Rates {
	var r Rates
	for i, t := range p.tiers {
		if i == 0 || inputTokens > t.Above {
			r = t.Rates
		}
	}
	return r
}

// Tiers are the rates by length of the input, the base rates first. The slice
// is the caller's.
func (p *Price) Tiers() []Tier { return slices.Clone(p.tiers) }

// Batch returns the rates of batch jobs. It reports false when they are not
// known; half of the standard rates is what providers commonly ask.
func (p *Price) Batch() (Rates, bool) { return p.batch, len(p.batch.list) > 0 }

// Rates are prices per unit. They are immutable; the zero value knows none.
type Rates struct{ list []rate } // by unit

type rate struct {
	unit  Unit
	price Picos
}

// Known returns the price of a unit that has one of its own, which may be 0.
func (r Rates) Known(u Unit) (Picos, bool) {
	for _, x := range r.list {
		if x.unit == u {
			return x.price, true
		}
	}
	return 0, false
}

// Of returns what a unit is billed at: its own price, or that of the class it
// is part of, as reasoning is output and a cached token input; 0 when there is
// neither.
func (r Rates) Of(u Unit) Picos {
	if p, ok := r.Known(u); ok || u >= unitCount {
		return p
	}
	for _, other := range instead[u] {
		if p, ok := r.Known(other); ok {
			return p
		}
	}
	return 0
}

// All ranges over the units that have a price of their own, in the order of
// the constants.
func (r Rates) All() iter.Seq2[Unit, Picos] {
	return func(yield func(Unit, Picos) bool) {
		for _, x := range r.list {
			if !yield(x.unit, x.price) {
				return
			}
		}
	}
}

// with returns r with the rates of more in place of its own.
func (r Rates) with(more Rates) Rates {
	out := slices.Clone(more.list)
	for _, x := range r.list {
		if _, ok := more.Known(x.unit); !ok {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b rate) int { return int(a.unit) - int(b.unit) })
	return Rates{slices.Clip(out)}
}
