package limitstest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// books is the naive limiter: one map, no windows but those of the rules.
type books map[claviger.Counter]*page

type page struct {
	start, next    time.Time
	used, reserved int64
}

func (b books) of(r *limits.Rule, now time.Time) *page {
	p := b[r.Counter]
	if start := r.Start(now); p == nil || start.After(p.start) {
		p = &page{start: start}
	}
	p.next = r.Window.Next(p.start)
	b[r.Counter] = p
	return p
}

// admit says what is held of each rule, or who refuses.
func (b books) admit(rules []*limits.Rule, a limits.Ask, now time.Time) (held []*page, refuses *limits.Rule) {
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

// flight is a request under way, in both.
type flight struct {
	hold  limits.Hold
	rules []*limits.Rule
	asked limits.Amount
	pages []*page
}

// model lets random requests come and go while the clock jumps, and compares.
func model(t *testing.T, limiter New) {
	rapid.Check(t, func(t *rapid.T) { walk(t, limiter, nil) })
}

// flooded does so with the groups of one policy, while others make up so many
// groups that all are forgotten now and then, and read again.
func flooded(t *testing.T, limiter New) {
	rapid.Check(t, func(t *rapid.T) { walk(t, limiter, &shipped{}) })
}

// walk is one go; with s, of groups that may be forgotten.
func walk(t *rapid.T, limiter New, s *shipped) {
	now := rapid.SampledFrom([]time.Time{
		time.Date(2024, 2, 28, 23, 59, 58, 0, time.UTC), time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC), noon,
	}).Draw(t, "from")
	clock, b := At(now), books{}
	setup := Setup{Now: clock.Now}
	if s != nil {
		setup.Source, setup.Flush, setup.MaxGroups = s, s.flush, mostGroups
	}
	l := limiter(setup)
	var rules []*limits.Rule
	for i := range rapid.IntRange(1, 5).Draw(t, "rules") {
		r := anyRule(t, fmt.Sprint(i), now)
		if s != nil {
			group(r)
		}
		rules = append(rules, r)
	}
	look(t, l, b, rules, now)
	var open []flight
	for range rapid.IntRange(1, 40).Draw(t, "steps") {
		switch rapid.IntRange(0, 5).Draw(t, "step") {
		case 0:
			now = now.Add(time.Duration(rapid.Int64Range(-90, 200).Draw(t, "seconds")) * time.Second)
			clock.Set(now)
			look(t, l, b, rules, now)
		case 1:
			now = now.AddDate(0, 0, rapid.IntRange(-3, 40).Draw(t, "days"))
			clock.Set(now)
			look(t, l, b, rules, now)
		case 2, 3:
			if len(open) > 0 {
				i := rapid.IntRange(0, len(open)-1).Draw(t, "ends")
				end(t, b, open[i], s)
				open = slices.Delete(open, i, i+1)
			}
		default:
			if f, ok := begin(t, l, b, rules, now); ok {
				open = append(open, f)
			}
		}
		if s != nil {
			flood(t, l, s)
		}
		compare(t, l, b, rules, now)
	}
	for _, f := range open {
		f.hold.Release()
		end(t, b, f, nil) // which changes nothing any more, in the limiter
	}
}

// look has every counter looked at, which moves it on to its window: a refusal
// need not look at all that it was asked for. From the start on, since what ended
// and was never met again may be forgotten, and opened again by a clock that goes
// back.
func look(t *rapid.T, l limits.Limiter, b books, rules []*limits.Rule, now time.Time) {
	for _, r := range rules {
		b.of(r, now)
		if h, err := l.Admit(t.Context(), []*limits.Rule{r}, limits.Ask{}); err == nil {
			h.Release()
		}
	}
}

func anyRule(t *rapid.T, id string, now time.Time) *limits.Rule {
	cadence := rapid.SampledFrom([]string{"none", "weekly", "monthly", "3d", "rps", "rpm", "rph", "rpd", "rpw"}).Draw(t, "cadence")
	measure := rapid.SampledFrom([]claviger.Measure{requests, tokens, cost}).Draw(t, "measure")
	r := on(id, measure, cadence, rapid.Int64Range(0, 30).Draw(t, "value"))
	r.Window.Week = time.Weekday(rapid.IntRange(0, 6).Draw(t, "week"))
	if cadence == "3d" || rapid.IntRange(0, 3).Draw(t, "anchored") == 0 {
		r.Window.Anchor = now.Truncate(24*time.Hour).AddDate(0, 0, rapid.IntRange(-5, 5).Draw(t, "anchor"))
	}
	if rapid.Bool().Draw(t, "was reset") {
		r.Since = now.Add(-time.Duration(rapid.Int64Range(0, 100_000).Draw(t, "since")) * time.Second)
	}
	return r
}

func begin(t *rapid.T, l limits.Limiter, b books, rules []*limits.Rule, now time.Time) (flight, bool) {
	some := rapid.Permutation(rules).Draw(t, "order")[:rapid.IntRange(1, len(rules)).Draw(t, "of them")]
	a := ask(1, rapid.Int64Range(0, 12).Draw(t, "tokens"), rapid.Int64Range(0, 12).Draw(t, "cost"))
	pages, refuses := b.admit(some, a, now)
	h, err := l.Admit(t.Context(), some, a)
	if refuses != nil {
		var d *limits.Denied
		if !errors.As(err, &d) || d.Rule != refuses {
			t.Fatalf("Admit = %v; want it refused by %v", err, refuses.Counter)
		}
		return flight{}, false
	}
	if err != nil {
		t.Fatalf("Admit: %v", err)
	}
	var charges []byte
	for i, r := range some {
		pages[i].reserved += a.Estimate.Of(r.Counter.Measure)
		charges = claviger.AppendCharge(charges, claviger.Charge{Counter: r.Counter, Window: pages[i].start})
		if pages[i].used+pages[i].reserved > r.Value {
			t.Fatalf("%v is passed", r.Counter)
		}
	}
	if got := h.AppendCharges(nil); string(got) != string(charges) {
		t.Fatalf("charges %q, want %q", got, charges)
	}
	return flight{h, some, a.Estimate, pages}, true
}

func end(t *rapid.T, b books, f flight, s *shipped) {
	used := limits.Amount{Requests: 1, Tokens: rapid.Int64Range(0, 20).Draw(t, "used tokens"), Cost: rapid.Int64Range(0, 20).Draw(t, "used cost")}
	if rapid.IntRange(0, 3).Draw(t, "released") == 0 {
		used = limits.Amount{}
		f.hold.Release()
	} else {
		s.record(t, f.hold, used)
		f.hold.Settle(used)
	}
	for i, r := range f.rules {
		if b[r.Counter] == f.pages[i] { // else its window is over
			f.pages[i].reserved -= f.asked.Of(r.Counter.Measure)
			f.pages[i].used += used.Of(r.Counter.Measure)
		}
	}
}

func compare(t *rapid.T, l limits.Limiter, b books, rules []*limits.Rule, now time.Time) {
	states, err := l.Usage(t.Context(), rules)
	if err != nil {
		t.Fatalf("Usage: %v", err)
	}
	for i, r := range rules {
		p := page{start: r.Start(now)}
		if kept := b[r.Counter]; kept != nil && !p.start.After(kept.start) {
			p = *kept
		}
		want := limits.State{Used: p.used, Reserved: p.reserved, Start: p.start, Next: r.Window.Next(p.start)}
		if got := states[i]; got.Used != want.Used || got.Reserved != want.Reserved || !got.Start.Equal(want.Start) || !got.Next.Equal(want.Next) {
			t.Fatalf("%v at %v is %+v, want %+v", r.Counter, now, got, want)
		}
	}
}
