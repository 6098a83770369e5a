package admin

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	claviger "github.com/claviger/claviger"
)

// PolicyInput is what a request says of a policy. On change absent fields stay.
type PolicyInput struct {
	Name        Optional[string]
	Description Optional[string]
	Conditions  Optional[json.RawMessage]
	GroupBy     Optional[json.RawMessage]
	Target      Optional[string]
	Status      Optional[string]
	// Limit are the fields of the limit, by their wire names; those of the other
	// kind of policy are of no effect.
	Limit map[string]Optional[json.RawMessage]
	// ResetValue is the group of requests that is to be counted from zero.
	ResetValue Optional[string]
	// Names are those of all fields that have a value.
	Names []string
	Found claviger.Problems // wrong already on the wire
}

const maxPolicyDescription = 500

// The fields of a limit, in the order they are stored.
var limitFields = map[claviger.PolicyKind][]string{
	claviger.UsagePolicy: {"type", "credit_limit", "alert_threshold", "periodic_reset", "periodic_reset_days", "next_usage_reset_at", "enforcement"},
	claviger.RatePolicy:  {"type", "unit", "value", "enforcement"},
}

// fill checks what only a new policy says.
func (in PolicyInput) fill(row *claviger.Policy, p *problems) {
	row.Target = targetModels
	if target, ok := in.Target.Get(); ok && target != "" {
		row.Target = target
		switch {
		case target != targetModels && target != targetTools:
			p.add("target", "must be one of llm, mcp_tools")
		case target == targetTools && row.Kind == claviger.UsagePolicy:
			p.add("target", "must be llm for usage limits")
		}
	}
	row.GroupBy = p.groupBy(in.GroupBy.Value, row)
	if in.Status.Value != "" && in.Status.Value != string(claviger.Active) {
		p.add("status", "must be active at first")
	}
}

// keep refuses other values for what never changes.
func (in PolicyInput) keep(old claviger.Policy, p *problems) {
	const fixed = "cannot be changed"
	if v, ok := in.GroupBy.Get(); ok && !sameJSON(p.groupBy(v, &old), old.GroupBy) {
		p.add("group_by", fixed)
	}
	if v, ok := in.Limit["type"].Get(); ok && !sameJSON(v, field(old.Limit, "type")) {
		p.add("type", fixed)
	}
	if v, ok := in.Target.Get(); ok && v != old.Target {
		p.add("target", fixed)
	}
}

// apply checks in and writes it into row.
func (in PolicyInput) apply(row *claviger.Policy, p *problems, now time.Time) {
	row.Name = in.Name.Or(row.Name)
	row.Description = in.Description.Or(row.Description)
	p.text("name", row.Name, false, maxName)
	p.text("description", row.Description, false, maxPolicyDescription)
	if in.Conditions.Set || row.Conditions == nil {
		row.Conditions = p.conditions(in.Conditions.Value, row)
	}
	for _, name := range in.Names {
		p.misnamed(name, name, limitFields[row.Kind])
	}
	old, changed := row.Limit, false
	var ms []member
	for _, name := range limitFields[row.Kind] {
		value := field(old, name)
		if v := in.Limit[name]; v.Set && !(name == "type" && old != nil) {
			value, changed = bytes.TrimSpace(v.Value), true
		}
		if name == nextReset && !in.Limit[name].Set && in.movesReset() {
			continue // it belonged to the cadence before
		}
		if !isNull(value) {
			ms = append(ms, member{name, value})
		}
	}
	switch {
	case old != nil && !changed:
	case row.Kind == claviger.RatePolicy:
		row.Limit = p.policyRate(ms)
	default:
		row.Limit = p.policyBudget(ms, old, now)
		if old == nil {
			return // it counts since it is made
		}
		counting{&row.CountsFrom, new(time.Time)}.since(old, row.Limit, inPolicy, now)
	}
}

// movesReset reports whether in names a cadence.
func (in PolicyInput) movesReset() bool {
	return in.Limit["periodic_reset"].Set || in.Limit["periodic_reset_days"].Set
}

// field is a member of a stored object; nil when it is not there.
func field(raw json.RawMessage, name string) json.RawMessage {
	ms, _ := members(raw)
	for _, m := range ms {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// sameJSON reports whether two values are the same, however they are written.
func sameJSON(a, b json.RawMessage) bool {
	x, y := jsontext.Value(bytes.Clone(a)), jsontext.Value(bytes.Clone(b))
	return x.Canonicalize() == nil && y.Canonicalize() == nil && bytes.Equal(x, y)
}
