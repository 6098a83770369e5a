package memory_test

import (
	"errors"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/limits/memory"
)

// A policy with no room for another group refuses it before all else, and so it is
// said beforehand.
func TestNoRoomIsToldBeforehand(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	l := memory.New(memory.Options{Now: func() time.Time { return now }, MaxGroups: 1})
	of := func(kind claviger.CounterKind, id, group string, value int64) *limits.Rule {
		return &limits.Rule{OrganisationID: "o", Value: value, Window: limits.Window{Cadence: "rpd"},
			Counter: claviger.Counter{Kind: kind, ID: id, Measure: claviger.MeasureRequests, Cadence: "rpd", Value: group}}
	}
	ask := limits.Ask{Estimate: limits.Amount{Requests: 1}}
	shut, first, second := of(claviger.CountAPIKey, "k", "", 0), of(claviger.CountRatePolicy, "p", "a", 5), of(claviger.CountRatePolicy, "p", "b", 5)
	if _, err := l.Admit(t.Context(), []*limits.Rule{first}, ask); err != nil {
		t.Fatal(err)
	}
	rules := []*limits.Rule{shut, second, first}
	said, denied, err := l.Judge(t.Context(), rules, ask)
	if err != nil || len(said) != 3 {
		t.Fatalf("Judge = %+v, %v", said, err)
	}
	var real *limits.Denied
	if _, err := l.Admit(t.Context(), rules, ask); !errors.As(err, &real) {
		t.Fatal(err)
	}
	if denied == nil || *denied != *real || denied.Rule != second || !denied.Crowded {
		t.Errorf("said %+v, but it was %+v", denied, real)
	}
	if said[0].Denied == nil || said[1].Denied != denied || said[2].Denied != nil || said[2].State.Reserved != 1 {
		t.Errorf("the rules say %+v", said)
	}
}
