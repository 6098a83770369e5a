// Package limitstest is what every [limits.Limiter] must do, as tests.
package limitstest

import (
	"context"
	"errors"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// Setup is what a limiter under test is made of.
type Setup struct {
	Source limits.Source // of what was counted before
	// Flush brings what was settled before the call into Source.
	Flush func(context.Context) error
	Now   func() time.Time
	// MaxGroups is how many groups of a policy may be live; 0: many.
	MaxGroups int
}

// New makes the limiter under test, which counted nothing itself.
type New func(Setup) limits.Limiter

// Run holds limiters against what is asked of all of them, with a ledger that
// they read from and that may have entries of others.
func Run(t *testing.T, limiter New, ledger Ledger) {
	s := suite{limiter, ledger}
	for name, test := range map[string]func(*testing.T, suite){
		"admissions, settlements and clocks as in the model": model,
		"what is forgotten and read again as in the model":   flooded,
		"all or none":             allOrNone,
		"who is named":            named,
		"holds end once":          once,
		"strict rules":            strict,
		"retry after":             retryAfter,
		"what each rule says":     verdicts,
		"windows that lapse":      lapses,
		"what a hold tells":       tells,
		"limits that change":      changes,
		"what was counted before": loaded,
	} {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
}

// suite is a limiter under test and the ledger that it reads from.
type suite struct {
	limiter New
	ledger  Ledger
}

// make makes a limiter of an organisation that used nothing yet.
func (s suite) make(now func() time.Time) limits.Limiter {
	return s.over(newKeeper(s.ledger), Setup{Now: now})
}

// over makes a limiter that reads what was kept, whose callers record in it.
func (s suite) over(k *keeper, setup Setup) limits.Limiter {
	setup.Source, setup.Flush = k, k.flush
	return recording{s.limiter(setup), k}
}

// noon is on a Wednesday.
var noon = time.Date(2026, time.March, 11, 12, 0, 30, 0, time.UTC)

func fixed() time.Time { return noon }

// on makes a rule of a key, in the measure and of the cadence.
func on(id string, m claviger.Measure, cadence string, value int64) *limits.Rule {
	return &limits.Rule{
		OrganisationID: "o", Name: id, Value: value, Window: limits.Window{Cadence: cadence, Week: time.Monday},
		Counter: claviger.Counter{Kind: claviger.CountAPIKey, ID: id, Measure: m, Cadence: cadence},
	}
}

func ask(requests, tokens, cost int64) limits.Ask {
	return limits.Ask{Estimate: limits.Amount{Requests: requests, Tokens: tokens, Cost: cost}}
}

func admit(t testing.TB, l limits.Limiter, a limits.Ask, rules ...*limits.Rule) limits.Hold {
	t.Helper()
	h, err := l.Admit(t.Context(), rules, a)
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	return h
}

// denial is the refusal of a request that has to be refused.
func denial(t testing.TB, l limits.Limiter, a limits.Ask, rules ...*limits.Rule) (d *limits.Denied) {
	t.Helper()
	h, err := l.Admit(t.Context(), rules, a)
	if !errors.As(err, &d) || h != nil {
		t.Fatalf("Admit = %v, %v; want it refused", h, err)
	}
	return d
}

func refused(t testing.TB, l limits.Limiter, a limits.Ask, rules ...*limits.Rule) {
	t.Helper()
	_ = denial(t, l, a, rules...)
}

// counts checks used and reserved of each rule in turn.
func counts(t testing.TB, l limits.Limiter, rules []*limits.Rule, want ...[2]int64) {
	t.Helper()
	states, err := l.Usage(t.Context(), rules)
	if err != nil || len(states) != len(want) {
		t.Fatalf("Usage = %v, %v", states, err)
	}
	for i, s := range states {
		if got := [2]int64{s.Used, s.Reserved}; got != want[i] {
			t.Errorf("of rule %d are used and reserved %v, want %v", i, got, want[i])
		}
	}
}
