package admin

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/claviger/claviger/internal/provider"
)

// A setting that its kind of provider does not declare is kept as a secret and
// does nothing. Mostly that is harmless, a field of a newer API; but under a
// name that is almost a declared one it is a mistake, and the setting that was
// meant is missing.

const didYouMean = "unknown field; did you mean "

// undeclared looks at the names of settings that were sent for a kind that is
// known.
func (p *problems) undeclared(sent map[string]json.RawMessage, spec provider.Spec) {
	var declared []string
	for _, f := range spec.AllFields() {
		declared = append(declared, f.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		raw := sent[name]
		if slices.Contains(declared, name) || !fieldName(name) || strings.HasPrefix(name, "masked_") || isNull(raw) || string(raw) == `""` {
			continue
		}
		at := "configurations." + name
		if meant := nearest(name, declared); meant != "" {
			p.add(at, didYouMean+meant+"?")
			continue
		}
		p.remarks.Unknown = append(p.remarks.Unknown, at)
	}
}

// maxSlips is how many letters a mistyped name may have wrong, missing or too
// many.
const maxSlips = 2

// nearest is the name of list that name is a slip of the hand away from; "" for
// none.
func nearest(name string, list []string) string {
	best, slips := "", maxSlips+1
	for _, v := range list {
		if len(v) > 2*maxSlips && max(len(v)-len(name), len(name)-len(v)) <= maxSlips {
			if n := distance(name, v); n < slips {
				best, slips = v, n
			}
		}
	}
	return best
}

// distance is how many bytes have to be changed, put in or taken out to make b of
// a.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // the distances of a's beginning to those of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := corner
			if a[i] != b[j] {
				changed++
			}
			corner = row[j+1]
			row[j+1] = min(changed, corner+1, row[j]+1)
		}
	}
	return row[len(b)]
}
