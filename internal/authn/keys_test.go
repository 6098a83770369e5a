package authn

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/secret"
)

// shelf is a source whose rows, faults and moments the tests choose.
type shelf struct {
	mu    sync.Mutex
	rows  map[claviger.KeyHash]Identity
	fault error
	loads atomic.Int64
	// enter, if set, is told of each load, which then waits for leave. The row
	// is read before the wait, so an answer can be made stale.
	enter, leave chan struct{}
}

func (s *shelf) APIKeyByHash(ctx context.Context, h claviger.KeyHash) (claviger.APIKey, claviger.Workspace, error) {
	s.loads.Add(1)
	s.mu.Lock()
	row, ok := s.rows[h]
	fault, enter, leave := s.fault, s.enter, s.leave
	s.mu.Unlock()
	if enter != nil {
		enter <- struct{}{}
		select {
		case <-leave:
		case <-ctx.Done():
			return claviger.APIKey{}, claviger.Workspace{}, ctx.Err()
		}
	}
	if fault != nil {
		return claviger.APIKey{}, claviger.Workspace{}, fault
	}
	if !ok {
		return claviger.APIKey{}, claviger.Workspace{}, claviger.Missing("api key")
	}
	return row.Key, row.Workspace, nil
}

func (s *shelf) set(key string, change func(*Identity)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := claviger.HashKey(key)
	row := s.rows[h]
	change(&row)
	s.rows[h] = row
}

func (s *shelf) drop(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.rows, claviger.HashKey(key))
}

func (s *shelf) breaks(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = err
}

func (s *shelf) gate(enter, leave chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter, s.leave = enter, leave
}

const plain = "a-key-that-an-operator-chose-0001"

func newShelf() *shelf {
	s := &shelf{rows: map[claviger.KeyHash]Identity{}}
	s.set(plain, func(i *Identity) {
		i.Key = claviger.APIKey{ID: "k1", OrganisationID: "o1", WorkspaceID: "w1", Type: claviger.WorkspaceKey,
			SubType: claviger.ServiceKey, Status: claviger.Active, Scopes: []claviger.Scope{"completions.write"}}
		i.Workspace = claviger.Workspace{ID: "w1", OrganisationID: "o1", Status: claviger.Active}
	})
	return s
}

var revoked = claviger.Change{OrganisationID: "o1", Kind: claviger.APIKeyChanged, ID: "k1"}

func lookup(t *testing.T, k *Keys, want error) {
	t.Helper()
	id, err := k.Lookup(t.Context(), secret.New(plain))
	if !errors.Is(err, want) || (err == nil) != (id != nil) {
		t.Fatalf("Lookup = %v, %v; want error %v", id, err, want)
	}
}

func TestAKnownKeyIsServedFromMemory(t *testing.T) {
	s := newShelf()
	k := New(Options{Source: s})
	for range 5 {
		lookup(t, k, nil)
	}
	if n := s.loads.Load(); n != 1 {
		t.Errorf("%d loads", n)
	}
	id, _ := k.Lookup(t.Context(), secret.New(plain))
	c := id.Caller(authz.Origin{Address: "192.0.2.1"})
	if c.KeyID != "k1" || c.WorkspaceID != "w1" || !c.Has("completions.write") || c.Origin.Address != "192.0.2.1" {
		t.Errorf("caller %+v", c)
	}
}

func TestRefusals(t *testing.T) {
	now := time.Now()
	minted := claviger.NewKey(claviger.WorkspaceKey, claviger.ServiceKey).Reveal()
	typo := []byte(minted)
	typo[10] ^= 1
	tests := map[string]struct {
		key   string
		row   *Identity
		want  error
		loads int64
	}{
		"an empty key":                     {"", nil, ErrInvalid, 0},
		"a key longer than any":            {string(make([]byte, maxKey+1)), nil, ErrInvalid, 0},
		"a mistyped key of ours":           {string(typo), nil, ErrInvalid, 0},
		"an unknown key of ours":           {minted, nil, ErrInvalid, 1},
		"an unknown key":                   {"sk-someone-elses", nil, ErrInvalid, 1},
		"an archived key":                  {"k", &Identity{Key: claviger.APIKey{Status: claviger.Archived}}, ErrInvalid, 1},
		"a key of an archived workspace":   {"k", &Identity{Workspace: claviger.Workspace{Status: claviger.Archived}}, ErrInvalid, 1},
		"a key past its end":               {"k", &Identity{Key: claviger.APIKey{ExpiresAt: now}}, ErrExpired, 1},
		"a key that is marked as expired":  {"k", &Identity{Key: claviger.APIKey{Status: claviger.Expired}}, ErrExpired, 1},
		"a key a moment before its end":    {"k", &Identity{Key: claviger.APIKey{ExpiresAt: now.Add(time.Nanosecond)}}, nil, 1},
		"a key whose budget is used up":    {"k", &Identity{Key: claviger.APIKey{Status: claviger.Exhausted}}, nil, 1},
		"a key of ours that is in the box": {minted, &Identity{}, nil, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newShelf()
			if tt.row != nil {
				s.set(tt.key, func(i *Identity) { *i = *tt.row })
			}
			k := New(Options{Source: s, Now: func() time.Time { return now }})
			for range 3 {
				if _, err := k.Lookup(t.Context(), secret.New(tt.key)); !errors.Is(err, tt.want) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
			}
			if n := s.loads.Load(); n != tt.loads {
				t.Errorf("%d loads, want %d", n, tt.loads)
			}
		})
	}
}

func TestAKeyExpiresWhileItIsInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		s.set(plain, func(i *Identity) { i.Key.ExpiresAt = time.Now().Add(3 * time.Second) })
		k := New(Options{Source: s})
		lookup(t, k, nil)
		time.Sleep(3 * time.Second)
		lookup(t, k, ErrExpired)
	})
}

func TestASecretThatWasReplacedEndsWithItsTransition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		s.set(plain, func(i *Identity) {
			i.Key.Hash, i.Key.OldHash = claviger.KeyHash{1}, claviger.HashKey(plain)
			i.Key.OldUntil = time.Now().Add(3 * time.Second)
		})
		k := New(Options{Source: s})
		lookup(t, k, nil)
		time.Sleep(3*time.Second - time.Nanosecond)
		lookup(t, k, nil)
		time.Sleep(time.Nanosecond)
		lookup(t, k, ErrInvalid)
		if n := s.loads.Load(); n != 1 {
			t.Errorf("%d loads: the clock decides, not the store", n)
		}
		later := New(Options{Source: s})
		lookup(t, later, ErrInvalid)
	})
}

func TestManyLookUpsOfOneMissingKeyAreOneLoad(t *testing.T) {
	s := newShelf()
	enter, leave := make(chan struct{}, 1), make(chan struct{})
	s.gate(enter, leave)
	k := New(Options{Source: s})
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			if _, err := k.Lookup(context.Background(), secret.New(plain)); err != nil {
				t.Error(err)
			}
		})
	}
	<-enter
	close(leave)
	wg.Wait()
	if n := s.loads.Load(); n != 1 {
		t.Errorf("%d loads", n)
	}
}

func TestALoadOutlivesTheCallerThatBeganIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		enter, leave := make(chan struct{}), make(chan struct{})
		s.gate(enter, leave)
		k := New(Options{Source: s})
		ctx, cancel := context.WithCancel(t.Context())
		var first error
		go func() { _, first = k.Lookup(ctx, secret.New(plain)) }()
		<-enter
		second := errors.New("not yet")
		go func() { _, second = k.Lookup(t.Context(), secret.New(plain)) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !errors.Is(first, context.Canceled) {
			t.Errorf("the caller that left got %v", first)
		}
		close(leave)
		synctest.Wait()
		if second != nil || s.loads.Load() != 1 {
			t.Errorf("the other got %v after %d loads", second, s.loads.Load())
		}
	})
}

func TestARevokedKeyIsRefusedByTheVeryNextLookUp(t *testing.T) {
	for name, change := range map[string]claviger.Change{
		"the key was deleted":       revoked,
		"the workspace was deleted": {Kind: claviger.WorkspaceChanged, ID: "w1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf()
			k := New(Options{Source: s})
			lookup(t, k, nil)
			s.drop(plain)
			k.Invalidate(claviger.Change{Kind: claviger.ProviderChanged, ID: "k1"})
			k.Invalidate(claviger.Change{Kind: claviger.APIKeyChanged, ID: "another"})
			lookup(t, k, nil)
			k.Invalidate(change)
			lookup(t, k, ErrInvalid)
		})
	}
}

func TestAKeyMadeAfterItWasRefusedWorksAtOnce(t *testing.T) {
	s := newShelf()
	row := s.rows[claviger.HashKey(plain)]
	s.drop(plain)
	k := New(Options{Source: s})
	lookup(t, k, ErrInvalid)
	s.set(plain, func(i *Identity) { *i = row })
	k.Invalidate(revoked)
	lookup(t, k, nil)
}

// A load that began before a revocation must neither be joined nor kept by
// those who come after it, whether the key was known or not.
func TestALoadFromBeforeARevocationIsForThoseBeforeItOnly(t *testing.T) {
	for name, known := range map[string]bool{"a miss": false, "a refresh": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newShelf()
				k := New(Options{Source: s})
				if known {
					lookup(t, k, nil)
					time.Sleep(11 * time.Second)
				}
				enter, leave := make(chan struct{}), make(chan struct{})
				s.gate(enter, leave)
				before := errors.New("not yet")
				go func() { _, before = k.Lookup(t.Context(), secret.New(plain)) }()
				<-enter // it has read the row
				s.gate(nil, nil)
				s.drop(plain)
				k.Invalidate(revoked)
				lookup(t, k, ErrInvalid)
				close(leave)
				synctest.Wait()
				if before != nil {
					t.Errorf("who asked before it got %v", before)
				}
				lookup(t, k, ErrInvalid)
				if k.table.get(new(claviger.HashKey(plain))) != nil {
					t.Error("the old answer was kept")
				}
			})
		})
	}
}

func TestRevocationsRaceWithLookUps(t *testing.T) {
	s := newShelf()
	row := s.rows[claviger.HashKey(plain)]
	k := New(Options{Source: s, Fresh: time.Nanosecond, Trust: time.Hour})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_, err := k.Lookup(context.Background(), secret.New(plain))
					if err != nil && !errors.Is(err, ErrInvalid) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for range 300 {
		s.set(plain, func(i *Identity) { *i = row })
		k.Invalidate(revoked)
		lookup(t, k, nil)
		s.drop(plain)
		k.Invalidate(revoked)
		lookup(t, k, ErrInvalid)
	}
	close(stop)
	wg.Wait()
}

func TestAStoreThatIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		k := New(Options{Source: s})
		lookup(t, k, nil)
		s.breaks(errors.New("connection refused"))
		time.Sleep(59 * time.Second)
		lookup(t, k, nil)
		time.Sleep(time.Second)
		_, err := k.Lookup(t.Context(), secret.New(plain))
		if claviger.CodeOf(err) != claviger.Unavailable {
			t.Fatalf("beyond trust: %v", err)
		}
		if _, err := k.Lookup(t.Context(), secret.New("another")); claviger.CodeOf(err) != claviger.Unavailable {
			t.Fatalf("an unknown key: %v", err)
		}
		s.breaks(nil)
		lookup(t, k, nil)
		lookup(t, k, nil)
	})
}

func TestAnEntryIsRefreshedWhileItIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		k := New(Options{Source: s})
		lookup(t, k, nil)
		s.breaks(errors.New("connection refused"))
		time.Sleep(11 * time.Second)
		for range 10 {
			lookup(t, k, nil)
			synctest.Wait()
		}
		if n := s.loads.Load(); n != 2 {
			t.Errorf("%d loads: a failing store is asked once a second", n)
		}
		s.breaks(nil)
		s.set(plain, func(i *Identity) { i.Key.Name = "renamed elsewhere" })
		time.Sleep(time.Second)
		lookup(t, k, nil)
		synctest.Wait()
		id, _ := k.Lookup(t.Context(), secret.New(plain))
		if id.Key.Name != "renamed elsewhere" || s.loads.Load() != 3 {
			t.Errorf("%q after %d loads", id.Key.Name, s.loads.Load())
		}
		s.drop(plain)
		time.Sleep(11 * time.Second)
		lookup(t, k, nil) // served once more while the answer is fetched
		synctest.Wait()
		lookup(t, k, ErrInvalid)
	})
}

func TestAStoreThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		s.gate(make(chan struct{}, 1), make(chan struct{}))
		k := New(Options{Source: s})
		_, err := k.Lookup(t.Context(), secret.New(plain))
		if claviger.CodeOf(err) != claviger.Unavailable {
			t.Errorf("got %v", err)
		}
	})
}

func TestInventedKeysNeitherGrowMemoryNorEvictRealOnes(t *testing.T) {
	s := newShelf()
	k := New(Options{Source: s, MaxUnknown: 100})
	lookup(t, k, nil)
	for i := range 1000 {
		if _, err := k.Lookup(t.Context(), secret.New(fmt.Sprint("invented-", i))); !errors.Is(err, ErrInvalid) {
			t.Fatal(err)
		}
	}
	if n := len(k.unknown.now) + len(k.unknown.then); n > 200 {
		t.Errorf("%d remembered", n)
	}
	if len(k.flights) != 0 {
		t.Errorf("%d loads under way", len(k.flights))
	}
	before := s.loads.Load()
	lookup(t, k, nil)
	if s.loads.Load() != before {
		t.Error("the real key was evicted")
	}
}

func BenchmarkLookup(b *testing.B) {
	s := newShelf()
	key := claviger.NewKey(claviger.WorkspaceKey, claviger.ServiceKey)
	s.set(key.Reveal(), func(i *Identity) { i.Key.ID = "minted" })
	k := New(Options{Source: s})
	for i := range 10_000 {
		k.table.put(&entry{hash: claviger.HashKey(fmt.Sprint(i))})
	}
	ctx := context.Background()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := k.Lookup(ctx, key); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkInvalidate(b *testing.B) {
	k := New(Options{Source: newShelf()})
	for i := range 10_000 {
		k.table.put(&entry{hash: claviger.HashKey(fmt.Sprint(i))})
	}
	for b.Loop() {
		k.Invalidate(revoked)
	}
}
