package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// maxResets bounds how many groups of one policy are remembered as counted from
// zero by hand. Those of windows that are over are forgotten.
const maxResets = 10_000

// maxGroupValue bounds one value in the name of a group, in bytes: no counter
// has a longer one.
const maxGroupValue = 128

// resetValue checks the name of a group that is to be counted from zero; "" for
// none. Where a policy groups by one thing alone, the value alone will do.
func (p *problems) resetValue(row claviger.Policy, in Optional[string]) string {
	value, ok := in.Get()
	if !ok || value == "" {
		return ""
	}
	const at = "reset_usage_for_value"
	if row.Kind == claviger.RatePolicy {
		p.add(at, "is for usage limits")
		return ""
	}
	keys := groupKeys(row)
	if len(keys) == 1 && !strings.HasPrefix(value, keys[0]+":") {
		value = keys[0] + ":" + value
	}
	if !namesGroup(keys, value) {
		p.add(at, fmt.Sprintf("must name a group of this policy, such as %s", example(keys)))
	}
	return value
}

func groupKeys(row claviger.Policy) (keys []string) {
	items, _ := elements(row.GroupBy)
	for _, item := range items {
		key, _ := text(field(item, "key"))
		keys = append(keys, key)
	}
	return keys
}

// namesGroup reports whether value is a name that a group by those keys can
// have.
func namesGroup(keys []string, value string) bool {
	parts := strings.Split(value, ",")
	if len(parts) != len(keys) {
		return false
	}
	for i, key := range keys {
		v, ok := strings.CutPrefix(parts[i], key+":")
		if !ok || v == "" || len(v) > maxGroupValue || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return false
		}
	}
	return true
}

func example(keys []string) string {
	parts := slices.Clone(keys)
	for i := range parts {
		parts[i] += ":VALUE"
	}
	return strings.Join(parts, ",")
}

// resetGroup counts a group of requests from zero.
func (w *work) resetGroup(ctx context.Context, row claviger.Policy, value string) error {
	rule, err := limits.OfPolicy(&row, value)
	if err != nil {
		return err
	}
	start := rule.Window.Start(w.now)
	if err := w.ForgetPolicyResets(ctx, row.OrganisationID, row.ID, start); err != nil {
		return err
	}
	live := 0
	for name, at := range row.Resets {
		if name != value && !at.Before(start) {
			live++
		}
	}
	if live >= maxResets {
		return claviger.Fail(claviger.Conflict, fmt.Sprintf("The policy has %d groups that were counted from zero by hand, and can have no more", live))
	}
	return w.PutPolicyReset(ctx, row.OrganisationID, row.ID, value, w.now)
}
