package memory

import (
	"slices"
	"sync/atomic"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// hold is a reservation. Its items do not change once it is handed out.
type hold struct {
	done  atomic.Bool
	items []item
	room  [4]item // so that most holds are one allocation
}

func newHold(rules int) *hold {
	h := &hold{}
	h.items = h.room[:0]
	if rules > len(h.room) {
		h.items = make([]item, 0, rules)
	}
	return h
}

// item is what is held for one rule.
type item struct {
	rule     *limits.Rule
	counter  *counter
	start    int64 // of the window, in microseconds
	reserved int64
	// The counter's state right after.
	used, held int64
}

// of is what is held of a counter; nil for nothing.
func (h *hold) of(c *counter) *item {
	for i := range h.items {
		if h.items[i].counter == c {
			return &h.items[i]
		}
	}
	return nil
}

// chargeSize is what a charge usually takes as text, in bytes.
const chargeSize = 80

// AppendCharges adds what the hold counts on.
func (h *hold) AppendCharges(b []byte, without ...claviger.Measure) []byte {
	b = slices.Grow(b, len(h.items)*chargeSize)
	for i := range h.items {
		it := &h.items[i]
		if !slices.Contains(without, it.rule.Counter.Measure) {
			b = claviger.AppendCharge(b, claviger.Charge{Counter: it.rule.Counter, Window: time.UnixMicro(it.start)})
		}
	}
	return b
}

// Rates adds the state of the rate limits held.
func (h *hold) Rates(dst []limits.RateState) []limits.RateState {
	for i := range h.items {
		it := &h.items[i]
		if it.rule.Rate() {
			start := time.UnixMicro(it.start).UTC()
			dst = append(dst, limits.RateState{Rule: it.rule, State: limits.State{
				Used: it.used, Reserved: it.held, Start: start, Next: it.rule.Window.Next(start),
			}})
		}
	}
	return dst
}

// Lapsed reports whether a window that something is held in has ended.
func (h *hold) Lapsed(without ...claviger.Measure) bool {
	for i := range h.items {
		it := &h.items[i]
		if !slices.Contains(without, it.rule.Counter.Measure) && it.lapsed() {
			return true
		}
	}
	return false
}

// lapsed reports whether the counter has moved on, or is about to.
func (it *item) lapsed() bool {
	c := it.counter
	c.mu.Lock()
	moved := c.start > it.start
	c.mu.Unlock()
	next := it.rule.Window.Next(time.UnixMicro(it.start))
	return moved || !next.IsZero() && !c.family.limiter.now().Before(next)
}

// Settle turns the reservation into what was used.
func (h *hold) Settle(used limits.Amount) {
	if h.done.Swap(true) {
		return
	}
	for i := range h.items {
		it := &h.items[i]
		it.counter.give(it.start, it.reserved, max(used.Of(it.rule.Counter.Measure), 0))
	}
}

// Release gives the reservation back.
func (h *hold) Release() { h.Settle(limits.Amount{}) }
