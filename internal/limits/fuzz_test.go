package limits_test

import (
	"encoding/json"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// FuzzLimits: whatever is stored as the limits of a key is an error or makes rules
// that can be enforced.
func FuzzLimits(f *testing.F) {
	f.Add(`{"credit_limit":12.5,"periodic_reset":"monthly"}`, `[{"type":"requests","unit":"rpm","value":60}]`)
	f.Add(`[{"type":"tokens","credit_limit":1e6,"periodic_reset_days":30,"next_usage_reset_at":"2026-04-02"}]`, `null`)
	f.Fuzz(func(t *testing.T, usage, rates string) {
		k := &claviger.APIKey{ID: "k", UsageLimits: json.RawMessage(usage), RateLimits: json.RawMessage(rates)}
		rules, err := limits.OfKey(k)
		if err != nil {
			return
		}
		now := utc("2026-03-11 12:00:00")
		for _, r := range rules {
			if r.Value < 0 || r.Start(now).After(now) {
				t.Errorf("%+v: %d from %v", r.Counter, r.Value, r.Start(now))
			}
		}
	})
}

// FuzzPolicies: whatever is stored as a policy is an error or can be matched, with
// groups whose names are bounded.
func FuzzPolicies(f *testing.F) {
	f.Add(`[{"key":"model","value":["@openai/*"],"excludes":"*mini"}]`, `[{"key":"metadata.a"},{"key":"model"}]`, "alice", "gpt-4o")
	f.Add(`[{"key":"metadata.a","value":"*"}]`, `[]`, "\xff,%", "")
	f.Fuzz(func(t *testing.T, conditions, group, value, model string) {
		p := ratePolicy(conditions, group)
		p.Resets = map[string]time.Time{"default": p.CreatedAt}
		set, err := limits.CompilePolicies([]claviger.Policy{p})
		if err != nil {
			return
		}
		a := limits.Attributes{APIKeyID: "k", VirtualKey: "v", Provider: "openai", Model: model, Metadata: map[string]string{"a": value}}
		for _, r := range set.Match(&a, nil) {
			if most := 8 + len(group)*(128+2); len(r.Counter.Value) > most {
				t.Errorf("a group's name has %d bytes", len(r.Counter.Value))
			}
		}
	})
}
