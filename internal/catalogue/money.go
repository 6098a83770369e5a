package catalogue

import (
	"errors"
	"strconv"
	"strings"
)

// Picos is money in pico-dollars, 1e-12 USD. A price of one US dollar per
// million units is 1,000,000 of them per unit. Never negative in a catalogue.
type Picos int64

// maxPrice is the most that one unit may cost: 1,000 US dollars. It is there to
// catch prices in the wrong unit.
const maxPrice Picos = 1e15

// Decimals between a pico-dollar and the money that people and APIs name.
const (
	perMillion = 6  // US dollars per million units
	inCents    = 10 // US cents
)

// PerMillion is the price of a million units in US dollars, exact.
func (p Picos) PerMillion() string { return decimal(p, perMillion) }

// Cents is the amount in US cents, exact.
func (p Picos) Cents() string { return decimal(p, inCents) }

// decimal writes p with its last n digits behind the point, without zeros that
// say nothing.
func decimal(p Picos, n int) string {
	sign := ""
	s := strconv.FormatInt(int64(p), 10)
	if p < 0 {
		sign, s = "-", s[1:]
	}
	if len(s) <= n {
		s = strings.Repeat("0", n+1-len(s)) + s
	}
	whole, part := s[:len(s)-n], strings.TrimRight(s[len(s)-n:], "0")
	if part == "" {
		return sign + whole
	}
	return sign + whole + "." + part
}

var errPrice = errors.New("is no price: want US dollars per million units, at most 6 decimals and 1000000000")

// ParsePerMillion reads a price in US dollars per million units: digits, and at
// most 6 decimals, which is exact. It refuses signs, exponents and more than
// 1,000 US dollars per unit.
func ParsePerMillion(s string) (Picos, error) {
	whole, part, point := strings.Cut(s, ".")
	if whole == "" || len(whole) > 10 || point && part == "" || len(part) > perMillion {
		return 0, errPrice
	}
	n, err := strconv.ParseUint(whole+part+strings.Repeat("0", perMillion-len(part)), 10, 63)
	if err != nil || n > uint64(maxPrice) {
		return 0, errPrice
	}
	return Picos(n), nil
}
