package gateway

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

// scrubber takes an account's secrets out of what a provider answers: some
// providers repeat a refused key in their error, and a host behind an
// integration may echo what it got.
//
// It is against accidents. A host that means to give away the credential it was
// sent can always spell it otherwise, or in pieces.
type scrubber struct {
	needles []needle
	longest int    // of the needles, in bytes
	key     string // that providers may show in part in their errors; empty when too short
}

// needle is one spelling of a secret, as text and as bytes: it is looked for in
// every event of a stream, which must not make a copy each time.
type needle struct {
	text  string
	bytes []byte
}

// minScrub is the shortest secret looked for; anything shorter would tear
// ordinary text.
const minScrub = 8

func newScrubber(s provider.Settings) scrubber {
	var sc scrubber
	key := s.Key.Reveal()
	sc.add(key)
	if len(key) >= 2*minScrub {
		sc.key = key
	}
	for _, v := range s.Secret {
		sc.addValue(v)
	}
	return sc
}

// addValue adds a secret, and when it is a JSON object, such as custom headers,
// each string in it.
func (sc *scrubber) addValue(v secret.String) {
	sc.add(v.Reveal())
	var members map[string]string
	if json.Unmarshal([]byte(v.Reveal()), &members) == nil {
		for _, m := range members {
			sc.add(m)
			// The credential alone, when a header names its scheme before it.
			if _, bare, ok := strings.Cut(m, " "); ok {
				sc.add(bare)
			}
		}
	}
}

// add looks for v as it is and in the ways JSON writers escape it: with or
// without what HTML reserves, with or without the slash.
func (sc *scrubber) add(v string) {
	if len(v) < minScrub {
		return
	}
	forms := []string{v}
	for _, html := range []bool{true, false} {
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(html)
		if enc.Encode(v) == nil {
			inner := b.String()[1 : b.Len()-2] // without its quotes and the line's end
			forms = append(forms, inner, strings.ReplaceAll(inner, "/", `\/`))
		}
	}
	for _, f := range forms {
		sc.longest = max(sc.longest, len(f))
	}
	slices.Sort(forms)
	for _, f := range slices.Compact(forms) {
		sc.needles = append(sc.needles, needle{f, []byte(f)})
	}
}

var scrubbed = []byte("[secret]")

// bytes returns b without the secrets. It is b itself when there are none.
func (sc scrubber) bytes(b []byte) []byte {
	for _, n := range sc.needles {
		if bytes.Contains(b, n.bytes) {
			b = bytes.ReplaceAll(b, n.bytes, scrubbed)
		}
	}
	return b
}

// taints reports whether s holds a secret.
func (sc scrubber) taints(s string) bool {
	for _, n := range sc.needles {
		if strings.Contains(s, n.text) {
			return true
		}
	}
	return false
}

// passing scrubs a body that goes by in pieces: what may be the beginning of a
// secret waits for the next piece.
type passing struct {
	scrubber
	held []byte
}

// next returns what can go on of the pieces so far; it is valid until the next
// call.
func (p *passing) next(piece []byte) []byte {
	b := p.bytes(append(p.held, piece...))
	keep := min(max(p.longest-1, 0), len(b))
	p.held = append([]byte(nil), b[len(b)-keep:]...)
	return b[:len(b)-keep]
}

// last returns all that is left, with the last piece.
func (p *passing) last(piece []byte) []byte { return p.bytes(append(p.held, piece...)) }
