package memory_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/limits/limitstest"
	"github.com/claviger/claviger/internal/limits/memory"
)

// noon is a Wednesday.
var noon = time.Date(2026, time.March, 11, 12, 0, 0, 0, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

func rate(id string, cadence string, value int64) *limits.Rule {
	return &limits.Rule{
		OrganisationID: "o", Name: id, Value: value, Window: limits.Window{Cadence: cadence, Week: time.Monday},
		Counter: claviger.Counter{Kind: claviger.CountAPIKey, ID: id, Measure: claviger.MeasureRequests, Cadence: cadence},
	}
}

func group(policy, value, cadence string) *limits.Rule {
	r := rate(policy, cadence, 10)
	r.Counter.Kind, r.Counter.Value = claviger.CountRatePolicy, value
	return r
}

var one = limits.Ask{Estimate: limits.Amount{Requests: 1, Tokens: 10, Cost: 100}}

func TestARateIsUsedUpExactlyByManyAtOnce(t *testing.T) {
	l := memory.New(memory.Options{Now: at(noon)})
	rules := []*limits.Rule{rate("k", "rps", 1000)}
	var admitted, over atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for i := range 100 {
				h, err := l.Admit(t.Context(), rules, one)
				if err != nil {
					continue
				}
				admitted.Add(1)
				states, err := l.Usage(t.Context(), rules)
				if err != nil || states[0].Used+states[0].Reserved > 1000 {
					over.Add(1)
				}
				if i%2 == 0 {
					h.Settle(limits.Amount{Requests: 1})
				}
			}
		})
	}
	wg.Wait()
	if admitted.Load() != 1000 || over.Load() != 0 {
		t.Errorf("of 5,000 attempts %d were admitted, and the value was passed %d times", admitted.Load(), over.Load())
	}
}

// Whoever is refused by one limit has held the others for a moment only, and
// nothing is left of it.
func TestConcurrentRefusalsLeaveNothingBehind(t *testing.T) {
	l := memory.New(memory.Options{Now: at(noon)})
	a, b := rate("a", "rpm", 1_000_000), rate("b", "rpm", 7)
	var wg sync.WaitGroup
	var admitted atomic.Int64
	for range 16 {
		wg.Go(func() {
			for range 200 {
				if h, err := l.Admit(t.Context(), []*limits.Rule{a, b}, one); err == nil {
					admitted.Add(1)
					h.Settle(limits.Amount{Requests: 1})
				}
			}
		})
	}
	wg.Wait()
	states, err := l.Usage(t.Context(), []*limits.Rule{a, b})
	if err != nil || admitted.Load() != 7 || states[0].Used != 7 || states[0].Reserved != 0 || states[1].Used != 7 || states[1].Reserved != 0 {
		t.Errorf("%d were admitted, states are %+v, %v", admitted.Load(), states, err)
	}
}

func TestGroupsOfAPolicyAreBounded(t *testing.T) {
	now := noon
	l := memory.New(memory.Options{Now: func() time.Time { return now }, MaxGroups: 100})
	admit := func(policy string, i int) error {
		h, err := l.Admit(t.Context(), []*limits.Rule{group(policy, "g:"+strconv.Itoa(i), "rpm")}, one)
		if err == nil {
			h.Settle(limits.Amount{Requests: 1})
		}
		return err
	}
	for i := range 100 {
		if err := admit("p", i); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 1000 {
		var denied *limits.Denied
		if err := admit("p", 100+i); !errors.As(err, &denied) || !denied.Crowded || denied.RetryAfter != time.Minute {
			t.Fatalf("group %d beyond the bound: %v", i, err)
		}
	}
	if err := admit("p", 5); err != nil {
		t.Errorf("a group that counts already: %v", err)
	}
	if err := admit("other", 5); err != nil {
		t.Errorf("another policy: %v", err)
	}
	now = now.Add(time.Minute)
	if err := admit("p", 2000); err != nil {
		t.Errorf("after the windows ended: %v", err)
	}
}

func TestWhatWasCountedBeforeIsLoadedOnce(t *testing.T) {
	src := &source{used: 4, window: noon.Truncate(time.Minute)}
	l := memory.New(memory.Options{Source: src, Now: at(noon)})
	rules := []*limits.Rule{rate("a", "rpm", 10), rate("b", "rpm", 100)}
	var wg sync.WaitGroup
	var admitted atomic.Int64
	for range 50 {
		wg.Go(func() {
			if _, err := l.Admit(t.Context(), rules, one); err == nil {
				admitted.Add(1)
			}
		})
	}
	wg.Wait()
	if admitted.Load() != 6 || src.asked.Load() != 2 {
		t.Errorf("%d were admitted, %d counters were asked for", admitted.Load(), src.asked.Load())
	}
}

func TestACounterThatCannotBeReadRefuses(t *testing.T) {
	src := &source{used: 4, window: noon.Truncate(time.Minute)}
	src.err.Store(true)
	l := memory.New(memory.Options{Source: src, Now: at(noon)})
	a, b := rate("a", "rpm", 10), rate("b", "rpm", 100)
	if _, err := l.Admit(t.Context(), []*limits.Rule{a, b}, one); claviger.CodeOf(err) != claviger.Unavailable {
		t.Errorf("while it cannot be read: %v", err)
	}
	if _, err := l.Usage(t.Context(), []*limits.Rule{a, b}); claviger.CodeOf(err) != claviger.Unavailable {
		t.Errorf("usage while it cannot be read: %v", err)
	}
	src.err.Store(false)
	if _, err := l.Admit(t.Context(), []*limits.Rule{a, b}, one); err != nil {
		t.Errorf("when it can be read again: %v", err)
	}
	states, _ := l.Usage(t.Context(), []*limits.Rule{a})
	if states[0].Used != 4 || states[0].Reserved != 1 {
		t.Errorf("its state is %+v", states[0])
	}
}

// Everything at once: counters are met, loaded, used and forgotten while windows
// end. Nothing that was settled is lost, nothing stays held, and no budget is
// passed at any time.
func TestNothingIsLostInTheThrong(t *testing.T) {
	clock := limitstest.At(noon)
	l := memory.New(memory.Options{
		Source: &source{window: noon.AddDate(0, 0, -1)}, MaxGroups: 300,
		Now: clock.Now,
	})
	const value = 1_000_000
	budget := rate("budget", "none", value)
	budget.Counter.Measure = claviger.MeasureTokens
	var settled, passed atomic.Int64
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 500 {
				clock.Add(20 * time.Millisecond) // so that seconds end after 50 turns
				rules := []*limits.Rule{budget, rate("k"+strconv.Itoa((g*500+i)%700), "rps", 5), group("p", strconv.Itoa(i%400), "rps")}
				h, err := l.Admit(t.Context(), rules, one)
				if err != nil {
					continue
				}
				if states, err := l.Usage(t.Context(), rules[:1]); err != nil || states[0].Used+states[0].Reserved > value {
					passed.Add(1)
				}
				if i%3 == 0 {
					h.Release()
					continue
				}
				settled.Add(9)
				h.Settle(limits.Amount{Requests: 1, Tokens: 9})
			}
		})
	}
	wg.Wait()
	states, err := l.Usage(t.Context(), []*limits.Rule{budget})
	if err != nil || settled.Load() == 0 || states[0].Used != settled.Load() || states[0].Reserved != 0 || passed.Load() != 0 {
		t.Errorf("settled are %d, the state is %+v, %v; passed %d times", settled.Load(), states, err, passed.Load())
	}
}

type source struct {
	used   int64
	window time.Time
	err    atomic.Bool
	asked  atomic.Int64
}

func (s *source) Counters(_ context.Context, _ claviger.OrganisationID, counters []claviger.Counter) (out []claviger.Usage, _ error) {
	if s.err.Load() {
		return nil, errors.New("the disk is away")
	}
	s.asked.Add(int64(len(counters)))
	for _, c := range counters {
		out = append(out, claviger.Usage{Counter: c, Window: s.window, Used: s.used})
	}
	return out, nil
}
