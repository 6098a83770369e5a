package memory

import (
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// admission is a request that asks rules, or, dry, what they would say to it.
type admission struct {
	limiter *Limiter
	ask     limits.Ask
	dry     bool // the counters are left alone
	now     time.Time
	hold    *hold
	denied  *limits.Denied
	// verdicts are what the rules say, one by one; of a dry one.
	verdicts []limits.Verdict

	asked bool // for the bound
	bound limits.Amount
	err   error // why there is no bound
}

// reserve takes from every counter, or from none and says who refused. again
// means that a counter has to be met first.
func (a *admission) reserve(rules []*limits.Rule) (again bool) {
	a.hold, a.denied, a.verdicts = newHold(len(rules)), nil, a.verdicts[:0]
	for _, r := range rules {
		c := a.limiter.counter(r)
		if c == nil || !a.take(c, r) {
			a.giveBack()
			return true
		}
		if a.denied != nil && !a.denied.Rule.Rate() && !a.dry {
			break
		}
	}
	if a.denied != nil {
		a.giveBack()
	}
	return false
}

// giveBack gives back what was taken so far.
func (a *admission) giveBack() {
	if !a.dry {
		a.hold.Release()
	}
}

// take reserves for one rule, unless one before it refused: then it only looks
// whether this one is a budget and refuses too. It is false when the counter does
// not count.
func (a *admission) take(c *counter, r *limits.Rule) bool {
	if a.denied != nil && r.Rate() && !a.dry {
		return true
	}
	n, err := a.amount(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loading != nil || c.forgotten {
		return false
	}
	c.at(r, a.now)
	held := a.hold.of(c)
	more, reserved := n, c.reserved
	if held != nil { // two rules on one counter: the greater amount, once
		more = max(n-held.reserved, 0)
		if a.dry {
			reserved += held.reserved
		}
	}
	refused := err != nil || !fits(r.Value, c.used, reserved, more)
	if refused || a.dry {
		state := c.state(r, a.now)
		state.Reserved = reserved
		a.judge(limits.Verdict{Rule: r, State: state, Asked: n}, refused, err)
	}
	if !refused && (a.denied == nil || a.dry) {
		a.keep(c, r, held, n, more)
	}
	return true
}

// keep reserves n of a counter, or more than what is held of it already.
func (a *admission) keep(c *counter, r *limits.Rule, held *item, n, more int64) {
	if held != nil {
		held.reserved += more
		if !a.dry {
			c.reserved += more
		}
		return
	}
	if !a.dry {
		c.hold(n)
	}
	a.hold.items = append(a.hold.items, item{r, c, c.start, n, c.used, c.reserved})
}

// amount is what the request asks of a rule.
func (a *admission) amount(r *limits.Rule) (int64, error) {
	measure := r.Counter.Measure
	if !r.Strict || a.ask.Bound == nil || measure == claviger.MeasureRequests {
		return max(a.ask.Estimate.Of(measure), 0), nil
	}
	if !a.asked {
		a.bound, a.err = a.ask.Bound()
		a.asked = true
	}
	return max(a.bound.Of(measure), 0), a.err
}

// retryAfter is when trying again may help. clears: what is crowded is being
// cleared.
func retryAfter(d *limits.Denied, now time.Time, clears bool) time.Duration {
	held := int64(0)
	if d.Rule.Counter.Measure == claviger.MeasureRequests {
		held = d.State.Reserved // a request that is under way counts in the end
	}
	switch {
	case d.Unbounded != nil, d.Asked > d.Rule.Value, d.Rule.Value == 0:
		return 0
	case d.Crowded && clears:
		return time.Second
	case !d.Crowded && fits(d.Rule.Value, d.State.Used, held, d.Asked):
		return time.Second // others hold it, and may give it back
	case d.State.Next.IsZero():
		return 0
	}
	wait := d.State.Next.Sub(now)
	return max((wait + time.Second - 1).Truncate(time.Second), time.Second)
}
