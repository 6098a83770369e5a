package pricing

import (
	"math"

	claviger "github.com/claviger/claviger"
)

// Cost is what an attempt that used t costs, in nano-dollars (1e-9 USD): every
// class at its rate, and the price of a request where there is one, rounded up
// once. Negative counts are 0; what does not fit is the largest int64. Without a
// price it is 0.
func (q *Quote) Cost(t claviger.Tokens) int64 {
	if len(q.tiers) == 0 {
		return 0
	}
	n := quantities(&t)
	rates := &q.at(&n).rates
	var s sum
	for c := range n {
		if n[c] != 0 {
			s.add(n[c], rates[c])
		}
	}
	return s.nanos()
}

// Estimate is the cost of so many tokens of text in and out, in nano-dollars.
func (q *Quote) Estimate(in, out int64) int64 {
	return q.Cost(claviger.Tokens{Input: in, Output: out})
}

// Most is an upper bound, in nano-dollars, of what an attempt costs that uses at
// most in tokens of any class of input and out of any class of output, and no
// searches. It is 0 without a price, which bounds nothing: see [Quote.Priced].
func (q *Quote) Most(in, out int64) int64 {
	var most int64
	for i := range q.tiers {
		t := &q.tiers[i]
		if i > 0 && in <= t.above {
			break
		}
		var s sum
		s.add(max(in, 0), t.topIn)
		s.add(max(out, 0), t.topOut)
		s.add(1, t.rates[request])
		most = max(most, s.nanos())
	}
	return most
}

// at is the tier of an attempt, by its input.
func (q *Quote) at(n *[classCount]int64) *tier {
	if len(q.tiers) == 1 {
		return &q.tiers[0]
	}
	var in int64
	for _, k := range n[:firstOut] {
		if in += k; in < 0 {
			in = math.MaxInt64
			break
		}
	}
	t := &q.tiers[0]
	for i := range q.tiers[1:] {
		if in > q.tiers[i+1].above {
			t = &q.tiers[i+1]
		}
	}
	return t
}
