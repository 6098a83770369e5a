package limitstest

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// model lets random requests come and go while the clock jumps, limits change and
// are reset and the process starts again, and compares. There are limits of every kind.
func model(t *testing.T, s suite) {
	rapid.Check(t, func(t *rapid.T) {
		w := s.walker(t, 0)
		w.rules = distinctRules(t, func(id int) *limits.Rule { return anyKind(t, anyRule(t, strconv.Itoa(id), w.now)) })
		w.walk()
	})
}

// mostGroups leaves room for some more than the model's own.
const mostGroups = 8

// flooded does so with the groups of one policy, while others make up so many
// groups that all are forgotten now and then, and read again.
func flooded(t *testing.T, s suite) {
	rapid.Check(t, func(t *rapid.T) {
		w := s.walker(t, mostGroups)
		w.rules = distinctRules(t, func(id int) *limits.Rule { return group(anyRule(t, strconv.Itoa(id), w.now)) })
		w.walk()
	})
}

// walker goes at random.
type walker struct {
	*rapid.T
	suite   suite
	keeper  *keeper
	setup   Setup
	limiter limits.Limiter

	clock   *Clock
	now     time.Time
	rules   []*limits.Rule
	pages   pages // what is counted
	settled pages // of it, what was ever settled
	open    []flight
	madeUp  int
}

// flight is a request under way, in both.
type flight struct {
	hold  limits.Hold
	rules []*limits.Rule
	asked limits.Amount
	pages []*page
}

// walker begins a go, with at most so many groups of a policy; 0: many, and
// nobody makes up any.
func (s suite) walker(t *rapid.T, groups int) *walker {
	now := rapid.SampledFrom([]time.Time{
		time.Date(2024, 2, 28, 23, 59, 58, 0, time.UTC), time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC), noon,
	}).Draw(t, "from")
	w := &walker{T: t, suite: s, keeper: newKeeper(s.ledger), clock: At(now), now: now, pages: pages{}, settled: pages{}}
	w.setup = Setup{Now: w.clock.Now, MaxGroups: groups}
	w.limiter = s.over(w.keeper, w.setup)
	return w
}

func (w *walker) walk() {
	w.look()
	for range rapid.IntRange(1, 40).Draw(w.T, "steps") {
		switch rapid.IntRange(0, 13).Draw(w.T, "step") {
		case 0, 1:
			w.set(w.now.Add(time.Duration(rapid.Int64Range(-90, 200).Draw(w.T, "seconds")) * time.Second))
		case 2, 3:
			w.set(w.now.AddDate(0, 0, rapid.IntRange(-3, 40).Draw(w.T, "days")))
		case 4, 5, 6, 7:
			if len(w.open) > 0 {
				i := rapid.IntRange(0, len(w.open)-1).Draw(w.T, "ends")
				w.end(w.open[i])
				w.open = slices.Delete(w.open, i, i+1)
			}
		case 8:
			w.restart()
		case 9, 10:
			w.change()
		default:
			w.begin()
		}
		if w.setup.MaxGroups > 0 && rapid.IntRange(0, 3).Draw(w.T, "flood") == 0 {
			w.flood()
		}
		w.compare()
	}
	for _, f := range w.open {
		f.hold.Release()
		f.hold.Settle(limits.Amount{Requests: 1}) // which changes nothing any more
	}
}

// set moves the clock.
func (w *walker) set(now time.Time) {
	w.now = now
	w.clock.Set(now)
	w.look()
}

// look has every counter looked at, which moves it on to its window: a refusal
// need not look at all that it was asked for. From the start on, since what ended
// and was never met again may be forgotten, and opened again by a clock that goes
// back.
func (w *walker) look() {
	for _, r := range w.rules {
		w.pages.of(r, w.now)
		if h, err := w.admit([]*limits.Rule{r}, limits.Ask{}); err == nil {
			h.Release()
		}
	}
}

// change has a limit another value, or counted from zero by hand, or both. Rates
// are never reset.
func (w *walker) change() {
	i := rapid.IntRange(0, len(w.rules)-1).Draw(w.T, "changes")
	old := w.rules[i]
	r := &limits.Rule{OrganisationID: old.OrganisationID, Name: old.Name, Counter: old.Counter, Value: old.Value, Window: old.Window, Since: old.Since}
	if rapid.Bool().Draw(w.T, "value") {
		r.Value = rapid.Int64Range(0, 30).Draw(w.T, "changed value")
	}
	if !r.Rate() && w.now.After(r.Since) && rapid.Bool().Draw(w.T, "reset") {
		r.Since = w.now
	}
	w.rules[i] = r
	w.look()
}

// restart ends what is under way and goes on with another limiter, which knows
// what the ledger does.
func (w *walker) restart() {
	for _, f := range w.open {
		w.end(f)
	}
	w.open = nil
	if err := w.keeper.flush(w.Context()); err != nil {
		w.Fatalf("ship: %v", err)
	}
	w.limiter = w.suite.over(w.keeper, w.setup)
	w.pages = pages{}
	for c, p := range w.settled {
		w.pages[c] = &page{start: p.start, used: p.used}
	}
	w.look()
}

// admit asks again where a group found no room in the time that a request waits
// for it: that is a matter of how fast the ledger is.
func (w *walker) admit(rules []*limits.Rule, a limits.Ask) (h limits.Hold, err error) {
	for range 30 {
		var d *limits.Denied
		if h, err = w.limiter.Admit(w.Context(), rules, a); !errors.As(err, &d) || !d.Crowded {
			break
		}
	}
	return h, err
}

// flood has others make up groups, which use little or nothing.
func (w *walker) flood() {
	for range rapid.IntRange(0, 12).Draw(w.T, "made up") {
		w.madeUp++
		r := group(on("made up "+strconv.Itoa(w.madeUp), requests, "none", 10))
		h, err := w.admit([]*limits.Rule{r}, ask(1, 0, 0))
		if err != nil {
			w.Fatalf("a new group: %v", err)
		}
		if rapid.Bool().Draw(w.T, "fails") {
			h.Release()
			continue
		}
		h.Settle(limits.Amount{Requests: 1})
	}
}

func (w *walker) begin() {
	some := rapid.Permutation(w.rules).Draw(w.T, "order")[:rapid.IntRange(1, len(w.rules)).Draw(w.T, "of them")]
	a := ask(1, rapid.Int64Range(0, 12).Draw(w.T, "tokens"), rapid.Int64Range(0, 12).Draw(w.T, "cost"))
	held, refuses := w.pages.admit(some, a, w.now)
	w.judge(some, a, refuses)
	h, err := w.admit(some, a)
	if refuses != nil {
		var d *limits.Denied
		if !errors.As(err, &d) || d.Rule != refuses {
			w.Fatalf("Admit = %v; want it refused by %v", err, refuses.Counter)
		}
		return
	}
	if err != nil {
		w.Fatalf("Admit: %v", err)
	}
	var charges []byte
	for i, r := range some {
		held[i].reserved += a.Estimate.Of(r.Counter.Measure)
		charges = claviger.AppendCharge(charges, claviger.Charge{Counter: r.Counter, Window: held[i].start})
		if held[i].used+held[i].reserved > r.Value {
			w.Fatalf("%v is passed", r.Counter)
		}
	}
	if got := h.AppendCharges(nil); string(got) != string(charges) {
		w.Fatalf("charges %q, want %q", got, charges)
	}
	w.open = append(w.open, flight{h, some, a.Estimate, held})
}

// judge holds what the limiter says it would answer against who refuses.
func (w *walker) judge(rules []*limits.Rule, a limits.Ask, refuses *limits.Rule) {
	var said []limits.Verdict
	var denied *limits.Denied
	var err error
	for range 30 { // see admit
		if said, denied, err = w.limiter.Judge(w.Context(), rules, a); denied == nil || !denied.Crowded {
			break
		}
	}
	if err != nil || len(said) != len(rules) || (denied == nil) != (refuses == nil) || denied != nil && denied.Rule != refuses {
		w.Fatalf("Judge = %+v, %+v, %v; want it refused by %+v", said, denied, err, refuses)
	}
	for i, r := range rules {
		p, n := w.pages.of(r, w.now), a.Estimate.Of(r.Counter.Measure)
		held := p.reserved
		full := p.used >= r.Value || p.used+held+n > r.Value
		if v := said[i]; v.Rule != r || v.Asked != n || v.State.Used != p.used || v.State.Reserved != held || (v.Denied != nil) != full {
			w.Fatalf("%v says %+v; want used %d, reserved %d, refused %v", r.Counter, v, p.used, held, full)
		}
	}
}

func (w *walker) end(f flight) {
	used := limits.Amount{Requests: 1, Tokens: rapid.Int64Range(0, 20).Draw(w.T, "used tokens"), Cost: rapid.Int64Range(0, 20).Draw(w.T, "used cost")}
	released := rapid.IntRange(0, 3).Draw(w.T, "released") == 0
	if released {
		used = limits.Amount{}
		f.hold.Release()
	} else {
		f.hold.Settle(used)
	}
	for i, r := range f.rules {
		n := used.Of(r.Counter.Measure)
		if !released {
			w.settled.add(r.Counter, f.pages[i].start, n)
		}
		if w.pages[r.Counter] == f.pages[i] { // else its window is over
			f.pages[i].reserved -= f.asked.Of(r.Counter.Measure)
			f.pages[i].used += n
		}
	}
}

func (w *walker) compare() {
	states, err := w.limiter.Usage(w.Context(), w.rules)
	if err != nil {
		w.Fatalf("Usage: %v", err)
	}
	for i, r := range w.rules {
		p := page{start: r.Start(w.now)}
		if kept := w.pages[r.Counter]; kept != nil && !p.start.After(kept.start) {
			p = *kept
		}
		want := limits.State{Used: p.used, Reserved: p.reserved, Start: p.start, Next: r.Window.Next(p.start)}
		if got := states[i]; got.Used != want.Used || got.Reserved != want.Reserved || !got.Start.Equal(want.Start) || !got.Next.Equal(want.Next) {
			w.Fatalf("%v at %v is %+v, want %+v", r.Counter, w.now, got, want)
		}
	}
}
