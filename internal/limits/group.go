package limits

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
	"unicode/utf8"

	claviger "github.com/claviger/claviger"
)

// ungrouped is the group of every request when a policy does not group.
const ungrouped = "default"

// maxValue bounds a value within a group's name, in bytes of escaped text: part
// of it is any caller's to choose, and it is kept in memory and in the ledger.
const maxValue = 128

// appendGroup adds the name of the request's group to b: the parts as
// "key:value", joined by commas; ok is false when a value is missing. Groups that
// differ in a value have different names.
func appendGroup(b []byte, keys []key, s *subject) (_ []byte, ok bool) {
	if len(keys) == 0 {
		return append(b, ungrouped...), true
	}
	for i, p := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, p.name...)
		b = append(b, ':')
		start := len(b)
		if p.name == "model" {
			b = appendModel(b, s)
		} else {
			b = appendValue(b, s.of(p))
		}
		if len(b) == start {
			return b, false
		}
	}
	return b, true
}

// appendModel adds "@provider/model", by the last of the model's names.
func appendModel(b []byte, s *subject) []byte {
	all := s.names()
	if len(all) == 0 {
		return b
	}
	made, ok := full(s.Provider, all[len(all)-1])
	if !ok {
		return b
	}
	var room [256]byte
	return appendValue(b, made.append(room[:0]))
}

// appendValue adds a value: as it is but for control characters, bytes that are
// no UTF-8, "%" and ",", which are escaped as in URLs. One too long is its
// beginning, "%~" and the SHA-256 of all of it, which no other value is written
// as.
func appendValue[T string | []byte](b []byte, value T) []byte {
	start, fits := len(b), len(b)
	for i := 0; i < len(value); {
		size := 1
		switch c := value[i]; {
		case c < ' ' || c == '%' || c == ',' || c == 0x7f:
			b = appendEscaped(b, c)
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			var r rune
			r, size = decode(value[i:])
			if r == utf8.RuneError && size == 1 {
				b = appendEscaped(b, c)
			} else {
				b = append(b, value[i:i+size]...)
			}
		}
		i += size
		switch {
		case len(b)-start > maxValue:
			return appendHash(b[:fits], value)
		case len(b)-start <= maxValue-len("%~")-2*sha256.Size:
			fits = len(b)
		}
	}
	return b
}

func appendHash[T string | []byte](b []byte, value T) []byte {
	sum := sha256.Sum256([]byte(value))
	return hex.AppendEncode(append(b, "%~"...), sum[:])
}

func appendEscaped(b []byte, c byte) []byte {
	const digits = "0123456789ABCDEF"
	return append(b, '%', digits[c>>4], digits[c&15])
}

func decode[T string | []byte](value T) (rune, int) {
	var first [utf8.UTFMax]byte
	n := copy(first[:], value)
	return utf8.DecodeRune(first[:n])
}

// generation is how many groups of a policy have their rules kept ready.
const generation = 1 << 16

// groups keeps the rules of a policy's groups of late. It holds at most two
// generations of them: the young ones, and those before; 131,072, however many
// groups callers make up. With the counter that it remembers and a name of 40
// bytes, each takes 540 (BenchmarkNewCounters): 70 MB a policy. A name is at most
// five values of 128 bytes and their keys. The zero value is ready.
type groups struct {
	mu         sync.Mutex
	young, old map[string]*Rule
}

// rule is the rule of a group; it is made when it is not kept.
func (g *groups) rule(name []byte, p *policy) *Rule {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r := g.young[string(name)]; r != nil {
		return r
	}
	if len(g.young) >= generation || g.young == nil {
		g.young, g.old = map[string]*Rule{}, g.young
	}
	r := g.old[string(name)]
	if r == nil {
		r = p.rule(string(name))
	}
	g.young[r.Counter.Value] = r
	return r
}

// rule is the policy's limit for one group.
func (p *policy) rule(group string) *Rule {
	since := p.since
	if at := p.resets[group]; at.After(since) {
		since = at
	}
	if p.kind == claviger.CountRatePolicy {
		since = time.Time{} // see entity.rules
	}
	return &Rule{
		OrganisationID: p.org,
		Counter: claviger.Counter{
			Kind: p.kind, ID: p.id, Measure: p.bounds.measure, Cadence: p.bounds.window.Cadence, Value: group,
		},
		Name: p.name, Value: p.bounds.value, Window: p.bounds.window, Since: since, Strict: p.bounds.strict,
	}
}
