package admin

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/claviger/claviger/internal/limits"
)

const nextReset = "next_usage_reset_at"

// window says when u starts again.
func (u usage) window(week time.Weekday) limits.Window {
	w := limits.Window{Cadence: "none", Week: week, Anchor: u.next}
	switch {
	case u.periodic != "":
		w.Cadence = u.periodic
	case u.days > 0:
		w.Cadence = strconv.Itoa(u.days) + "d"
	}
	return w
}

// withReset is a limit with the day that its windows are counted from, where one
// was given or it has windows of days. A limit that is sent again as it was shown
// keeps its days.
func withReset(ms []member, u, before usage, s shape, now time.Time) []member {
	given := !u.next.IsZero()
	u.next = midnight(u.next)
	was := before.window(s.week)
	same := before.kind != "" && was.Cadence == u.window(s.week).Cadence
	switch {
	case same && (!given || u.next.Equal(was.Next(now))):
		u.next = before.next
	case !given && u.days > 0:
		u.next = midnight(now)
	}
	return withNext(ms, u.next)
}

// withEnforcement keeps the enforcement of a limit that is changed by those who do
// not say one: they may not know of it, and must not loosen it.
func withEnforcement(ms []member, u, before usage, old json.RawMessage) []member {
	value := field(theLimit(old), "enforcement")
	if before.kind != u.kind || isNull(value) || named(ms, "enforcement") {
		return ms
	}
	return append(ms, member{"enforcement", value})
}

// endsAhead refuses a reset that never comes: the only one, in the past. One that
// came since it was stored may stay.
func (p *problems) endsAhead(prefix string, u, before usage, s shape, now time.Time) {
	next := midnight(u.next)
	if next.IsZero() || next.After(now) || u.window(s.week).Cadence != "none" || next.Equal(before.next) {
		return
	}
	p.add(prefix+nextReset, "is in the past, and nothing says when usage starts again after it")
}

// midnight is when the day of t began, in UTC; zero for none.
func midnight(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(24 * time.Hour)
}

// withNext puts the time of a reset into a limit, in its place if it has one; a
// text that says that time already stays. No time is null.
func withNext(ms []member, next time.Time) []member {
	out := make([]member, 0, len(ms)+1)
	value := json.RawMessage("null")
	if !next.IsZero() {
		value = json.RawMessage(`"` + next.UTC().Format(shownTime) + `"`)
	}
	there := false
	for _, m := range ms {
		if m.name == nextReset {
			there = true
			if said, ok := text(m.value); !ok || next.IsZero() || !says(said, next) {
				m.value = value
			}
		}
		out = append(out, m)
	}
	if !there && !next.IsZero() {
		out = append(out, member{nextReset, value})
	}
	return out
}

// withoutNext leaves out the time of a reset that nobody gave or that is over, with
// every cadence; a null that was sent stays.
func withoutNext(ms []member) []member {
	return slices.DeleteFunc(slices.Clone(ms), func(m member) bool { return m.name == nextReset && !isNull(m.value) })
}

func says(text string, at time.Time) bool {
	t, err := time.Parse(time.RFC3339, text)
	return err == nil && t.Equal(at) && strings.HasSuffix(text, "Z")
}

// usageOf reads a stored limit, in either shape; the zero value is none.
func usageOf(raw json.RawMessage) (u usage) {
	ms, _ := members(theLimit(raw))
	read := usage{kind: "cost", limit: -1}
	var ignore problems
	for _, m := range ms {
		ignore.usageField(&read, m.name, m, inPolicy)
	}
	read.next = midnight(read.next)
	if read.limit < 0 {
		return u
	}
	return read
}

// theLimit is a stored limit without the array that it may be in.
func theLimit(raw json.RawMessage) json.RawMessage {
	if items, ok := elements(raw); ok && len(items) > 0 {
		return items[0]
	}
	return raw
}

// counting is when usage began to count, and when that was because of a limit.
type counting struct{ reset, limited *time.Time }

// since notes that a limit took the place of another. Where none of its type and
// cadence was before, it counts from now on; where its windows moved, it counts
// what the window before had counted.
func (c counting) since(old, limit json.RawMessage, s shape, now time.Time) {
	a, b := usageOf(old), usageOf(limit)
	was, is := a.window(s.week), b.window(s.week)
	switch {
	case b.kind == "":
	case a.kind != b.kind || was.Cadence != is.Cadence:
		if lastReset(*c.reset, *c.limited).IsZero() {
			*c.reset = now // else one by hand stays to be seen
		}
		*c.limited = now
	case was != is:
		if start := was.Start(now); start.After(*c.reset) {
			*c.reset = start
		}
	}
}

// byHand notes that usage counts from zero again.
func (c counting) byHand(now time.Time) { *c.reset = now }

// lastReset is when usage was last counted from zero by hand; zero: never, or
// before the limit was set.
func lastReset(reset, limited time.Time) time.Time {
	if reset.Equal(limited) {
		return time.Time{}
	}
	return reset
}

// policyBudget checks the limit of a usage policy.
func (p *problems) policyBudget(ms []member, old json.RawMessage, now time.Time) json.RawMessage {
	kept := ms[:0]
	seen := map[string]bool{}
	for _, m := range ms {
		if !isNull(m.value) {
			seen[m.name] = true
			kept = append(kept, m)
		}
	}
	if !seen["type"] {
		p.add("type", "is required")
	}
	if !seen["credit_limit"] {
		p.add("credit_limit", "is required")
	}
	return p.usageLimit("", object(kept), old, inPolicy, now)
}

// policyRate checks the limit of a rate policy.
func (p *problems) policyRate(ms []member) json.RawMessage {
	seen := map[string]bool{}
	for i, m := range ms {
		seen[m.name] = true
		switch m.name {
		case "type":
			p.choice(m.name, m.value, "", "requests", "tokens")
		case "unit":
			p.choice(m.name, m.value, "", "rpm", "rph", "rpd", "rpw")
		case "value":
			ms[i].value = p.rate(m.name, m.value, 1)
		case "enforcement":
			p.choice(m.name, m.value, "", "strict")
		}
	}
	for _, name := range []string{"type", "unit", "value"} {
		if !seen[name] {
			p.add(name, "is required")
		}
	}
	return object(ms)
}
