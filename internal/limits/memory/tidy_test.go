package memory

import (
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/limits/limitstest"
)

// tidied waits until what rests was looked for.
func tidied(l *Limiter) {
	for l.tidying.Load() {
		runtime.Gosched()
	}
}

// What was deleted, and nobody uses any more, does not stay for the life of the
// process, limits without an end included. What is used again is what it was.
func TestWhatNobodyUsesDoesNotStay(t *testing.T) {
	start := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	clock, b := limitstest.At(start), newBook()
	l := New(Options{Source: b, Flush: b.Flush, Now: clock.Now})
	var gone []*limits.Rule
	for i := range 1000 {
		kind := []claviger.CounterKind{claviger.CountAPIKey, claviger.CountWorkspace, claviger.CountAccess, claviger.CountProvider}[i%4]
		gone = append(gone, rule(kind, strconv.Itoa(i), "", "none"), group(i))
	}
	for _, r := range gone {
		b.spend(t, l, r)
	}
	held := admit(t, l, rule(claviger.CountAPIKey, "held", "", "none"))
	busy := rule(claviger.CountAPIKey, "busy", "", "none")
	for range 5 {
		clock.Add(restTime)
		b.spend(t, l, busy)
		tidied(l)
	}
	if n, _ := live(l); n != 2 {
		t.Errorf("%d counters stayed", n)
	}
	held.Settle(limits.Amount{Requests: 3})
	for _, r := range gone {
		b.spend(t, l, r)
		if n := used(t, l, r); n != 2 {
			t.Fatalf("%v has used %d, want 2", r.Counter, n)
		}
	}
	if n := used(t, l, rule(claviger.CountAPIKey, "held", "", "none")); n != 3 {
		t.Errorf("what was held all the time has used %d", n)
	}
	if n := used(t, l, busy); n != 5 {
		t.Errorf("what was used all the time has used %d", n)
	}
}

// While the ledger takes nothing, or there is none, nothing is forgotten.
func TestWhatCannotBeReadAgainIsKept(t *testing.T) {
	for name, withFlush := range map[string]bool{"the ledger is full": true, "there is no ledger": false} {
		clock, b := limitstest.At(time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)), newBook()
		b.onFlush(func() error { return errFull })
		o := Options{Source: b, Now: clock.Now}
		if withFlush {
			o.Flush = b.Flush
		}
		l, r := New(o), rule(claviger.CountAPIKey, "k", "", "none")
		admit(t, l, r).Settle(limits.Amount{Requests: 4})
		for range 4 {
			clock.Add(restTime)
			admit(t, l, rule(claviger.CountAPIKey, "other", "", "none")).Release()
			tidied(l)
		}
		if n := used(t, l, r); n != 4 {
			t.Errorf("%s: %d used, want 4", name, n)
		}
	}
}

// Counters are forgotten and read again as fast as can be while many use them.
// Nothing that was used is lost, nothing stays held, and no limit is passed.
func TestNothingIsLostWhileWhatRestsIsForgotten(t *testing.T) {
	clock, b := limitstest.At(time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)), newBook()
	l := New(Options{Source: b, Flush: b.Flush, Now: clock.Now})
	const names, most = 12, 150
	rules := make([]*limits.Rule, names)
	for i := range rules {
		rules[i] = rule(claviger.CountAPIKey, strconv.Itoa(i), "", "none")
		if i%3 == 0 {
			rules[i] = group(i)
		}
		rules[i].Value = most
	}
	var workers, tidying sync.WaitGroup
	stop := make(chan struct{})
	tidying.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				l.forgetRested()
			}
		}
	})
	for g := range 6 {
		workers.Go(func() {
			for i := range 700 {
				r := rules[(g*5+i)%names]
				if i%50 == 0 { // a rule that remembers no counter
					again := rule(r.Counter.Kind, r.Counter.ID, r.Counter.Value, "none")
					again.Value = most
					r = again
				}
				h, err := l.Admit(t.Context(), []*limits.Rule{r}, single)
				switch {
				case err != nil: // used up
				case i%7 == 0:
					h.Release()
				default:
					b.write(r.Counter, 1)
					h.Settle(limits.Amount{Requests: 1})
				}
			}
		})
	}
	workers.Wait()
	close(stop)
	tidying.Wait()
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all int64
	for _, r := range rules {
		n, booked := used(t, l, r), b.booked(r.Counter)
		if n != booked || n > most {
			t.Errorf("%v has used %d, and %d are booked", r.Counter, n, booked)
		}
		all += n
	}
	if all == 0 {
		t.Error("nobody was let through")
	}
}

// What rests may be forgotten while a policy makes room. That this then finds
// nothing left to forget is no reason to refuse the next new groups.
func TestWhatMakesRoomFirstLeavesItToTheNext(t *testing.T) {
	at := func() time.Time { return time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC) }
	b := newBook()
	l := New(Options{Source: b, Flush: b.Flush, Now: at, MaxGroups: 8, RoomTime: patient})
	for i := range 8 {
		b.spend(t, l, group(i))
	}
	b.onFlush(func() error { // of the clearing
		b.onFlush(nil)
		l.forgetRested()
		l.forgetRested()
		return nil
	})
	for i := range 40 {
		b.spend(t, l, group(8+i))
	}
	for i := range 48 {
		if n := used(t, l, group(i)); n != 1 {
			t.Errorf("group %d has used %d", i, n)
		}
	}
}
