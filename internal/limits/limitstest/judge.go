package limitstest

import (
	"errors"
	"testing"
	"time"

	"github.com/claviger/claviger/internal/limits"
)

func verdicts(t *testing.T, s suite) {
	l := s.make(fixed)
	rate, spent, full, wide := on("rate", requests, "rpm", 1), on("spent", cost, "monthly", 5), on("full", tokens, "none", 4), on("wide", tokens, "none", 50)
	strict := on("strict", tokens, "none", 50)
	strict.Strict = true
	admit(t, l, ask(1, 0, 5), rate, spent).Settle(limits.Amount{Requests: 1, Cost: 5})
	unbounded := errors.New("a picture by its address")
	asked := ask(1, 5, 0) // and no cost, of which there is none left
	asked.Bound = func() (limits.Amount, error) { return limits.Amount{}, unbounded }
	rules := []*limits.Rule{rate, wide, spent, full, strict}
	got, denied, err := l.Judge(t.Context(), rules, asked)
	if err != nil || len(got) != len(rules) || denied != got[2].Denied {
		t.Fatalf("Judge = %+v, %+v, %v", got, denied, err)
	}
	for i, want := range []struct {
		refuses bool
		asked   int64
		used    int64
		after   time.Duration
		why     error
	}{
		{true, 1, 1, 30 * time.Second, nil},
		{false, 5, 0, 0, nil},
		{true, 0, 5, (20*24+12)*time.Hour - 30*time.Second, nil},
		{true, 5, 0, 0, nil},
		{true, 0, 0, 0, unbounded},
	} {
		v := got[i]
		if v.Rule != rules[i] || (v.Denied != nil) != want.refuses || v.Asked != want.asked || v.State.Used != want.used {
			t.Errorf("rule %d says %+v", i, v)
		}
		if d := v.Denied; d != nil && (d.Rule != v.Rule || d.State != v.State || d.Asked != v.Asked || d.RetryAfter != want.after || d.Unbounded != want.why) {
			t.Errorf("rule %d refuses with %+v", i, d)
		}
	}
	counts(t, l, rules, [2]int64{1, 0}, [2]int64{}, [2]int64{5, 0}, [2]int64{}, [2]int64{})
	if got, denied, err := l.Judge(t.Context(), nil, asked); len(got) != 0 || denied != nil || err != nil {
		t.Errorf("without rules: %+v, %+v, %v", got, denied, err)
	}
	// The same limit twice in one request is counted once.
	if _, denied, err := l.Judge(t.Context(), []*limits.Rule{full, full}, ask(1, 4, 0)); denied != nil || err != nil {
		t.Errorf("twice: %+v, %v", denied, err)
	}
}

func lapses(t *testing.T, s suite) {
	clock := At(noon)
	l := s.make(clock.Now)
	if admit(t, l, ask(1, 0, 0)).Lapsed() {
		t.Error("without rules, something lapses")
	}
	for _, tt := range []struct {
		name string
		rule *limits.Rule
		wait time.Duration
		want bool
	}{
		{"a minute, before its end", on("a", tokens, "rpm", 9), 29 * time.Second, false},
		{"a minute, at its end", on("b", tokens, "rpm", 9), 30 * time.Second, true},
		{"a month", on("c", cost, "monthly", 9), 30 * time.Hour, false},
		{"what never ends", on("d", cost, "none", 9), 3000 * time.Hour, false},
		{"a second of requests, which are left out", on("e", requests, "rps", 9), time.Hour, false},
	} {
		clock.Set(noon)
		h := admit(t, l, ask(1, 1, 1), tt.rule, on("wide", cost, "none", 1000))
		clock.Add(tt.wait)
		if got := h.Lapsed(requests); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	// One that another hold has moved on has ended, though the clock goes back.
	clock.Set(noon)
	rule := on("f", tokens, "rpm", 9)
	h := admit(t, l, ask(1, 9, 0), rule)
	clock.Add(time.Minute)
	admit(t, l, ask(1, 9, 0), rule)
	clock.Set(noon)
	if !h.Lapsed() {
		t.Error("a window that was left for the next one holds on")
	}
}
