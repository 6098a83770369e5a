package limitstest

import (
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

func tells(t *testing.T, s suite) {
	l := s.make(fixed)
	budget, rate := on("k", cost, "monthly", 100), on("k", requests, "rpm", 10)
	admit(t, l, ask(1, 0, 10), rate, budget).Settle(limits.Amount{Requests: 1})
	h := admit(t, l, ask(1, 0, 10), rate, budget)
	admit(t, l, ask(1, 0, 10), rate, budget)
	minute := noon.Truncate(time.Minute)
	want := limits.RateState{Rule: rate, State: limits.State{Used: 1, Reserved: 1, Start: minute, Next: minute.Add(time.Minute)}}
	if got := h.Rates(nil); len(got) != 1 || got[0] != want {
		t.Errorf("its rates are %+v", got)
	}
	charges := func(without ...claviger.Measure) []claviger.Charge {
		o := claviger.Opening{APIKeyID: "k", Charges: string(h.AppendCharges(nil, without...))}
		cs, err := o.ChargesOf()
		if err != nil {
			t.Fatal(err)
		}
		return cs
	}
	all := []claviger.Charge{{Counter: rate.Counter, Window: minute}, {Counter: budget.Counter, Window: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}}
	if got := charges(); len(got) != 2 || got[0] != all[0] || got[1] != all[1] {
		t.Errorf("its charges are %+v", got)
	}
	if got := charges(cost, tokens); len(got) != 1 || got[0] != all[0] {
		t.Errorf("without cost, its charges are %+v", got)
	}
}

func changes(t *testing.T, s suite) {
	l := s.make(fixed)
	before, raised, lowered, again := on("k", cost, "none", 10), on("k", cost, "none", 20), on("k", cost, "none", 5), on("k", cost, "none", 10)
	again.Since = noon.Add(-time.Second) // counted from zero by hand
	h := admit(t, l, ask(1, 0, 10), before)
	h.Settle(limits.Amount{Cost: 10})
	refused(t, l, ask(1, 0, 1), before)
	open := admit(t, l, ask(1, 0, 1), raised)
	refused(t, l, ask(1, 0, 1), lowered)
	counts(t, l, []*limits.Rule{before, again}, [2]int64{10, 1}, [2]int64{})
	admit(t, l, ask(1, 0, 2), again)
	open.Settle(limits.Amount{Cost: 1}) // of the window that was ended by hand
	// Who does not know yet that it began again counts in the new window.
	counts(t, l, []*limits.Rule{before, again}, [2]int64{0, 2}, [2]int64{0, 2})
	// The same limit twice in one request is counted once.
	twice := admit(t, l, ask(1, 0, 3), again, before)
	counts(t, l, []*limits.Rule{again}, [2]int64{0, 5})
	twice.Settle(limits.Amount{Cost: 4})
	counts(t, l, []*limits.Rule{again}, [2]int64{4, 2})
}

func loaded(t *testing.T, s suite) {
	march, april := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	now, over, ahead, ever := on("now", cost, "monthly", 10), on("over", cost, "monthly", 10), on("ahead", cost, "monthly", 10), on("ever", cost, "none", 10)
	unknown := on("unknown", cost, "monthly", 10)
	k := newKeeper(s.ledger)
	for _, u := range []claviger.Usage{
		{Counter: now.Counter, Window: march, Used: 4}, {Counter: over.Counter, Window: march.AddDate(0, -1, 0), Used: 4},
		{Counter: ahead.Counter, Window: april, Used: 4}, {Counter: ever.Counter, Window: time.Time{}, Used: 4},
	} {
		charge := claviger.AppendCharge(nil, claviger.Charge{Counter: u.Counter, Window: u.Window})
		k.waiting = k.charge(k.waiting, u.Counter, string(charge), limits.Amount{Cost: u.Used})
	}
	if err := k.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := s.over(k, Setup{Now: fixed})
	rules := []*limits.Rule{now, over, ahead, ever, unknown}
	want := [][2]int64{{4, 0}, {0, 0}, {4, 0}, {4, 0}, {0, 0}}
	counts(t, l, rules, want...)
	h := admit(t, l, ask(1, 0, 6), rules...)
	refused(t, l, ask(1, 0, 1), ahead) // the clock went back: its window is not opened again
	h.Settle(limits.Amount{Cost: 1})
	for i := range want {
		want[i][0]++
	}
	counts(t, l, rules, want...)
	states, err := l.Usage(t.Context(), rules)
	if err != nil || !states[0].Start.Equal(march) || !states[2].Start.Equal(april) || !states[2].Next.Equal(april.AddDate(0, 1, 0)) || !states[3].Start.IsZero() || !states[3].Next.IsZero() {
		t.Errorf("the windows are %+v, %v", states, err)
	}
}
