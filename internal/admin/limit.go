package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	claviger "github.com/claviger/claviger"
)

// shape is how an entity writes its usage limit.
type shape int

const (
	// inArray: an array of at most one limit with whole numbers, as workspaces
	// and their access to integrations have it.
	inArray shape = iota
	// asObject: the limit itself, fractions of a dollar allowed, as keys and
	// providers have it.
	asObject
)

// Bounds that keep every count, in nano-dollars or tokens, within 63 bits.
const (
	maxDollars = 1e9
	maxTokens  = 1e15
)

// usageLimits checks a usage limit and returns what is stored of it: the known
// fields as they were sent, in their order. No limit at all is nil.
func (p *problems) usageLimits(path string, raw json.RawMessage, s shape) json.RawMessage {
	if isNull(raw) {
		return nil
	}
	if s == asObject {
		return p.usageLimit(path, raw, false)
	}
	items := p.items(path, raw, 1)
	if len(items) == 0 {
		return nil
	}
	limit := p.usageLimit(path+"[0]", items[0], true)
	if limit == nil {
		return nil
	}
	return slices.Concat([]byte("["), limit, []byte("]"))
}

func (p *problems) items(path string, raw json.RawMessage, most int) []json.RawMessage {
	items, ok := elements(raw)
	switch {
	case !ok:
		p.add(path, "must be an array")
	case len(items) > most:
		p.add(path, fmt.Sprintf("may hold at most %d", most))
		return nil
	}
	return items
}

// usage is one usage limit under examination.
type usage struct {
	kind             string
	limit, threshold float64
	periodic, days   bool
	given            bool // any field has a value
}

func (p *problems) usageLimit(path string, raw json.RawMessage, whole bool) json.RawMessage {
	ms, ok := members(raw)
	if !ok {
		p.add(path, "must be an object")
		return nil
	}
	u := usage{kind: "cost", limit: -1, threshold: -1}
	kept := ms[:0]
	for _, m := range ms {
		value, known := p.usageField(&u, path+"."+m.name, m, whole)
		if known {
			kept = append(kept, member{m.name, value})
			u.given = u.given || !isNull(value)
		}
	}
	if !u.given {
		return nil
	}
	p.usageTogether(path, u)
	return object(kept)
}

func (p *problems) usageField(u *usage, at string, m member, whole bool) (value json.RawMessage, known bool) {
	switch m.name {
	case "type":
		u.kind = p.choice(at, m.value, u.kind, "cost", "tokens")
	case "credit_limit":
		return p.amount(at, m.value, &u.limit, whole), true
	case "alert_threshold":
		return p.amount(at, m.value, &u.threshold, whole), true
	case "periodic_reset":
		u.periodic = p.choice(at, m.value, "", "", "monthly", "weekly") != ""
	case "periodic_reset_days":
		days := -1.0
		value := p.amount(at, m.value, &days, true)
		u.days = days >= 0
		if days > 365 {
			p.add(at, "must be from 1 to 365")
		}
		return value, true
	case "next_usage_reset_at":
		p.instant(at, m.value)
	case "enforcement":
		p.choice(at, m.value, "", "strict")
	default:
		return nil, false
	}
	return bytes.TrimSpace(m.value), true
}

// usageTogether checks what concerns several fields.
func (p *problems) usageTogether(path string, u usage) {
	least, most := 1.0, float64(maxDollars)
	if u.kind == "tokens" {
		least, most = 100, maxTokens
	}
	switch {
	case u.limit >= 0 && u.limit < least:
		p.add(path+".credit_limit", fmt.Sprintf("must be at least %v for this type", least))
	case u.limit > most:
		p.add(path+".credit_limit", "is too large")
	}
	if u.threshold >= 0 && u.limit >= 0 && u.threshold >= u.limit {
		p.add(path+".alert_threshold", "must be below credit_limit")
	}
	if u.periodic && u.days {
		p.add(path+".periodic_reset_days", "cannot be given together with periodic_reset")
	}
}

// amount reads a number of at least 1 into f, which stays as it is for null.
func (p *problems) amount(at string, raw json.RawMessage, f *float64, whole bool) json.RawMessage {
	if isNull(raw) {
		return raw
	}
	v, ok := number(raw)
	out := literal(raw, v)
	switch {
	case !ok:
		p.add(at, "must be a number")
	case v < 1:
		p.add(at, "must be at least 1")
	case whole && v != float64(int64(v)):
		p.add(at, "must be a whole number")
	default:
		*f = v
	}
	return out
}

// choice reads one of the texts; null is the fallback.
func (p *problems) choice(at string, raw json.RawMessage, fallback string, choices ...string) string {
	if isNull(raw) {
		return fallback
	}
	v, ok := text(raw)
	if !ok || !slices.Contains(choices, v) {
		named := slices.DeleteFunc(slices.Clone(choices), func(c string) bool { return c == "" })
		p.add(at, fmt.Sprintf("must be one of %q", named))
		return fallback
	}
	return v
}

func (p *problems) instant(at string, raw json.RawMessage) {
	if isNull(raw) {
		return
	}
	v, ok := text(raw)
	if !ok {
		p.add(at, "must be a time")
		return
	}
	p.time(at, v)
}

// time reads an ISO 8601 time, with or without a zone (UTC then); "" is none.
func (p *problems) time(at, v string) time.Time {
	if v == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, v); err == nil && t.Year() >= 1970 && t.Year() <= 9999 {
			return t.UTC().Truncate(time.Microsecond)
		}
	}
	p.add(at, "must be an ISO 8601 time, such as 2030-01-31T00:00:00Z")
	return time.Time{}
}

// revived is the status after a change of limits: a limit that was raised or
// taken away is exhausted no more.
func revived(s claviger.Status, old, now json.RawMessage) claviger.Status {
	if s == claviger.Exhausted && (now == nil || creditOf(now) > creditOf(old)) {
		return claviger.Active
	}
	return s
}

// creditOf is the credit_limit of a stored limit, in either shape; 0 for none.
func creditOf(raw json.RawMessage) float64 {
	if items, ok := elements(raw); ok && len(items) > 0 {
		raw = items[0]
	}
	ms, _ := members(raw)
	for _, m := range ms {
		if m.name == "credit_limit" {
			v, _ := number(m.value)
			return v
		}
	}
	return 0
}
