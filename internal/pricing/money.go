package pricing

import (
	"math"
	"math/bits"
)

// perNano are the units of a rate in a nano-dollar: rates count 2e27 to the
// dollar, since a price counts 2e9 per million and a factor 1e12.
const perNano = 2e18

// rate is a price times a factor, exact in 128 bits.
type rate struct{ hi, lo uint64 }

func rateOf(p price, f factor) rate {
	hi, lo := bits.Mul64(uint64(p), uint64(f))
	return rate{hi, lo}
}

func (r rate) less(than rate) bool { return r.hi < than.hi || r.hi == than.hi && r.lo < than.lo }

// sum adds up quantities at their rates. 128 bits hold more than the largest
// int64 of nano-dollars; over notes that they did not suffice.
type sum struct {
	hi, lo uint64
	over   bool
}

// add adds quantity, which is not negative, at r.
func (s *sum) add(quantity int64, r rate) {
	low, lo := bits.Mul64(uint64(quantity), r.lo)
	top, high := bits.Mul64(uint64(quantity), r.hi)
	mid, carry := bits.Add64(low, high, 0)
	top += carry
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi, carry = bits.Add64(s.hi, mid, carry)
	s.over = s.over || top != 0 || carry != 0
}

// nanos is the sum in nano-dollars, rounded up. What does not fit is the largest
// int64.
func (s *sum) nanos() int64 {
	if s.over || s.hi >= perNano {
		return math.MaxInt64
	}
	n, rest := bits.Div64(s.hi, s.lo, perNano)
	if n >= math.MaxInt64 {
		return math.MaxInt64
	}
	if rest > 0 {
		n++
	}
	return int64(n)
}
