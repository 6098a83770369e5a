package claviger

import "strconv"

// AppendDollars adds nano-dollars (1e-9 USD) as the exact decimal number of US
// dollars, without zeros that say nothing.
func AppendDollars(b []byte, nanos int64) []byte {
	const unit = 1_000_000_000
	n := uint64(nanos)
	if nanos < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendUint(b, n/unit, 10)
	part := n % unit
	if part == 0 {
		return b
	}
	digits := strconv.AppendUint(nil, unit+part, 10)[1:] // with its leading zeros
	for digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	return append(append(b, '.'), digits...)
}
