package limitstest

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// Ledger keeps what was used: a store does, and [Books].
type Ledger interface {
	limits.Source
	// Ship keeps entries that have ended, of any node and at any position.
	Ship(ctx context.Context, node string, entries []claviger.Entry, position []byte) error
}

// keeper is the part of a ledger that one limiter under test has for itself: an
// organisation. What is recorded can be read once it was flushed.
type keeper struct {
	ledger Ledger
	org    claviger.OrganisationID

	shipping sync.Mutex // so that a flush waits for those before it
	mu       sync.Mutex
	waiting  []claviger.Entry
}

var organisations atomic.Int64

func newKeeper(l Ledger) *keeper {
	return &keeper{ledger: l, org: claviger.OrganisationID("o" + strconv.FormatInt(organisations.Add(1), 10))}
}

func (k *keeper) flush(ctx context.Context) error {
	k.shipping.Lock()
	defer k.shipping.Unlock()
	k.mu.Lock()
	entries := k.waiting
	k.waiting = nil
	k.mu.Unlock()
	return k.ledger.Ship(ctx, "n", entries, nil)
}

// Counters implements [limits.Source].
func (k *keeper) Counters(ctx context.Context, _ claviger.OrganisationID, counters []claviger.Counter) ([]claviger.Usage, error) {
	return k.ledger.Counters(ctx, k.org, counters)
}

// Books are the naive ledger: what was used of each counter in the newest of its
// windows, in a map.
type Books struct {
	mu    sync.Mutex
	known map[claviger.OrganisationID]map[claviger.Counter]claviger.Usage
}

// NewBooks returns books with nothing in them.
func NewBooks() *Books {
	return &Books{known: map[claviger.OrganisationID]map[claviger.Counter]claviger.Usage{}}
}

// Ship implements [Ledger].
func (b *Books) Ship(_ context.Context, _ string, entries []claviger.Entry, _ []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range entries {
		e := &entries[i]
		charges, err := e.ChargesOf()
		if err != nil {
			return err
		}
		known := b.known[e.OrganisationID]
		if known == nil {
			known = map[claviger.Counter]claviger.Usage{}
			b.known[e.OrganisationID] = known
		}
		for _, c := range charges {
			u, ok := known[c.Counter]
			if !ok || c.Window.After(u.Window) {
				u = claviger.Usage{Counter: c.Counter, Window: c.Window}
			}
			if c.Window.Equal(u.Window) {
				u.Used += e.Amount(c.Counter.Measure)
			}
			known[c.Counter] = u
		}
	}
	return nil
}

// Counters implements [limits.Source].
func (b *Books) Counters(_ context.Context, org claviger.OrganisationID, counters []claviger.Counter) (out []claviger.Usage, _ error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range counters {
		if u, ok := b.known[org][c]; ok {
			out = append(out, u)
		}
	}
	return out, nil
}
