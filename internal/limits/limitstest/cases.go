package limitstest

import (
	"errors"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

const (
	requests = claviger.MeasureRequests
	tokens   = claviger.MeasureTokens
	cost     = claviger.MeasureCost
)

func allOrNone(t *testing.T, s suite) {
	l := s.make(fixed)
	wide, narrow := on("wide", tokens, "none", 1000), on("narrow", tokens, "monthly", 10)
	refused(t, l, ask(1, 11, 0), wide, narrow)
	counts(t, l, []*limits.Rule{wide, narrow}, [2]int64{}, [2]int64{})
	admit(t, l, ask(1, 10, 0), wide, narrow)
	counts(t, l, []*limits.Rule{wide, narrow}, [2]int64{0, 10}, [2]int64{0, 10})
	refused(t, l, ask(1, 1, 0), narrow, wide)
	counts(t, l, []*limits.Rule{wide, narrow}, [2]int64{0, 10}, [2]int64{0, 10})
	h := admit(t, l, ask(1, 1, 1))
	h.Settle(limits.Amount{Requests: 1})
	h.Release()
	if b := h.AppendCharges(nil); b != nil {
		t.Errorf("without rules, the charges are %q", b)
	}
}

func named(t *testing.T, s suite) {
	l := s.make(fixed)
	rate, open := on("rate", requests, "rpm", 0), on("open", tokens, "none", 100)
	first, second := on("first", cost, "none", 5), on("second", cost, "weekly", 4)
	for name, tt := range map[string]struct {
		rules []*limits.Rule
		want  *limits.Rule
	}{
		"the first of two budgets":      {[]*limits.Rule{open, first, second}, first},
		"whichever comes first":         {[]*limits.Rule{second, first}, second},
		"a budget rather than a rate":   {[]*limits.Rule{rate, open, second}, second},
		"a rate when no budget refuses": {[]*limits.Rule{open, rate}, rate},
	} {
		if d := denial(t, l, ask(1, 1, 6), tt.rules...); d.Rule != tt.want || d.Asked == 0 || d.Crowded || d.Unbounded != nil {
			t.Errorf("%s: got %+v", name, d)
		}
	}
	// Nothing more goes through what is used up, not even what costs nothing.
	admit(t, l, ask(1, 0, 5), first).Settle(limits.Amount{Cost: 7})
	if d := denial(t, l, ask(1, 0, 0), first); d.State.Used != 7 {
		t.Errorf("used up, its state is %+v", d.State)
	}
	refused(t, l, ask(0, 0, 0), rate)
}

func once(t *testing.T, s suite) {
	clock := At(noon)
	l := s.make(clock.Now)
	budget, rate := on("budget", cost, "none", 100), on("rate", requests, "rpm", 10)
	rules := []*limits.Rule{budget, rate}
	h := admit(t, l, ask(1, 0, 30), rules...)
	h.Settle(limits.Amount{Requests: 1, Cost: 40})
	h.Settle(limits.Amount{Requests: 1, Cost: 40})
	h.Release()
	counts(t, l, rules, [2]int64{40, 0}, [2]int64{1, 0})
	h = admit(t, l, ask(1, 0, 30), rules...)
	h.Release()
	h.Settle(limits.Amount{Requests: 1, Cost: 40})
	counts(t, l, rules, [2]int64{40, 0}, [2]int64{1, 0})
	h = admit(t, l, ask(1, 0, 60), rules...)
	clock.Add(time.Minute)
	counts(t, l, rules, [2]int64{40, 60}, [2]int64{})
	again := admit(t, l, ask(1, 0, 0), rate)
	h.Settle(limits.Amount{Requests: 1, Cost: 1}) // the rate's window is over
	counts(t, l, rules, [2]int64{41, 0}, [2]int64{0, 1})
	again.Settle(limits.Amount{Requests: -5})
	counts(t, l, rules, [2]int64{41, 0}, [2]int64{0, 0})
}

func strict(t *testing.T, s suite) {
	l := s.make(fixed)
	rule, lax := on("strict", cost, "none", 100), on("lax", cost, "none", 100)
	rule.Strict = true
	asked := 0
	bounded := func(bound limits.Amount, err error) limits.Ask {
		a := ask(1, 0, 10)
		a.Bound = func() (limits.Amount, error) { asked++; return bound, err }
		return a
	}
	h := admit(t, l, bounded(limits.Amount{Cost: 90}, nil), lax, rule)
	counts(t, l, []*limits.Rule{rule, lax}, [2]int64{0, 90}, [2]int64{0, 10})
	refused(t, l, bounded(limits.Amount{Cost: 11}, nil), rule)
	h.Settle(limits.Amount{Cost: 20})
	counts(t, l, []*limits.Rule{rule, lax}, [2]int64{20, 0}, [2]int64{20, 0})
	unbounded := errors.New("a picture by its address")
	if d := denial(t, l, bounded(limits.Amount{}, unbounded), lax, rule); !errors.Is(d, unbounded) || d.Rule != rule || d.RetryAfter != 0 {
		t.Errorf("without a bound: %+v", d)
	}
	counts(t, l, []*limits.Rule{rule, lax}, [2]int64{20, 0}, [2]int64{20, 0})
	asked = 0
	admit(t, l, bounded(limits.Amount{}, unbounded), lax).Release()
	many := on("many", requests, "none", 5)
	many.Strict = true
	admit(t, l, bounded(limits.Amount{}, unbounded), many).Release()
	if asked != 0 {
		t.Errorf("the bound was asked for %d times without need", asked)
	}
	admit(t, l, ask(1, 0, 80), rule).Release() // no bound is known to differ
}

func retryAfter(t *testing.T, s suite) {
	l := s.make(fixed) // half a minute past noon
	for name, tt := range map[string]struct {
		rule           *limits.Rule
		used, reserved int64
		ask            limits.Ask
		want           time.Duration
	}{
		"a rate's window":                      {on("a", requests, "rpm", 1), 1, 0, ask(1, 0, 0), 30 * time.Second},
		"requests under way count too":         {on("b", requests, "rph", 1), 0, 1, ask(1, 0, 0), 59*time.Minute + 30*time.Second},
		"a day's budget":                       {on("c", cost, "monthly", 9), 9, 0, ask(1, 0, 1), (20*24+12)*time.Hour - 30*time.Second},
		"a budget without an end":              {on("d", cost, "none", 9), 9, 0, ask(1, 0, 1), 0},
		"others hold it":                       {on("e", cost, "none", 9), 0, 9, ask(1, 0, 1), time.Second},
		"others hold tokens of a rate":         {on("f", tokens, "rpd", 9), 4, 5, ask(1, 1, 0), time.Second},
		"it would never fit":                   {on("g", tokens, "rpm", 9), 0, 0, ask(1, 10, 0), 0},
		"nothing is let through":               {on("h", requests, "rpm", 0), 0, 0, ask(1, 0, 0), 0},
		"a second has begun, and is not begun": {on("i", requests, "rps", 1), 1, 0, ask(1, 0, 0), time.Second},
	} {
		amount := func(n int64) limits.Amount { return limits.Amount{Requests: n, Tokens: n, Cost: n} }
		if tt.used > 0 {
			admit(t, l, ask(0, 0, 0), tt.rule).Settle(amount(tt.used))
		}
		if tt.reserved > 0 {
			admit(t, l, limits.Ask{Estimate: amount(tt.reserved)}, tt.rule)
		}
		if d := denial(t, l, tt.ask, tt.rule); d.RetryAfter != tt.want {
			t.Errorf("%s: after %v, want %v", name, d.RetryAfter, tt.want)
		}
	}
}
