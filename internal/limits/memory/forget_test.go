package memory

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

func rule(kind claviger.CounterKind, id, value, cadence string) *limits.Rule {
	return &limits.Rule{
		OrganisationID: "o", Value: 10, Window: limits.Window{Cadence: cadence, Week: time.Monday},
		Counter: claviger.Counter{Kind: kind, ID: id, Measure: claviger.MeasureRequests, Cadence: cadence, Value: value},
	}
}

var single = limits.Ask{Estimate: limits.Amount{Requests: 1}}

func admit(t *testing.T, l *Limiter, r *limits.Rule) limits.Hold {
	t.Helper()
	h, err := l.Admit(t.Context(), []*limits.Rule{r}, single)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// live is how many counters there are, and for how many there is room.
func live(l *Limiter) (counters, room int) {
	count := func(f *family) {
		counters += len(f.all)
		room += cap(f.all)
		if len(f.all) != len(f.counters) {
			panic("a family's list and its map differ")
		}
	}
	for i := range l.families {
		count(&l.families[i])
	}
	for _, f := range l.policies {
		count(f)
	}
	return counters, room
}

func TestKeysThatComeOnceDoNotStay(t *testing.T) {
	now := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	l := New(Options{Now: func() time.Time { return now }})
	budget := admit(t, l, rule(claviger.CountAPIKey, "budget", "", "none"))
	held := admit(t, l, rule(claviger.CountAPIKey, "held", "", "rpm"))
	for i := range 100_000 {
		if i < 50_000 || i%4 == 0 { // a minute with many, then fewer in each
			now = now.Add(time.Millisecond)
		}
		admit(t, l, rule(claviger.CountAPIKey, strconv.Itoa(i), "", "rpm")).Settle(limits.Amount{Requests: 1})
	}
	now = now.Add(time.Hour)
	for i := range 50_000 {
		now = now.Add(10 * time.Millisecond)
		admit(t, l, rule(claviger.CountAPIKey, strconv.Itoa(i), "", "rpm")).Settle(limits.Amount{Requests: 1})
	}
	// 6,000 come in a minute; what has not been looked at yet is as much again.
	if n, room := live(l); n > 15_000 || room > 60_000 {
		t.Errorf("%d counters stayed, in room for %d", n, room)
	}
	if states, err := l.Usage(t.Context(), []*limits.Rule{
		rule(claviger.CountAPIKey, "budget", "", "none"), rule(claviger.CountAPIKey, "held", "", "rpm"),
	}); err != nil || states[0].Reserved != 1 || states[1].Reserved != 0 {
		t.Errorf("of the others is left %+v, %v", states, err)
	}
	held.Settle(limits.Amount{Requests: 1})
	budget.Settle(limits.Amount{Requests: 1})
}

// A policy that was deleted, or that counts otherwise now, gives its memory back
// when others count.
func TestPoliciesThatAreGoneDoNotStay(t *testing.T) {
	now := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	l := New(Options{Now: func() time.Time { return now }})
	for i := range 1000 {
		admit(t, l, rule(claviger.CountRatePolicy, "gone", strconv.Itoa(i), "rpm")).Release()
	}
	now = now.Add(time.Hour)
	for i := range 600 {
		admit(t, l, rule(claviger.CountUsagePolicy, "other", strconv.Itoa(i), "none")).Release()
	}
	if n, _ := live(l); n != 600 {
		t.Errorf("%d counters stayed", n)
	}
}

// What ended but is held makes room as soon as it is given back.
func TestHeldGroupsMakeRoomLater(t *testing.T) {
	now := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	l := New(Options{Now: func() time.Time { return now }, MaxGroups: 2})
	group := func(value string) *limits.Rule {
		return rule(claviger.CountRatePolicy, "p", value, "rpm")
	}
	first, second := admit(t, l, group("a")), admit(t, l, group("b"))
	now = now.Add(time.Minute)
	crowded := func() bool {
		_, err := l.Admit(t.Context(), []*limits.Rule{group("c")}, single)
		var d *limits.Denied
		return errors.As(err, &d) && d.Crowded
	}
	if !crowded() {
		t.Error("a held group was forgotten")
	}
	first.Settle(limits.Amount{Requests: 1})
	now = now.Add(time.Second)
	if crowded() {
		t.Error("there is no room once it was given back")
	}
	second.Release()
}

// waiting is a source that answers when it is told to.
type waiting struct {
	asked  chan struct{}
	answer chan error
}

func (w waiting) Counters(ctx context.Context, _ claviger.OrganisationID, _ []claviger.Counter) ([]claviger.Usage, error) {
	w.asked <- struct{}{}
	select {
	case err := <-w.answer:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Who began the reading of a counter may leave; it goes on for the others.
func TestLoadingOutlivesWhoBeganIt(t *testing.T) {
	src := waiting{make(chan struct{}), make(chan error)}
	l := New(Options{Source: src})
	ctx, leave := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := l.Admit(ctx, []*limits.Rule{rule(claviger.CountAPIKey, "k", "", "none")}, single)
		first <- err
	}()
	<-src.asked
	leave()
	if err := <-first; !errors.Is(err, context.Canceled) || claviger.CodeOf(err) != claviger.Unavailable {
		t.Errorf("who left got %v", err)
	}
	second := make(chan error)
	go func() {
		_, err := l.Admit(t.Context(), []*limits.Rule{rule(claviger.CountAPIKey, "k", "", "none")}, single)
		second <- err
	}()
	src.answer <- nil
	if err := <-second; err != nil {
		t.Errorf("who stayed got %v", err)
	}
}

// A counter that was never read is not kept for ever: names are free.
func TestCountersThatCannotBeReadDoNotStay(t *testing.T) {
	src := waiting{make(chan struct{}, 1), make(chan error, 1)}
	l := New(Options{Source: src})
	for i := range 1000 {
		src.answer <- errors.New("away")
		if _, err := l.Admit(t.Context(), []*limits.Rule{rule(claviger.CountUsagePolicy, "p", strconv.Itoa(i), "none")}, single); err == nil {
			t.Fatal("admitted")
		}
		<-src.asked
	}
	if n, _ := live(l); n > 10 {
		t.Errorf("%d counters stayed", n)
	}
}
