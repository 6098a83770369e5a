package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	claviger "github.com/claviger/claviger"
	"golang.org/x/sync/singleflight"
)

const (
	// cacheFresh is how long a value is used without a look at the store.
	// Changes made on this node are seen at once; this bounds how late a change
	// made on another node is seen.
	cacheFresh = 10 * time.Second
	// cacheTrust is how long a value is used while the store does not answer.
	cacheTrust  = 60 * time.Second
	loadTimeout = 5 * time.Second
)

// cached is a value and when the store confirmed it.
type cached[V any] struct {
	value      V
	loaded     time.Time
	refreshing atomic.Bool
}

// cache keeps what is compiled from stored rows. A read takes no lock; a missing
// value is read once for all who ask.
type cache[K comparable, V any] struct {
	what string // for the log: "a provider"
	// read reads and compiles; claviger.Missing says that there is nothing.
	read func(context.Context, K) (V, error)
	// replace carries over what a new value keeps of the old one; may be nil.
	replace func(old, now V)
	log     *slog.Logger
	now     func() time.Time

	slots  sync.Map // K -> *cached[V]
	flight singleflight.Group
	// generation grows with every change. What was read in an older one is
	// neither kept nor shared with a request that came after the change.
	generation atomic.Uint64
	mu         sync.Mutex // keeping and forgetting exclude each other
}

// get returns the value of a key, or the error of reading it.
func (c *cache[K, V]) get(ctx context.Context, key K) (V, error) {
	if v, ok := c.slots.Load(key); ok {
		s := v.(*cached[V])
		age := c.now().Sub(s.loaded)
		switch {
		case age < cacheFresh:
			return s.value, nil
		case age < cacheTrust:
			if !s.refreshing.Swap(true) {
				go c.refresh(key, s)
			}
			return s.value, nil
		}
	}
	return c.load(ctx, key)
}

// load reads a value, once for all who ask in the same generation. It goes on
// when the first who asked leaves.
func (c *cache[K, V]) load(ctx context.Context, key K) (V, error) {
	generation := c.generation.Load()
	done := c.flight.DoChan(fmt.Sprintf("%d/%v", generation, key), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		v, err := c.read(ctx, key)
		if err != nil {
			if claviger.CodeOf(err) != claviger.Unavailable {
				c.lose(key, generation)
			}
			return nil, err
		}
		c.keep(key, v, generation)
		return v, nil
	})
	var none V
	select {
	case r := <-done:
		if r.Err != nil {
			return none, r.Err
		}
		return r.Val.(V), nil
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// keep stores a value unless something changed since it was read.
func (c *cache[K, V]) keep(key K, v V, generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation.Load() != generation {
		return
	}
	if old, ok := c.slots.Load(key); ok && c.replace != nil {
		c.replace(old.(*cached[V]).value, v)
	}
	c.slots.Store(key, &cached[V]{value: v, loaded: c.now()})
}

// lose drops a value that cannot be read any more, unless something changed since.
func (c *cache[K, V]) lose(key K, generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation.Load() == generation {
		c.slots.Delete(key)
	}
}

// refresh confirms a value in the background.
func (c *cache[K, V]) refresh(key K, s *cached[V]) {
	defer s.refreshing.Store(false)
	ctx, cancel := context.WithTimeout(context.Background(), loadTimeout)
	defer cancel()
	if _, err := c.load(ctx, key); err != nil && claviger.CodeOf(err) != claviger.NotFound {
		c.log.Warn(c.what+" could not be confirmed with the store", "key", fmt.Sprint(key), "error", cause(err))
	}
}

// forget drops every value that a change concerns.
func (c *cache[K, V]) forget(concerns func(K, V) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation.Add(1)
	c.slots.Range(func(k, v any) bool {
		if concerns(k.(K), v.(*cached[V]).value) {
			c.slots.Delete(k)
		}
		return true
	})
}

// unreadable is what a caller learns when the store does not answer.
func unreadable(err error) error {
	return claviger.Fail(claviger.Unavailable, "The store cannot be read at the moment").Because(err)
}

// cause is the innermost error a log line should name.
func cause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
