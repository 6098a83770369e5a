package memory

import (
	"context"

	"github.com/claviger/claviger/internal/limits"
)

// Judge says what Admit would, by the same steps: it meets the counters of the
// rules as Admit does, and moves them on to the window that holds now, but takes
// nothing.
func (l *Limiter) Judge(ctx context.Context, rules []*limits.Rule, ask limits.Ask) ([]limits.Verdict, *limits.Denied, error) {
	if len(rules) == 0 {
		return nil, nil, nil
	}
	a := admission{limiter: l, ask: ask, dry: true, verdicts: make([]limits.Verdict, 0, len(rules))}
	if err := a.run(ctx, rules); err != nil {
		return nil, nil, err
	}
	return a.verdicts, a.denied, nil
}

// judge notes what a rule says. A refusal by a budget goes before one by a rate.
func (a *admission) judge(v limits.Verdict, refused bool, unbounded error) {
	if refused {
		v.Denied = &limits.Denied{Rule: v.Rule, State: v.State, Asked: v.Asked, Unbounded: unbounded}
		if a.denied == nil || a.denied.Rule.Rate() && !v.Rule.Rate() {
			a.denied = v.Denied
		}
	}
	if a.dry {
		a.verdicts = append(a.verdicts, v)
	}
}

// crowd refuses for a rule whose policy has no room for another group. What the
// others say is what they would with room.
func (a *admission) crowd(ctx context.Context, rules []*limits.Rule, crowded *limits.Rule) error {
	n, _ := a.amount(crowded)
	refusal := &limits.Denied{Rule: crowded, Asked: n, Crowded: true, State: a.limiter.unmet(crowded, a.now)}
	if a.dry {
		states, err := a.limiter.Usage(ctx, rules)
		if err != nil {
			return err
		}
		a.verdicts = a.verdicts[:0]
		for i, r := range rules {
			n, err := a.amount(r)
			v := limits.Verdict{Rule: r, State: states[i], Asked: n}
			if r == crowded {
				v.Denied = refusal
				a.verdicts = append(a.verdicts, v)
				continue
			}
			a.judge(v, err != nil || !fits(r.Value, v.State.Used, v.State.Reserved, n), err)
		}
	}
	a.denied = refusal
	return nil
}

// date says of the refusals when trying again may help.
func (a *admission) date() {
	clears := a.limiter.flush != nil
	if a.denied != nil {
		a.denied.RetryAfter = retryAfter(a.denied, a.now, clears)
	}
	for _, v := range a.verdicts {
		if v.Denied != nil {
			v.Denied.RetryAfter = retryAfter(v.Denied, a.now, clears)
		}
	}
}
