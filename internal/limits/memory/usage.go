package memory

import (
	"context"
	"time"

	"github.com/claviger/claviger/internal/limits"
)

// Usage is the state of each rule's counter. It makes no counters live: those
// that are not are read from the source each time.
func (l *Limiter) Usage(ctx context.Context, rules []*limits.Rule) ([]limits.State, error) {
	now := l.now()
	states := make([]limits.State, len(rules))
	var unmet []*limits.Rule
	var at []int
	for i, r := range rules {
		state, live := l.live(r, now)
		if !live {
			state = l.unmet(r, now)
			unmet, at = append(unmet, r), append(at, i)
		}
		states[i] = state
	}
	if l.source == nil || len(unmet) == 0 {
		return states, nil
	}
	known, err := l.counted(ctx, unmet)
	if err != nil {
		return nil, errUnread.Because(err)
	}
	for i, r := range unmet {
		if u, ok := known[r.Counter]; ok {
			c := l.family(r).ahead(r, now)
			c.take(u)
			states[at[i]] = c.state(r, now)
		}
	}
	return states, nil
}

// unmet is the state of a counter that nothing was used of.
func (l *Limiter) unmet(r *limits.Rule, now time.Time) limits.State {
	return l.family(r).ahead(r, now).state(r, now)
}

// ahead is a counter as it would be made now.
func (f *family) ahead(r *limits.Rule, now time.Time) *counter {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fresh(r, now)
}

// live is the state of the rule's counter if it counts in this process.
func (l *Limiter) live(r *limits.Rule, now time.Time) (limits.State, bool) {
	c := l.family(r).find(r)
	if c == nil {
		return limits.State{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loading != nil || c.forgotten {
		return limits.State{}, false
	}
	return c.state(r, now), true
}
