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
			state = fresh(r, now).state(r, now)
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
			c := counter{start: u.Window.UnixMicro(), used: max(u.Used, 0)}
			states[at[i]] = c.state(r, now)
		}
	}
	return states, nil
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
