package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// shape is how an entity writes its usage limit.
type shape struct {
	array bool     // in an array of at most one; else the limit itself
	whole bool     // whole dollars only
	types []string // what can be limited; the first one unless it says
	// blocks: a limit of 0 may be set. All others are at least 1 dollar, 100
	// tokens or 1 request.
	blocks bool
	// merged: what a change left out was filled in before.
	merged bool
	week   time.Weekday // that weekly limits start again on
}

var (
	// inArray: as workspaces and their access to integrations have it.
	inArray = shape{array: true, whole: true, types: []string{"cost", "tokens"}, week: time.Sunday}
	// asObject: as keys and providers have it.
	asObject = shape{types: []string{"cost", "tokens"}, week: time.Sunday}
	// inPolicy: as policies have it, whose fields are the request's own.
	inPolicy = shape{types: []string{"cost", "tokens", "requests"}, blocks: true, merged: true, week: time.Monday}
)

// Bounds that keep every count, in nano-dollars, tokens or requests, within 63
// bits.
const (
	maxDollars = 1e9
	maxTokens  = 1e15
)

// usageLimits checks a usage limit that is to take the place of old and returns
// what is stored of it: the known fields as they were sent, in their order, and
// when it starts again. No limit at all is nil.
func (p *problems) usageLimits(path string, raw, old json.RawMessage, s shape, now time.Time) json.RawMessage {
	if isNull(raw) {
		return nil
	}
	if !s.array {
		return p.usageLimit(path+".", raw, old, s, now)
	}
	items := p.items(path, raw, 1)
	if len(items) == 0 {
		return nil
	}
	limit := p.usageLimit(path+"[0].", items[0], old, s, now)
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
	periodic         string
	days             int
	next             time.Time
	given            bool // any field has a value
	limited          bool // there is a credit_limit, be it null
	unknown          bool // there is a field that nobody knows
}

// usageLimit checks the limit whose fields are at the path that prefix begins.
func (p *problems) usageLimit(prefix string, raw, old json.RawMessage, s shape, now time.Time) json.RawMessage {
	ms, ok := members(raw)
	if !ok {
		p.add(strings.TrimSuffix(prefix, "."), "must be an object")
		return nil
	}
	u := usage{kind: s.types[0], limit: -1, threshold: -1}
	kept := ms[:0]
	for _, m := range ms {
		value, known := p.usageField(&u, prefix+m.name, m, s)
		if known {
			kept = append(kept, member{m.name, value})
			u.given = u.given || !isNull(value)
		}
		u.limited = u.limited || m.name == "credit_limit"
		u.unknown = u.unknown || !known && m.name != "current_usage"
	}
	switch {
	case len(kept) == 0, u.unknown && !u.limited: // a mistyped name lifts no limit
		p.add(prefix+"credit_limit", "is required")
		return nil
	case !u.given:
		return nil
	}
	before := usageOf(old)
	p.usageTogether(prefix, u, s)
	p.endsAhead(prefix, u, before, s, now)
	if !s.merged {
		kept = withEnforcement(kept, u, before, old)
	}
	return object(withReset(kept, u, before, s, now))
}

func (p *problems) usageField(u *usage, at string, m member, s shape) (value json.RawMessage, known bool) {
	switch m.name {
	case "type":
		u.kind = p.choice(at, m.value, u.kind, s.types...)
	case "credit_limit":
		return p.amount(at, m.value, &u.limit, s.least(), s.whole), true
	case "alert_threshold":
		return p.amount(at, m.value, &u.threshold, s.least(), s.whole), true
	case "periodic_reset":
		u.periodic = p.choice(at, m.value, "", "", "monthly", "weekly")
	case "periodic_reset_days":
		days := 0.0
		value := p.amount(at, m.value, &days, 1, true)
		u.days = int(min(days, 366))
		if u.days > 365 {
			p.add(at, "must be from 1 to 365")
		}
		return value, true
	case "next_usage_reset_at":
		u.next = p.instant(at, m.value)
	case "enforcement":
		p.choice(at, m.value, "", "strict")
	default:
		p.mistyped(at, m, usageFields)
		return nil, false
	}
	return bytes.TrimSpace(m.value), true
}

func (s shape) least() float64 {
	if s.blocks {
		return 0
	}
	return 1
}

// usageTogether checks what concerns several fields.
func (p *problems) usageTogether(prefix string, u usage, s shape) {
	least, most := 1.0, float64(maxDollars)
	switch u.kind {
	case "tokens":
		least, most = 100, maxTokens
	case "requests":
		most = maxTokens
	}
	switch {
	case u.limit < 0:
	case u.limit == 0 && s.blocks:
	case u.limit < least:
		p.add(prefix+"credit_limit", fmt.Sprintf("must be at least %v for this type", least))
	case u.limit > most:
		p.add(prefix+"credit_limit", "is too large")
	case u.kind != "cost" && u.limit != math.Trunc(u.limit):
		p.add(prefix+"credit_limit", "must be a whole number")
	}
	if u.threshold >= 0 && u.limit >= 0 && u.threshold >= u.limit {
		p.add(prefix+"alert_threshold", "must be below credit_limit; it is an amount too, not a percentage")
	}
	if u.periodic != "" && u.days > 0 {
		p.add(prefix+"periodic_reset_days", "cannot be given together with periodic_reset")
	}
}

// amount reads a number of at least least into f, which stays as it is for null.
func (p *problems) amount(at string, raw json.RawMessage, f *float64, least float64, whole bool) json.RawMessage {
	if isNull(raw) {
		return raw
	}
	v, ok := number(raw)
	out := literal(raw, v)
	switch {
	case !ok:
		p.add(at, "must be a number")
	case v < least:
		p.add(at, fmt.Sprintf("must be at least %v", least))
	case whole && v != math.Trunc(v):
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
		p.add(at, "must be one of "+strings.Join(named, ", "))
		return fallback
	}
	return v
}

func (p *problems) instant(at string, raw json.RawMessage) time.Time {
	if isNull(raw) {
		return time.Time{}
	}
	v, ok := text(raw)
	if !ok {
		p.add(at, "must be a time")
		return time.Time{}
	}
	return p.time(at, v)
}

// maxTime is the longest time, in bytes: with nanoseconds and a zone. Some are
// kept as they were sent, and the parser takes any number of digits.
const maxTime = len("2006-01-02T15:04:05.999999999+00:00")

// time reads an ISO 8601 time, with or without a zone (UTC then); "" is none. The
// comma that the parser takes before a fraction is refused: other clients do not.
func (p *problems) time(at, v string) time.Time {
	if v == "" {
		return time.Time{}
	}
	if len(v) > maxTime || strings.Contains(v, ",") {
		p.add(at, notATime)
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, v); err == nil && t.Year() >= 1970 && t.Year() <= 9999 {
			return t.UTC().Truncate(time.Microsecond)
		}
	}
	p.add(at, notATime)
	return time.Time{}
}

const notATime = "must be an ISO 8601 time of at most 35 characters, such as 2030-01-31T00:00:00Z"
