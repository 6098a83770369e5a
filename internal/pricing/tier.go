package pricing

import "github.com/claviger/claviger/internal/catalogue"

// known is the price that a unit has of its own, with the name of that price.
type known func(catalogue.Unit) (p price, key string, ok bool)

// list are the prices of requests with more than above input tokens.
type list struct {
	above int64
	known known
}

// term is how a class is charged.
type term struct {
	as     catalogue.Unit // whose price it has
	price  price
	factor factor
}

// tier are the rates of requests with more than above input tokens, cached ones
// included.
type tier struct {
	above int64
	rates [classCount]rate
	terms [classCount]term
	own   [classCount]bool // the class has a price of its own
	// topIn and topOut are the highest rates of what goes in and comes out.
	topIn, topOut rate
}

func newTier(l list, f factors) tier {
	t := tier{above: l.above}
	for c, u := range units {
		var key string
		t.terms[c], key, t.own[c] = billed(l.known, u)
		t.terms[c].factor = f.of(u, key, t.own[c])
		t.rates[c] = rateOf(t.terms[c].price, t.terms[c].factor)
		switch {
		case c < firstOut && t.topIn.less(t.rates[c]):
			t.topIn = t.rates[c]
		case c >= firstOut && c < firstOther && t.topOut.less(t.rates[c]):
			t.topOut = t.rates[c]
		}
	}
	return t
}

// billed is the price of a unit, or of what it is billed as, with the name of
// that price.
func billed(k known, u catalogue.Unit) (t term, key string, own bool) {
	if p, key, ok := k(u); ok {
		return term{as: u, price: p}, key, true
	}
	for _, other := range u.Instead() {
		if p, key, ok := k(other); ok {
			return term{as: other, price: p}, key, false
		}
	}
	return term{as: u}, keys[u], false
}

// listsOf are the catalogue's prices by length of the input.
func listsOf(p *catalogue.Price, batch bool) []list {
	var out []list
	for _, t := range p.Tiers() {
		k := inCatalogue(t.Rates)
		if batch {
			k = batched(k, p, t.Above > 0)
		}
		out = append(out, list{t.Above, k})
	}
	return out
}

func inCatalogue(r catalogue.Rates) known {
	return func(u catalogue.Unit) (price, string, bool) {
		p, ok := r.Known(u)
		return listed(p), keys[u], ok
	}
}

// batched are the prices of batch jobs, price by price: their own, else half of
// the usual one. There are no batch prices for long inputs: half of the usual
// one stands there, where it is more.
func batched(usual known, p *catalogue.Price, long bool) known {
	special, _ := p.Batch()
	half := halved(usual)
	return func(u catalogue.Unit) (price, string, bool) {
		h, key, ok := half(u)
		if s, has := special.Known(u); has {
			if long {
				return max(listed(s), h), key, true
			}
			return listed(s), keys[u], true
		}
		return h, key, ok
	}
}

// halved is half the price of tokens. What a provider does on its own is not
// cheaper in batches.
func halved(usual known) known {
	return func(u catalogue.Unit) (price, string, bool) {
		p, key, ok := usual(u)
		if u != catalogue.WebSearch && u != catalogue.FileSearch && u != catalogue.Request {
			p /= 2
		}
		return p, key, ok
	}
}
