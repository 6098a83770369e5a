package gateway

import (
	"context"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// readmit makes what is held on the key and the workspace fit another attempt.
// That stays as it is as long as the attempt before used nothing, the limits and
// what the request may cost are the same, and no window has ended that tokens or
// cost are held in. Otherwise the attempt asks again, for all but the limits on
// requests that have counted this one.
func (a *admission) readmit(ctx context.Context, to route) error {
	c, t := callerOf(a.who), a.tries
	if c.err != nil {
		return c.err
	}
	m := to.target.prices.of(to.model)
	if m.broken != nil {
		return m.broken
	}
	same, alike := c.rules.same(t.who.rules), m.like(a.priced)
	a.to, a.priced, t.who = to, m, c
	if same && alike && !t.spent && !a.hold.Lapsed(claviger.MeasureRequests) {
		return nil
	}
	t.counts = append(t.counts, a.own.requests()...)
	own, err := a.uncounted(ctx, c.rules)
	if err != nil {
		return err
	}
	for _, s := range a.hold.Rates(nil) {
		if s.Rule.Counter.Measure == claviger.MeasureRequests {
			t.rates = append(t.rates, s)
		}
	}
	a.hold.Settle(limits.Amount{Requests: 1})
	a.own, a.estimate, a.judged = own, a.guess(m, a.operation), false
	t.spent, t.charged = false, false
	hold, err := a.Limits.Admit(ctx, own, a.ask(own))
	if err != nil {
		return err
	}
	a.hold = hold
	return nil
}

// uncounted are the rules of the key and the workspace without those on requests
// that have counted this one. If one of these would not any more, because it was
// lowered below what has passed it or lets nothing through, it refuses: a request
// that waits is stopped as a new one is.
func (a *admission) uncounted(ctx context.Context, rules ruleset) (ruleset, error) {
	var counted, others ruleset
	for _, r := range rules {
		if a.tries.counts.on(r.Counter) {
			counted = append(counted, r)
		} else {
			others = append(others, r)
		}
	}
	verdicts, _, err := a.Limits.Judge(ctx, counted, limits.Ask{Estimate: limits.Amount{Requests: 1}})
	if err != nil {
		return nil, err
	}
	for _, v := range verdicts {
		if v.Denied != nil && (v.Rule.Value == 0 || v.State.Used+v.State.Reserved > v.Rule.Value) {
			return nil, v.Denied
		}
	}
	return others, nil
}

// end gives back what is held of the key and the workspace. A request that made
// an attempt that counts on it has been one.
func (a *admission) end() {
	if a.tries != nil && a.tries.charged {
		a.hold.Settle(limits.Amount{Requests: 1})
		return
	}
	a.hold.Release()
}
