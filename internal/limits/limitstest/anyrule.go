package limitstest

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// distinctRules draws rules of which no two count on one counter.
func distinctRules(t *rapid.T, draw func(id int) *limits.Rule) (out []*limits.Rule) {
	for i := range rapid.IntRange(1, 5).Draw(t, "rules") {
		r := draw(i)
		if !slices.ContainsFunc(out, func(o *limits.Rule) bool { return o.Counter == r.Counter }) {
			out = append(out, r)
		}
	}
	return out
}

func anyRule(t *rapid.T, id string, now time.Time) *limits.Rule {
	cadence := rapid.SampledFrom([]string{"none", "weekly", "monthly", "3d", "rps", "rpm", "rph", "rpd", "rpw"}).Draw(t, "cadence")
	measure := rapid.SampledFrom([]claviger.Measure{requests, tokens, cost}).Draw(t, "measure")
	r := on(id, measure, cadence, rapid.Int64Range(0, 30).Draw(t, "value"))
	r.Window.Week = time.Weekday(rapid.IntRange(0, 6).Draw(t, "week"))
	if cadence == "3d" || rapid.IntRange(0, 3).Draw(t, "anchored") == 0 {
		r.Window.Anchor = now.Truncate(24*time.Hour).AddDate(0, 0, rapid.IntRange(-5, 5).Draw(t, "anchor"))
	}
	if rapid.Bool().Draw(t, "was reset") && !r.Rate() { // rates are not
		r.Since = now.Add(-time.Duration(rapid.Int64Range(0, 100_000).Draw(t, "since")) * time.Second)
	}
	return r
}

// anyKind puts a rule on a key, a workspace, an access, a provider, or a group of
// a policy; all of a kind but groups are one.
func anyKind(t *rapid.T, r *limits.Rule) *limits.Rule {
	c := &r.Counter
	switch c.Kind = rapid.SampledFrom(kinds).Draw(t, "kind"); c.Kind {
	case claviger.CountUsagePolicy, claviger.CountRatePolicy:
		c.Value, c.ID = "metadata._user:"+c.ID, "policy"
	case claviger.CountAccess:
		c.ID = claviger.AccessID("i", "w")
	case claviger.CountWorkspace:
		c.ID = "w"
	default:
		c.ID = "one"
	}
	return r
}

var kinds = []claviger.CounterKind{
	claviger.CountAPIKey, claviger.CountWorkspace, claviger.CountAccess, claviger.CountProvider,
	claviger.CountUsagePolicy, claviger.CountRatePolicy,
}

// group makes a rule the one of a group of the policy.
func group(r *limits.Rule) *limits.Rule {
	r.Counter.Kind, r.Counter.Value, r.Counter.ID = claviger.CountUsagePolicy, r.Counter.ID, "p"
	return r
}
