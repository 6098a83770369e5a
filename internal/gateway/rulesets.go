package gateway

import (
	"encoding/json"
	"fmt"
	"slices"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/limits"
)

// ruleset is the limits that sit on one thing, compiled when its rows change.
type ruleset []*limits.Rule

// limitsOfTarget are the limits of an integration as the workspace may use it,
// and of the provider.
func limitsOfTarget(row claviger.Target) (ruleset, error) {
	access, err := limits.OfGrant(&row.Grant, row.Integration.Slug)
	if err != nil {
		return nil, err
	}
	own, err := limits.OfProvider(&row.Provider)
	return append(access, own...), err
}

// caller is what is compiled of an identity.
type caller struct {
	rules    ruleset           // of the key and its workspace
	metadata map[string]string // the key's own
	fixed    bool              // its requests bring no config
	err      error             // why the rules cannot be kept
}

func callerOf(who *authn.Identity) *caller { return who.Attached(compileCaller).(*caller) }

func compileCaller(who *authn.Identity) any {
	var c caller
	key, err := limits.OfKey(&who.Key)
	if err != nil {
		c.err = fmt.Errorf("compile limits: %w", err)
		return &c
	}
	workspace, err := limits.OfWorkspace(&who.Workspace)
	if err != nil {
		c.err = fmt.Errorf("compile limits: %w", err)
		return &c
	}
	c.rules = append(key, workspace...)
	var defaults struct {
		Metadata            map[string]string `json:"metadata"`
		AllowConfigOverride *bool             `json:"allow_config_override"`
	}
	// What is stored was checked when it was; without it a request has no defaults.
	if len(who.Key.Defaults) > 0 && json.Unmarshal(who.Key.Defaults, &defaults) == nil {
		c.metadata = defaults.Metadata
		c.fixed = defaults.AllowConfigOverride != nil && !*defaults.AllowConfigOverride
	}
	return &c
}

// same reports whether these are the rules of before, whoever compiled them.
func (r ruleset) same(before ruleset) bool {
	return slices.EqualFunc(r, before, func(a, b *limits.Rule) bool {
		return a == b || a.Counter == b.Counter && a.Value == b.Value && a.Strict == b.Strict &&
			a.Window == b.Window && a.Since.Equal(b.Since)
	})
}

// requests are the rules that count requests.
func (r ruleset) requests() (out ruleset) {
	for _, rule := range r {
		if rule.Counter.Measure == claviger.MeasureRequests {
			out = append(out, rule)
		}
	}
	return out
}

// on reports whether one of the rules counts on c.
func (r ruleset) on(c claviger.Counter) bool {
	return slices.ContainsFunc(r, func(r *limits.Rule) bool { return r.Counter == c })
}

// costs reports whether any of the rules counts costs.
func (r ruleset) costs() bool {
	return slices.ContainsFunc(r, func(r *limits.Rule) bool { return r.Counter.Measure == claviger.MeasureCost })
}

// strictest is the first strict rule of the sets; nil when none is.
func strictest(sets ...ruleset) *limits.Rule {
	for _, set := range sets {
		if i := slices.IndexFunc(set, func(r *limits.Rule) bool { return r.Strict }); i >= 0 {
			return set[i]
		}
	}
	return nil
}

// strict reports whether any of the rules is, and whether one of those bounds
// costs.
func (r ruleset) strict() (any, cost bool) {
	for _, rule := range r {
		any = any || rule.Strict
		cost = cost || rule.Strict && rule.Counter.Measure == claviger.MeasureCost
	}
	return any, cost
}
