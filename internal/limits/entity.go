package limits

import (
	"encoding/json"
	"fmt"
	"time"

	claviger "github.com/claviger/claviger"
)

// entity is what limits sit on.
type entity struct {
	org      claviger.OrganisationID
	kind     claviger.CounterKind
	id, name string
	usage    json.RawMessage
	rates    json.RawMessage
	// since is when usage was last counted from zero, begun when the usage limit
	// was set, which counts from zero too; zero both for: since it was created.
	since, begun, created time.Time
}

// OfKey makes the rules of an API key: its budget first, then its rates. A limit
// that cannot be read is an error, and then nothing may pass.
func OfKey(k *claviger.APIKey) ([]*Rule, error) {
	return entity{
		k.OrganisationID, claviger.CountAPIKey, string(k.ID), k.Name, k.UsageLimits, k.RateLimits, k.ResetAt, k.LimitedAt, k.CreatedAt,
	}.rules()
}

// OfWorkspace makes the rules of a workspace, as [OfKey] does.
func OfWorkspace(w *claviger.Workspace) ([]*Rule, error) {
	return entity{
		w.OrganisationID, claviger.CountWorkspace, string(w.ID), w.Slug, w.UsageLimits, w.RateLimits, w.ResetAt, w.LimitedAt, w.CreatedAt,
	}.rules()
}

// OfGrant makes the rules of a workspace's access to the integration of a slug,
// as [OfKey] does.
func OfGrant(g *claviger.Grant, slug string) ([]*Rule, error) {
	return entity{
		g.OrganisationID, claviger.CountAccess, claviger.AccessID(g.IntegrationID, g.WorkspaceID), slug,
		g.UsageLimits, g.RateLimits, g.LastResetAt, g.LimitedAt, g.CreatedAt,
	}.rules()
}

// OfProvider makes the rules of a provider, as [OfKey] does.
func OfProvider(p *claviger.Provider) ([]*Rule, error) {
	return entity{
		p.OrganisationID, claviger.CountProvider, string(p.ID), p.Slug, p.UsageLimits, p.RateLimits, p.ResetAt, p.LimitedAt, p.CreatedAt,
	}.rules()
}

func (e entity) rules() ([]*Rule, error) {
	begun, since := e.begun, e.since
	if begun.After(since) {
		since = begun
	}
	if begun.IsZero() {
		begun = e.created
	}
	budgets, err := storedBudgets(e.usage)
	if err != nil {
		return nil, e.fail("usage limit", err)
	}
	var rules []*Rule
	for _, s := range budgets {
		b, ok, err := s.bounds(time.Sunday, begun)
		if err != nil {
			return nil, e.fail("usage limit", err)
		}
		if ok {
			rules = e.add(rules, b, since)
		}
	}
	rates, err := list[storedRate](e.rates)
	if err != nil {
		return nil, e.fail("rate limit", err)
	}
	for _, s := range rates {
		b, err := s.bounds()
		if err != nil {
			return nil, e.fail("rate limit", err)
		}
		// To count usage from zero again is about budgets: a rate that began again
		// would let twice as much through in its window.
		rules = e.add(rules, b, time.Time{})
	}
	return rules, nil
}

// add appends the rule of a limit. Of several on one counter the lowest is
// enough, since it is reached first.
func (e entity) add(rules []*Rule, b bounds, since time.Time) []*Rule {
	r := &Rule{
		OrganisationID: e.org,
		Counter:        claviger.Counter{Kind: e.kind, ID: e.id, Measure: b.measure, Cadence: b.window.Cadence},
		Name:           e.name, Value: b.value, Window: b.window, Since: since, Strict: b.strict,
	}
	for _, other := range rules {
		if other.Counter == r.Counter {
			other.Value = min(other.Value, r.Value)
			other.Strict = other.Strict || r.Strict
			return rules
		}
	}
	return append(rules, r)
}

func (e entity) fail(what string, err error) error {
	return fmt.Errorf("%s of the %s %s: %w", what, e.kind, e.id, err)
}
