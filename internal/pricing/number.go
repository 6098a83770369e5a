package pricing

import (
	"errors"
	"strconv"
	"strings"

	"github.com/claviger/claviger/internal/catalogue"
)

// price is money in halves of 1e-9 US dollars per million units, so that half of
// a price is exact too.
type price uint64

// factor is a multiplier in units of 1e-12.
type factor uint64

// The decimals kept, and the most that is accepted: 1e9 US dollars per million
// units, and a factor of a million.
const (
	priceDecimals  = 9
	factorDecimals = 12
	maxPrice       = 1e9 * 1e9
	maxFactor      = 1e6 * 1e12
	one            = factor(1e12)
	// maxExponent is more than any number that can be meant.
	maxExponent = 1 << 30
	maxDigits   = 19
)

// perPico are the units of price in a pico-dollar per unit.
const perPico = 2000

func listed(p catalogue.Picos) price { return price(max(p, 0)) * perPico }

// String is the price in US dollars per million units, exact.
func (p price) String() string { return decimal(strconv.FormatUint(uint64(p)*5, 10), priceDecimals+1) }

// String is the multiplier, exact.
func (f factor) String() string { return decimal(strconv.FormatUint(uint64(f), 10), factorDecimals) }

// decimal writes digits with the last n of them behind the point, without zeros
// that say nothing.
func decimal(digits string, n int) string {
	if len(digits) <= n {
		digits = strings.Repeat("0", n+1-len(digits)) + digits
	}
	whole, part := digits[:len(digits)-n], strings.TrimRight(digits[len(digits)-n:], "0")
	if part == "" {
		return whole
	}
	return whole + "." + part
}

var errNumber = errors.New("is no number within its bounds")

// scaled reads a JSON number that is not negative as an integer of 10^-places,
// rounded to the nearest where it has more decimals; but what is not 0 never
// becomes it, since 0 is free. More than most is refused.
func scaled(text string, places int, most uint64) (uint64, error) {
	positive := strings.TrimPrefix(text, "-")
	mantissa, exponent, _ := strings.Cut(strings.ToLower(positive), "e")
	whole, part, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+part, "0")
	if whole == "" || strings.Trim(whole+part, "0123456789") != "" {
		return 0, errNumber
	}
	if digits == "" {
		return 0, nil
	}
	if positive != text {
		return 0, errNumber
	}
	shift := places - len(part)
	if exponent != "" {
		e, err := strconv.Atoi(exponent)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return 0, errNumber
		}
		shift += min(max(e, -maxExponent), maxExponent)
	}
	keep := len(digits) + shift // digits of the result
	switch {
	case keep > maxDigits:
		return 0, errNumber
	case shift >= 0:
		digits += strings.Repeat("0", shift)
	case keep <= 0:
		return 1, nil
	}
	n, err := strconv.ParseUint(digits[:keep], 10, 64)
	if err != nil || n > most {
		return 0, errNumber
	}
	if keep < len(digits) && digits[keep] >= '5' {
		n++
	}
	return min(max(n, 1), most), nil
}

func parsePrice(text string) (price, error) {
	n, err := scaled(text, priceDecimals, maxPrice)
	return price(n) * 2, err
}

func parseFactor(text string) (factor, error) {
	n, err := scaled(text, factorDecimals, maxFactor)
	return factor(n), err
}
