package memory

import (
	"context"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// loadTime bounds the reading of counters. It does not end with the request that
// began it, because others wait for the same ones.
const loadTime = 10 * time.Second

// load is one reading of counters that were not met before.
type load struct {
	done     chan struct{} // closed at its end
	err      error         // valid after that
	counters []*counter
}

func (ld *load) failed() bool {
	select {
	case <-ld.done:
		return ld.err != nil
	default:
		return false
	}
}

// meet finds the counters of the rules and has the new ones loaded, together. On
// return the rules remember them; unless one of them is crowded, and has none.
func (l *Limiter) meet(ctx context.Context, rules []*limits.Rule, now time.Time) (crowded *crowd, err error) {
	ld := &load{done: make(chan struct{})}
	counters := make([]*counter, 0, len(rules))
	for _, r := range rules {
		c, isNew, room := l.family(r).counter(r, now, ld)
		if c == nil {
			crowded = &crowd{r, room}
			break
		}
		if isNew {
			l.visit(now)
		}
		r.Remember(c)
		counters = append(counters, c)
	}
	if len(ld.counters) > 0 {
		go l.load(context.WithoutCancel(ctx), ld)
	}
	for _, c := range counters {
		if crowded != nil {
			break
		}
		if err := c.wait(ctx); err != nil {
			return nil, err
		}
	}
	return crowded, nil
}

// wait returns when the counter is loaded.
func (c *counter) wait(ctx context.Context) error {
	c.mu.Lock()
	ld := c.loading
	c.mu.Unlock()
	if ld == nil {
		return nil
	}
	select {
	case <-ld.done:
		return ld.err
	case <-ctx.Done():
		return errUnread.Because(context.Cause(ctx))
	}
}

// take makes a counter of what was counted before, unless that was in a window
// before its own.
func (c *counter) take(u claviger.Usage) {
	if start := u.Window.UnixMicro(); start >= c.start {
		c.start, c.used = start, max(u.Used, 0)
	}
}

// load reads the counters and opens them to whoever waits.
func (l *Limiter) load(ctx context.Context, ld *load) {
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	defer close(ld.done)
	rules := make([]*limits.Rule, len(ld.counters))
	for i, c := range ld.counters {
		c.mu.Lock()
		rules[i] = c.rule
		c.mu.Unlock()
	}
	known, err := l.counted(ctx, rules)
	if err != nil {
		ld.err = errUnread.Because(err)
		return
	}
	for i, c := range ld.counters {
		u, counted := known[rules[i].Counter]
		c.mu.Lock()
		if counted {
			c.take(u)
		}
		c.loading = nil
		c.mu.Unlock()
	}
}

// counted reads what was counted for the rules.
func (l *Limiter) counted(ctx context.Context, rules []*limits.Rule) (map[claviger.Counter]claviger.Usage, error) {
	asked := map[claviger.OrganisationID][]claviger.Counter{}
	for _, r := range rules {
		asked[r.OrganisationID] = append(asked[r.OrganisationID], r.Counter)
	}
	known := make(map[claviger.Counter]claviger.Usage, len(rules))
	for org, counters := range asked {
		usage, err := l.source.Counters(ctx, org, counters)
		if err != nil {
			return nil, err
		}
		for _, u := range usage {
			if before, ok := known[u.Counter]; !ok || u.Window.After(before.Window) {
				known[u.Counter] = u
			}
		}
	}
	return known, nil
}
