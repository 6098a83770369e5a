package pricing

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of a snapshot, in bytes.
const (
	maxText = 512
	maxName = 160
)

// snapshot is the text of the price.
func (q *Quote) snapshot() string {
	if len(q.tiers) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(q.source)
	if q.name != "" {
		b.WriteString(" " + cut(q.name, maxName))
	}
	if q.batch {
		b.WriteString(" batch")
	}
	for i := range q.tiers {
		t := &q.tiers[i]
		if i == 0 {
			b.WriteString(":")
		} else {
			fmt.Fprintf(&b, "; above %d:", t.above)
		}
		separator := " "
		for c, u := range units {
			if !t.own[c] || i > 0 && q.tiers[i-1].own[c] && q.tiers[i-1].terms[c].price == t.terms[c].price {
				continue
			}
			fmt.Fprintf(&b, "%s%s %s", separator, u, t.terms[c].price)
			separator = ", "
		}
	}
	b.WriteString(" USD per million")
	separator := "; times "
	for _, name := range slices.Sorted(maps.Keys(q.factors)) {
		if f := q.factors[name]; f != one || name != standard {
			fmt.Fprintf(&b, "%s%s %s", separator, name, f)
			separator = ", "
		}
	}
	return cut(b.String(), maxText)
}

// cut is s, with an ellipsis for what is more than n bytes.
func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "?")
	if len(s) <= n {
		return s
	}
	s = s[:n-len("…")]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "…"
}
