// Package authn knows who sent a request: it finds the API key in the headers
// and looks up whose it is, in memory.
//
// A key is known by its SHA-256; the key itself is not kept. What a look-up
// returns was true in the store at some moment after the last invalidation
// that concerned it, or at most [Options.Trust] ago while the store is down.
package authn

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/secret"
)

// The refusals of a look-up.
var (
	ErrInvalid error = claviger.Fail(claviger.Unauthorised, "Invalid API key")
	ErrExpired error = claviger.Fail(claviger.Unauthorised, "API key expired")
)

var errUnavailable = claviger.Fail(claviger.Unavailable, "API keys cannot be checked right now")

// Source is where keys are stored.
type Source interface {
	// APIKeyByHash returns the active key that has that hash, or had it before
	// its last rotation, and its workspace, which is zero for organisation keys;
	// claviger.Missing when there is none.
	APIKeyByHash(ctx context.Context, hash claviger.KeyHash) (claviger.APIKey, claviger.Workspace, error)
}

// Options configure [New]. Zero fields but Source take the defaults.
type Options struct {
	Source Source
	Now    func() time.Time // time.Now
	// Fresh is how long an entry is served without asking the store again, 10 s.
	Fresh time.Duration
	// Trust is how long an entry is served while the store cannot be asked, 60 s.
	Trust time.Duration
	// Unknown is how long a key that does not exist is remembered, 5 s, and
	// MaxUnknown roughly how many of those, 4096.
	Unknown    time.Duration
	MaxUnknown int
	// LoadTimeout bounds one question to the store, 5 s.
	LoadTimeout time.Duration
}

// Identity is who a key belongs to. It is immutable: nobody may write to what
// it refers to.
type Identity struct {
	Key       claviger.APIKey
	Workspace claviger.Workspace // zero for organisation keys

	attached *atomic.Pointer[any] // nil: nowhere to keep it
}

// Attached is what compile made of the identity, once for most calls: a place
// for what a caller makes of it. There is one place, so callers must agree.
func (i *Identity) Attached(compile func(*Identity) any) any {
	if i.attached == nil {
		return compile(i)
	}
	if v := i.attached.Load(); v != nil {
		return *v
	}
	v := compile(i)
	i.attached.Store(&v)
	return v
}

// Caller is the identity with where its request came from.
func (i *Identity) Caller(origin authz.Origin) authz.Caller {
	return authz.Caller{
		OrganisationID: i.Key.OrganisationID, WorkspaceID: i.Key.WorkspaceID, KeyID: i.Key.ID,
		Type: i.Key.Type, SubType: i.Key.SubType, Scopes: i.Key.Scopes, Origin: origin,
	}
}

// Has reports whether the key holds any of the scopes, and is of a kind that may
// hold it.
func (i *Identity) Has(anyOf ...claviger.Scope) bool {
	return authz.Caller{Type: i.Key.Type, SubType: i.Key.SubType, Scopes: i.Key.Scopes}.Has(anyOf...)
}

// entry is one known key. Only the two atomics change.
type entry struct {
	hash     claviger.KeyHash
	id       Identity
	loadedAt time.Time
	// retryAt is when the store may be asked again, in nanoseconds since
	// loadedAt.
	retryAt atomic.Int64
}

// Keys looks keys up. It is safe for concurrent use.
type Keys struct {
	o     Options
	table table

	mu      sync.Mutex
	flights map[claviger.KeyHash]*flight // loads that a look-up may still join
	gen     uint64                       // grows with every invalidation
	unknown unknown
	refresh chan struct{} // bounds background loads
}

// flight is one load. found and err may be read once done is closed.
type flight struct {
	gen   uint64
	done  chan struct{}
	found *Identity
	err   error
}

// New returns a look-up that knows nothing yet.
func New(o Options) *Keys {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Fresh = orDefault(o.Fresh, 10*time.Second)
	o.Trust = max(o.Fresh, orDefault(o.Trust, time.Minute))
	o.LoadTimeout = orDefault(o.LoadTimeout, 5*time.Second)
	return &Keys{
		o:       o,
		flights: make(map[claviger.KeyHash]*flight),
		unknown: unknown{max: orDefault(o.MaxUnknown, 4096), ttl: orDefault(o.Unknown, 5*time.Second)},
		refresh: make(chan struct{}, 16),
	}
}

func orDefault[T int | time.Duration](v, d T) T {
	if v <= 0 {
		return d
	}
	return v
}

// Lookup returns whose key it is. The error is [ErrInvalid], [ErrExpired], a
// claviger.Unavailable when the store cannot be asked, or ctx.Err(). A key in
// memory costs one hash and one read; many look-ups of one missing key cost one
// question to the store.
func (k *Keys) Lookup(ctx context.Context, key secret.String) (*Identity, error) {
	plain := key.Reveal()
	if plain == "" || len(plain) > maxKey {
		return nil, ErrInvalid
	}
	hash := claviger.HashKey(plain)
	now := k.o.Now()
	e := k.table.get(&hash)
	if e == nil {
		if claviger.Mistyped(plain) {
			return nil, ErrInvalid
		}
		return k.wait(ctx, hash, now)
	}
	switch age := now.Sub(e.loadedAt); {
	case age < k.o.Fresh:
	case age < k.o.Trust:
		k.refreshLater(e, age)
	default:
		return k.wait(ctx, hash, now)
	}
	return e.id.at(hash, now)
}

// at is the identity as of now, for the secret of that hash: the one before the
// last rotation opens nothing once its transition is over, whenever it was read.
func (i *Identity) at(hash claviger.KeyHash, now time.Time) (*Identity, error) {
	switch {
	case hash == i.Key.OldHash && !i.Key.OpensWith(hash, now):
		return nil, ErrInvalid
	case i.Key.Status == claviger.Expired || i.Key.Expired(now):
		return nil, ErrExpired
	}
	return i, nil
}

// wait joins or starts the load of hash. A load goes on when the caller that
// started it leaves: others may be waiting for it.
func (k *Keys) wait(ctx context.Context, hash claviger.KeyHash, now time.Time) (*Identity, error) {
	k.mu.Lock()
	if e := k.table.get(&hash); e != nil && now.Sub(e.loadedAt) < k.o.Fresh {
		k.mu.Unlock() // loaded since the caller looked
		return e.id.at(hash, now)
	}
	if k.unknown.has(hash, now) {
		k.mu.Unlock()
		return nil, ErrInvalid
	}
	f := k.flights[hash]
	if f == nil {
		f = &flight{gen: k.gen, done: make(chan struct{})}
		k.flights[hash] = f
		go k.load(hash, f)
	}
	k.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if f.err != nil {
		return nil, f.err
	}
	return f.found.at(hash, k.o.Now())
}

// refreshLater asks the store again in the background, unless that is already
// under way, failed a moment ago, or too many others are.
func (k *Keys) refreshLater(e *entry, age time.Duration) {
	due := e.retryAt.Load()
	if int64(age) < due || !e.retryAt.CompareAndSwap(due, int64(age+time.Second)) {
		return
	}
	select {
	case k.refresh <- struct{}{}:
	default:
		return
	}
	k.mu.Lock()
	// An invalidation may have dropped e since it was read; whoever comes next
	// loads it then.
	if k.flights[e.hash] != nil || k.table.get(&e.hash) != e {
		k.mu.Unlock()
		<-k.refresh
		return
	}
	f := &flight{gen: k.gen, done: make(chan struct{})}
	k.flights[e.hash] = f
	k.mu.Unlock()
	go func() {
		defer func() { <-k.refresh }()
		k.load(e.hash, f)
	}()
}

// load asks the store and files the answer, unless an invalidation came in
// between: then the answer may be older than the change, and only those who
// asked before the change may have it.
func (k *Keys) load(hash claviger.KeyHash, f *flight) {
	ctx, cancel := context.WithTimeout(context.Background(), k.o.LoadTimeout)
	defer cancel()
	// As old as the question, not as young as the answer.
	e := &entry{hash: hash, loadedAt: k.o.Now()}
	key, workspace, err := k.o.Source.APIKeyByHash(ctx, hash)
	switch {
	case err == nil && (key.Status == claviger.Archived || workspace.Status == claviger.Archived):
		f.err = ErrInvalid
	case err == nil:
		e.id = Identity{Key: key, Workspace: workspace, attached: new(atomic.Pointer[any])}
		f.found = &e.id
	case claviger.CodeOf(err) == claviger.NotFound:
		f.err = ErrInvalid
	default:
		f.err = errUnavailable.Because(err)
	}

	k.mu.Lock()
	if f.gen == k.gen {
		delete(k.flights, hash)
		switch {
		case f.found != nil:
			k.table.put(e)
		case errors.Is(f.err, ErrInvalid):
			k.table.remove(&hash)
			k.unknown.add(hash, k.o.Now())
		}
	}
	k.mu.Unlock()
	close(f.done)
}

// Invalidate drops what a change concerns: every look-up that begins after it
// returns sees the state after the change. Kinds of change that do not concern
// keys are ignored.
func (k *Keys) Invalidate(c claviger.Change) {
	var concerns func(*entry) bool
	switch c.Kind {
	case claviger.APIKeyChanged:
		concerns = func(e *entry) bool { return string(e.id.Key.ID) == c.ID }
	case claviger.WorkspaceChanged:
		concerns = func(e *entry) bool { return string(e.id.Key.WorkspaceID) == c.ID }
	default:
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.gen++
	clear(k.flights)  // whose they are is not known yet: none may be joined or kept
	k.unknown.clear() // the change may be that the key exists now
	k.table.removeIf(concerns)
}
