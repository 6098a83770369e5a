package limitstest

import (
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// pages are the naive limiter: one map, no windows but those of the rules.
type pages map[claviger.Counter]*page

type page struct {
	start, next    time.Time
	used, reserved int64
}

func (b pages) of(r *limits.Rule, now time.Time) *page {
	p := b[r.Counter]
	if start := r.Start(now); p == nil || start.After(p.start) {
		p = &page{start: start}
	}
	p.next = r.Window.Next(p.start)
	b[r.Counter] = p
	return p
}

// admit says what is held of each rule, or who refuses.
func (b pages) admit(rules []*limits.Rule, a limits.Ask, now time.Time) (held []*page, refuses *limits.Rule) {
	for _, r := range rules {
		p, n := b.of(r, now), a.Estimate.Of(r.Counter.Measure)
		held = append(held, p)
		full := p.used >= r.Value || p.used+p.reserved+n > r.Value
		if full && (refuses == nil || refuses.Rate() && !r.Rate()) {
			refuses = r
		}
	}
	return held, refuses
}

// add counts what was settled in a window, if that is not before the page's.
func (b pages) add(c claviger.Counter, start time.Time, used int64) {
	p := b[c]
	if p == nil || start.After(p.start) {
		p = &page{start: start}
		b[c] = p
	}
	if start.Equal(p.start) {
		p.used += used
	}
}
