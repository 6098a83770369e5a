package limits

import (
	"errors"
	"strconv"
	"strings"
)

// nano is how many digits a nano-dollar is behind the point of a dollar.
const nano = 9

var errNumber = errors.New("is no number that can be counted to")

// scaled is a JSON number times 10^digits, exactly; what is left behind the point
// is dropped, so that a limit is never higher than it was written. Negative
// numbers, and those beyond 63 bits, are errors.
func scaled(number string, digits int) (int64, error) {
	mantissa, exponent, ok := number, 0, true
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		var err error
		mantissa = number[:i]
		exponent, err = strconv.Atoi(number[i+1:])
		ok = err == nil && -1000 < exponent && exponent < 1000
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	text := whole + fraction
	if !ok || text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, errNumber
	}
	text = strings.TrimLeft(text, "0")
	shift := digits + exponent - len(fraction)
	switch {
	case text == "" || -shift >= len(text):
		return 0, nil
	case shift < 0:
		text = text[:len(text)+shift]
	default:
		text += strings.Repeat("0", min(shift, 20))
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, errNumber
	}
	return n, nil
}
