// Package pricing says what an attempt costs: which price a model has for one
// integration, by which multipliers it is adjusted, and what tokens come to at
// it. docs/prices.md explains the rules to operators.
//
// Money is in integers throughout. Prices keep nine decimals of a US dollar per
// million units, multipliers twelve; what they come to is exact in 128 bits and
// rounded up once, to nano-dollars, when all classes have been added up.
package pricing

import (
	"encoding/json"
	"slices"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/catalogue"
)

// The sources of a price, in the order in which they are asked.
const (
	Custom    = "custom"    // the integration's own price of the model
	Base      = "base"      // the model that it was tuned from, or behaves like
	Catalogue = "catalogue" // the list price
	None      = "none"      // not known
)

// Input is what a price depends on. The zero value has no price.
type Input struct {
	Catalogue  *catalogue.Catalogue // nil knows no model
	AIProvider string               // kind of provider
	Model      string               // as requested, slug prefix removed
	// AlsoKnownAs are models behind that name, asked before it: what an Azure
	// deployment serves. Empty names are passed over.
	AlsoKnownAs []string
	Row         *claviger.Model // the integration's; nil when it has none
	Adjustments json.RawMessage // pricing_adjustments of the integration; nil for none
	Batch       bool            // at the rates of batch jobs
}

// Quote is what one model of one integration costs. It is immutable and safe for
// concurrent use.
type Quote struct {
	source  string
	name    string // that the price was found under; "" for a custom one
	batch   bool
	tiers   []tier // by threshold, the base rates first; none when there is no price
	factors factors
	text    string
}

// New finds the price of a model and its multipliers. A model without a price is
// no error: see [Quote.Priced]. The error says what is wrong with a custom price
// or the adjustments, which were checked when they were stored.
func New(in Input) (*Quote, error) {
	q := &Quote{source: None, batch: in.Batch}
	var err error
	if q.factors, err = readFactors(in.Adjustments); err != nil {
		return nil, err
	}
	var lists []list
	if in.Row != nil {
		own, err := readCustom(in.Row.Pricing)
		if err != nil {
			return nil, err
		}
		if len(own) > 0 {
			q.source, lists = Custom, []list{{known: own.price}}
		}
	}
	if lists == nil {
		lists = q.find(in)
	}
	for _, l := range lists {
		if in.Batch && q.source == Custom {
			l.known = halved(l.known)
		}
		q.tiers = append(q.tiers, newTier(l, q.factors))
	}
	q.text = q.snapshot()
	return q, nil
}

// find looks the model up, under the names that it may have, and notes where its
// price is from.
func (q *Quote) find(in Input) []list {
	if in.Catalogue == nil {
		return nil
	}
	if in.Row != nil && in.Row.BaseModel != "" {
		if m, ok := base(in.Catalogue, in.AIProvider, in.Row); ok {
			q.source, q.name = Base, m.Slug
			return listsOf(m.Price, in.Batch)
		}
	}
	for _, name := range append(slices.Clone(in.AlsoKnownAs), in.Model) {
		if m, ok := in.Catalogue.Find(in.AIProvider, name); ok && m.Price != nil {
			q.source, q.name = Catalogue, m.Slug
			return listsOf(m.Price, in.Batch)
		}
	}
	return nil
}

// base is the model that a row behaves like: of a tuned one, the price of those
// tuned from its base where there is one.
func base(c *catalogue.Catalogue, aiProvider string, row *claviger.Model) (catalogue.Model, bool) {
	if row.FineTune {
		m, ok := c.Find(aiProvider, "ft:"+row.BaseModel)
		if ok && m.Type == catalogue.FineTune && m.Price != nil {
			return m, true
		}
	}
	m, ok := c.Find(aiProvider, row.BaseModel)
	return m, ok && m.Price != nil
}

// Priced reports whether the model has a price, which may be 0. Without one the
// cost is 0 because it is not known.
func (q *Quote) Priced() bool { return len(q.tiers) > 0 }

// Source is where the price is from: [Custom], [Base], [Catalogue] or [None].
func (q *Quote) Source() string { return q.source }

// Model is the name that the price was found under; "" for a custom price and
// for none.
func (q *Quote) Model() string { return q.name }

// Text is the price in words, at most 512 bytes: where it is from, the rates in
// US dollars per million, and the multipliers. The same price has the same text.
// It is "" when there is no price.
func (q *Quote) Text() string { return q.text }
