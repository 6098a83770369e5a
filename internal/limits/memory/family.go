package memory

import (
	"hash/maphash"
	"sync"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// family is the counters of one policy, or a share of all others.
type family struct {
	limiter *Limiter
	max     int // 0: unbounded

	mu       sync.Mutex
	counters map[claviger.Counter]*counter
	all      []*counter // the same, in no order
	hand     int        // where in all forgetting goes on
	peak     int        // how many there were since the room was last made
	// looked is when all were last looked at to make room, in microseconds; 0:
	// looking again is of use.
	looked int64
	// clearing is closed at the end of the clearing that is under way; nil: none is.
	clearing chan struct{}
	// cleared is when, in microseconds, counters of windows that last were last
	// forgotten; 0: never. New ones begin no earlier window, and do not take it for
	// granted that nothing was counted.
	cleared int64
}

// family is where the rule's counter is.
func (l *Limiter) family(r *limits.Rule) *family {
	kind := r.Counter.Kind
	if kind != claviger.CountUsagePolicy && kind != claviger.CountRatePolicy {
		return &l.families[maphash.String(l.seed, r.Counter.ID)%uint64(len(l.families))]
	}
	key := owner{kind, r.Counter.ID}
	l.mu.RLock()
	f := l.policies[key]
	l.mu.RUnlock()
	if f != nil {
		return f
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if f = l.policies[key]; f == nil {
		f = &family{limiter: l, max: l.maxGroups}
		l.policies[key] = f
		l.tour = append(l.tour, f)
	}
	return f
}

// counter is the rule's counter, as the rule remembers it or by its name; nil
// when there is none.
func (l *Limiter) counter(r *limits.Rule) *counter {
	if c, ok := r.Recall().(*counter); ok && c.family.limiter == l {
		return c
	}
	c := l.family(r).find(r)
	if c != nil {
		r.Remember(c)
	}
	return c
}

// counter is the one of the rule. When there was none it is made, and isNew; when
// there are too many it is nil, and room, if not nil, is closed when there may be
// less. One that has to be loaded is entered into ld.
func (f *family) counter(r *limits.Rule, now time.Time, ld *load) (c *counter, isNew bool, room <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.counters[r.Counter]; c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.loading != nil && c.loading.failed() {
			c.loading = ld
			ld.counters = append(ld.counters, c)
		}
		return c, false, nil
	}
	f.forget(sweep, now, nil)
	if f.max > 0 && len(f.all) >= f.max && !f.makeRoom(now) {
		return nil, false, f.clearing
	}
	c = f.fresh(r, now)
	if f.needs(c) {
		c.loading = ld
		ld.counters = append(ld.counters, c)
	}
	if f.counters == nil {
		f.counters = map[claviger.Counter]*counter{}
	}
	f.counters[r.Counter] = c
	f.all = append(f.all, c)
	return c, true, nil
}

// fresh is a counter for r, of which nothing was used.
func (f *family) fresh(r *limits.Rule, now time.Time) *counter {
	c := &counter{family: f, rule: r, start: r.Start(now).UnixMicro()}
	if now.UnixMicro() < f.cleared {
		c.start = max(c.start, r.Start(time.UnixMicro(f.cleared)).UnixMicro())
	}
	return c
}

// needs reports whether c, which is new, may have been counted on before. A rate
// whose window began after the process did was not, as long as the counters of
// windows that last are kept.
func (f *family) needs(c *counter) bool {
	return f.limiter.source != nil && !(c.rule.Rate() && c.start > max(f.limiter.begun, f.cleared))
}

// find is the rule's counter, nil if there is none.
func (f *family) find(r *limits.Rule) *counter {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counters[r.Counter]
}
