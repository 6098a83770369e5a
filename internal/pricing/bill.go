package pricing

import (
	"math/big"

	claviger "github.com/claviger/claviger"
)

// Bill explains a cost.
type Bill struct {
	Source string `json:"source"` // see [Quote.Source]
	Model  string `json:"model,omitempty"`
	Batch  bool   `json:"batch"`
	// Above is the number of input tokens above which the rates apply; 0 for the
	// usual ones.
	Above int64  `json:"above"`
	Lines []Line `json:"lines"` // of what was used
	Exact string `json:"exact"` // the sum in US dollars, not rounded
	Cost  int64  `json:"cost"`  // nano-dollars, rounded up; as [Quote.Cost]
}

// Line is one class of a bill: quantity × rate × multiplier = amount.
type Line struct {
	Unit       string `json:"unit"`
	As         string `json:"as,omitempty"` // the unit whose price it has, when it has none of its own
	Quantity   int64  `json:"quantity"`
	Rate       string `json:"rate"` // US dollars per million
	Multiplier string `json:"multiplier"`
	Amount     string `json:"amount"` // US dollars, exact
}

// dollarDecimals are those of a rate, in US dollars: a rate counts 2e27 to the
// dollar, or 5 to 1e28 of it.
const dollarDecimals = 28

// Bill explains what [Quote.Cost] says of t.
func (q *Quote) Bill(t claviger.Tokens) Bill {
	b := Bill{Source: q.source, Model: q.name, Batch: q.batch, Lines: []Line{}, Exact: "0"}
	if len(q.tiers) == 0 {
		return b
	}
	n := quantities(&t)
	at := q.at(&n)
	b.Above, b.Cost = at.above, q.Cost(t)
	total := new(big.Int)
	for c, u := range units {
		term := at.terms[c]
		if n[c] == 0 || c == request && !at.own[c] {
			continue
		}
		amount := product(uint64(n[c]), uint64(term.price), uint64(term.factor), 5)
		total.Add(total, amount)
		line := Line{Unit: u.String(), Quantity: n[c], Rate: term.price.String(), Multiplier: term.factor.String(),
			Amount: decimal(amount.String(), dollarDecimals)}
		if term.as != u {
			line.As = term.as.String()
		}
		b.Lines = append(b.Lines, line)
	}
	b.Exact = decimal(total.String(), dollarDecimals)
	return b
}

func product(factors ...uint64) *big.Int {
	out := big.NewInt(1)
	for _, f := range factors {
		out.Mul(out, new(big.Int).SetUint64(f))
	}
	return out
}
