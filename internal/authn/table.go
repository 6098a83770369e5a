package authn

import (
	"encoding/binary"
	"slices"
	"sync/atomic"

	claviger "github.com/claviger/claviger"
)

// buckets is a power of two: 128 KiB of pointers, and short buckets up to some
// hundred thousand keys.
const buckets = 1 << 14

// table finds entries by hash. Reading takes no lock and allocates nothing;
// writers exclude each other by the lock of [Keys]. A key's hash is evenly
// distributed as it is, so its first bytes choose the bucket.
type table struct {
	buckets [buckets]atomic.Pointer[[]*entry]
}

func (t *table) bucket(h *claviger.KeyHash) *atomic.Pointer[[]*entry] {
	return &t.buckets[binary.LittleEndian.Uint32(h[:])%buckets]
}

func (t *table) get(h *claviger.KeyHash) *entry {
	b := t.bucket(h).Load()
	if b == nil {
		return nil
	}
	for _, e := range *b {
		if e.hash == *h {
			return e
		}
	}
	return nil
}

// put adds e or replaces the entry of its hash.
func (t *table) put(e *entry) {
	t.replace(&e.hash, func(b []*entry) []*entry { return append(b, e) })
}

// remove drops the entry of hash h.
func (t *table) remove(h *claviger.KeyHash) {
	t.replace(h, func(b []*entry) []*entry { return b })
}

func (t *table) replace(h *claviger.KeyHash, with func([]*entry) []*entry) {
	at := t.bucket(h)
	var next []*entry
	if b := at.Load(); b != nil {
		next = slices.DeleteFunc(slices.Clone(*b), func(e *entry) bool { return e.hash == *h })
	}
	if next = with(next); len(next) == 0 {
		at.Store(nil)
		return
	}
	at.Store(&next)
}

// removeIf drops every entry that concerns is true for.
func (t *table) removeIf(concerns func(*entry) bool) {
	for i := range t.buckets {
		b := t.buckets[i].Load()
		if b == nil || !slices.ContainsFunc(*b, concerns) {
			continue
		}
		next := slices.DeleteFunc(slices.Clone(*b), concerns)
		if len(next) == 0 {
			t.buckets[i].Store(nil)
			continue
		}
		t.buckets[i].Store(&next)
	}
}
