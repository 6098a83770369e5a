package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

const maxRate = 1e12

// rateLimits checks an array of at most `most` rate limits, which takes the place
// of old, and returns what is stored of it; no limit at all is nil. A value of 0 is
// a limit: it blocks.
func (p *problems) rateLimits(path string, raw, old json.RawMessage, most int) json.RawMessage {
	if isNull(raw) {
		return nil
	}
	items := p.items(path, raw, most)
	if len(items) == 0 {
		return nil
	}
	out := []byte{'['}
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, p.rateLimit(fmt.Sprintf("%s[%d]", path, i), item, old)...)
	}
	return append(out, ']')
}

func (p *problems) rateLimit(path string, raw, old json.RawMessage) json.RawMessage {
	ms, ok := members(raw)
	if !ok {
		p.add(path, "must be an object")
		return nil
	}
	kept := ms[:0]
	seen := map[string]bool{}
	for _, m := range ms {
		at, value := path+"."+m.name, json.RawMessage(bytes.TrimSpace(m.value))
		switch m.name {
		case "type":
			seen[m.name] = p.choice(at, value, "", "requests", "tokens") != "" || !isNull(value)
		case "unit":
			seen[m.name] = p.choice(at, value, "", "rps", "rpm", "rph", "rpd", "rpw") != "" || !isNull(value)
		case "value":
			seen[m.name] = !isNull(value)
			value = p.rate(at, value, 0)
		case "enforcement":
			p.choice(at, value, "", "strict")
		default:
			p.mistyped(at, m, rateFields)
			continue
		}
		kept = append(kept, member{m.name, value})
	}
	for _, name := range []string{"type", "unit", "value"} {
		if !seen[name] {
			p.add(path+"."+name, "is required")
		}
	}
	return object(rateWithEnforcement(kept, old))
}

// rateWithEnforcement keeps what was said of the enforcement of a rate with the
// same type and unit, as [withEnforcement] does.
func rateWithEnforcement(ms []member, old json.RawMessage) []member {
	rates, _ := elements(old)
	for _, rate := range rates {
		value := field(rate, "enforcement")
		if !isNull(value) && sameWord(ms, rate, "type") && sameWord(ms, rate, "unit") && !named(ms, "enforcement") {
			return append(ms, member{"enforcement", value})
		}
	}
	return ms
}

// sameWord reports whether a member is the same text in both.
func sameWord(ms []member, stored json.RawMessage, name string) bool {
	was, there := text(field(stored, name))
	return there && slices.ContainsFunc(ms, func(m member) bool {
		is, ok := text(m.value)
		return m.name == name && ok && is == was
	})
}

// named reports whether there is a member of that name.
func named(ms []member, name string) bool {
	return slices.ContainsFunc(ms, func(m member) bool { return m.name == name })
}

func (p *problems) rate(at string, raw json.RawMessage, least float64) json.RawMessage {
	if isNull(raw) {
		return raw
	}
	v, ok := number(raw)
	if !ok || v < least || v > maxRate || v != float64(int64(v)) {
		p.add(at, fmt.Sprintf("must be a whole number from %v", least))
		return raw
	}
	return literal(raw, v)
}
