package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
)

const maxRate = 1e12

// rateLimits checks an array of at most `most` rate limits and returns what is
// stored of it; no limit at all is nil. A value of 0 is a limit: it blocks.
func (p *problems) rateLimits(path string, raw json.RawMessage, most int) json.RawMessage {
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
		out = append(out, p.rateLimit(fmt.Sprintf("%s[%d]", path, i), item)...)
	}
	return append(out, ']')
}

func (p *problems) rateLimit(path string, raw json.RawMessage) json.RawMessage {
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
			continue
		}
		kept = append(kept, member{m.name, value})
	}
	for _, name := range []string{"type", "unit", "value"} {
		if !seen[name] {
			p.add(path+"."+name, "is required")
		}
	}
	return object(kept)
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
