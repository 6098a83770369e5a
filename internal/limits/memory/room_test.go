package memory

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/limits/limitstest"
)

// book is a ledger: what is written into it can be read once it was flushed.
type book struct {
	mu      sync.Mutex
	written map[claviger.Counter]int64
	shipped map[claviger.Counter]int64
	flush   func() error // what a flush does at its end; nil: nothing
}

// patient waits for the room that is being made as long as that takes.
const patient = time.Minute

func newBook() *book {
	return &book{written: map[claviger.Counter]int64{}, shipped: map[claviger.Counter]int64{}}
}

func (b *book) write(c claviger.Counter, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.written[c] += n
}

func (b *book) Flush(context.Context) error {
	b.mu.Lock()
	for c, n := range b.written {
		b.shipped[c] += n
	}
	clear(b.written)
	also := b.flush
	b.mu.Unlock()
	if also != nil {
		return also()
	}
	return nil
}

// booked is what was shipped.
func (b *book) booked(c claviger.Counter) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.shipped[c]
}

// onFlush has every flush do this, too, from now on.
func (b *book) onFlush(f func() error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flush = f
}

func (b *book) Counters(_ context.Context, _ claviger.OrganisationID, counters []claviger.Counter) (out []claviger.Usage, _ error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range counters {
		if n, ok := b.shipped[c]; ok {
			out = append(out, claviger.Usage{Counter: c, Used: n})
		}
	}
	return out, nil
}

func group(i int) *limits.Rule {
	return rule(claviger.CountUsagePolicy, "p", "metadata._user:"+strconv.Itoa(i), "none")
}

// spend admits a request of a group, which is booked and settled.
func (b *book) spend(t *testing.T, l *Limiter, r *limits.Rule) {
	t.Helper()
	if err := b.take(t.Context(), l, r); err != nil {
		t.Fatal(err)
	}
}

// take is spend for the goroutines of a test.
func (b *book) take(ctx context.Context, l *Limiter, r *limits.Rule) error {
	h, err := l.Admit(ctx, []*limits.Rule{r}, single)
	if err == nil {
		b.write(r.Counter, 1)
		h.Settle(limits.Amount{Requests: 1})
	}
	return err
}

func used(t *testing.T, l *Limiter, r *limits.Rule) int64 {
	t.Helper()
	states, err := l.Usage(t.Context(), []*limits.Rule{r})
	if err != nil || states[0].Reserved != 0 {
		t.Fatalf("its state is %+v, %v", states, err)
	}
	return states[0].Used
}

func TestMadeUpGroupsLockNobodyOut(t *testing.T) {
	at := func() time.Time { return time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC) }
	for name, settles := range map[string]bool{"that fail": false, "that use something": true} {
		b := newBook()
		l := New(Options{Source: b, Flush: b.Flush, Now: at, MaxGroups: 100, RoomTime: patient})
		real := group(-1)
		b.spend(t, l, real)
		for i := range 1000 {
			if settles {
				b.spend(t, l, group(i))
			} else {
				admit(t, l, group(i)).Settle(limits.Amount{})
			}
			if n, _ := live(l); n > 100 {
				t.Fatalf("%s: %d counters", name, n)
			}
		}
		b.spend(t, l, real)
		b.spend(t, l, group(-2))
		if n := used(t, l, real); n != 2 {
			t.Errorf("%s: who was there before has used %d", name, n)
		}
	}
}

// Without a flush, what nobody used takes no room either.
func TestUnusedGroupsMakeRoomAtOnce(t *testing.T) {
	at := func() time.Time { return time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC) }
	l := New(Options{Now: at, MaxGroups: 100})
	held := admit(t, l, group(-1))
	for i := range 1000 {
		admit(t, l, group(i)).Release()
	}
	held.Settle(limits.Amount{Requests: 4})
	if n := used(t, l, group(-1)); n != 4 {
		t.Errorf("who was there before has used %d", n)
	}
}

// A hold of nothing may settle something: its counter stays, and so do those
// that settle while the flush is under way.
func TestWhatChangesDuringAFlushStays(t *testing.T) {
	at := func() time.Time { return time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC) }
	b := newBook()
	l := New(Options{Source: b, Flush: b.Flush, Now: at, MaxGroups: 8, RoomTime: patient})
	free, err := l.Admit(t.Context(), []*limits.Rule{group(0)}, limits.Ask{})
	if err != nil {
		t.Fatal(err)
	}
	b.spend(t, l, group(1))
	b.onFlush(func() error { return b.take(context.Background(), l, group(1)) })
	for i := range 7 {
		b.spend(t, l, group(2+i))
	}
	b.write(group(0).Counter, 3)
	free.Settle(limits.Amount{Requests: 3})
	for i, want := range []int64{3, 2, 1} {
		if n := used(t, l, group(i)); n != want {
			t.Errorf("group %d has used %d, want %d", i, n, want)
		}
	}
}

var errFull = errors.New("the disk is full")

// While the ledger takes nothing, groups that count go on; new ones have to wait.
func TestAFailingFlushForgetsNothing(t *testing.T) {
	clock := limitstest.At(time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC))
	b := newBook()
	b.onFlush(func() error { return errFull })
	l := New(Options{Source: b, Flush: b.Flush, Now: clock.Now, MaxGroups: 8, RoomTime: patient})
	for i := range 8 {
		b.spend(t, l, group(i))
	}
	for i := range 3 {
		_, err := l.Admit(t.Context(), []*limits.Rule{group(8)}, single)
		var d *limits.Denied
		if !errors.As(err, &d) || !d.Crowded || d.RetryAfter != time.Second {
			t.Errorf("try %d of a new group: %v", i, err)
		}
	}
	b.spend(t, l, group(3))
	b.onFlush(nil)
	clock.Add(time.Second)
	b.spend(t, l, group(8))
}

// However often groups are forgotten and read again, they are used up exactly.
func TestForgettingAdmitsNotOneTooMany(t *testing.T) {
	at := func() time.Time { return time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC) }
	b := newBook()
	l := New(Options{Source: b, Flush: b.Flush, Now: at, MaxGroups: 12, RoomTime: patient})
	var wg sync.WaitGroup
	for g := range 6 {
		wg.Go(func() {
			for i := range 600 {
				r := group((g*7 + i) % 30)
				if i%3 == 0 {
					r = group(1000 + g*600 + i) // somebody who never comes back
				}
				h, err := l.Admit(t.Context(), []*limits.Rule{r}, single)
				switch {
				case err != nil: // used up, or crowded
				case i%5 == 0:
					h.Release()
				default:
					b.write(r.Counter, 1)
					h.Settle(limits.Amount{Requests: 1})
				}
			}
		})
	}
	wg.Wait()
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all int64
	for i := range 30 {
		n, booked := used(t, l, group(i)), b.booked(group(i).Counter)
		if n != booked || n > 10 {
			t.Errorf("group %d has used %d, and %d are booked", i, n, booked)
		}
		all += n
	}
	if all == 0 {
		t.Error("nobody was let through")
	}
}
