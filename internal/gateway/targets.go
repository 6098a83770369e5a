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
	"github.com/claviger/claviger/internal/vault"
	"golang.org/x/sync/singleflight"
)

// TargetSource reads where the slugs of a workspace lead.
type TargetSource interface {
	Target(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID, ref string) (claviger.Target, error)
	Targets(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID) ([]claviger.Target, error)
}

// Opener opens what an integration keeps sealed.
type Opener interface {
	OpenCredentials(vault.Binding, []byte) (vault.Credentials, error)
}

const (
	// targetFresh is how long a target is used without a look at the store.
	// Changes made on this node are seen at once; this bounds how late a change
	// made on another node is seen.
	targetFresh = 10 * time.Second
	// targetTrust is how long a target is used while the store does not answer.
	targetTrust = 60 * time.Second
	loadTimeout = 5 * time.Second
)

type targetKey struct {
	org  claviger.OrganisationID
	ws   claviger.WorkspaceID
	slug string
}

// slot is a compiled target and when the store confirmed it.
type slot struct {
	*target
	loaded     time.Time
	refreshing atomic.Bool
}

// targets keeps compiled targets. A read takes no lock.
type targets struct {
	source       TargetSource
	vault        Opener
	providers    Registry
	log          *slog.Logger
	now          func() time.Time
	allowPrivate bool

	slots  sync.Map // targetKey -> *slot
	flight singleflight.Group
	// generation grows with every change. What was read in an older one is
	// neither kept nor shared with a request that came after the change.
	generation atomic.Uint64
	mu         sync.Mutex // keeping and forgetting exclude each other
}

func newTargets(o Options) *targets {
	return &targets{source: o.Targets, vault: o.Vault, providers: o.Providers, log: o.Log, now: o.Now,
		allowPrivate: o.AllowPrivateHosts}
}

// get returns the target of a slug, or claviger.Missing when the workspace has
// none of that name.
func (d *targets) get(ctx context.Context, key targetKey) (*target, error) {
	if v, ok := d.slots.Load(key); ok {
		s := v.(*slot)
		age := d.now().Sub(s.loaded)
		switch {
		case age < targetFresh:
			return s.target, nil
		case age < targetTrust:
			if !s.refreshing.Swap(true) {
				go d.refresh(key, s)
			}
			return s.target, nil
		}
	}
	return d.load(ctx, key)
}

// load reads a target, once for all who ask in the same generation. It goes on
// when the first who asked leaves.
func (d *targets) load(ctx context.Context, key targetKey) (*target, error) {
	generation := d.generation.Load()
	flight := fmt.Sprintf("%d/%s/%s/%s", generation, key.org, key.ws, key.slug)
	done := d.flight.DoChan(flight, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		return d.read(ctx, key, generation)
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*target), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (d *targets) read(ctx context.Context, key targetKey, generation uint64) (*target, error) {
	row, err := d.source.Target(ctx, key.org, key.ws, key.slug)
	if err == nil && !row.Grant.Enabled {
		err = claviger.Missing("provider")
	}
	if claviger.CodeOf(err) == claviger.NotFound {
		d.slots.Delete(key)
		return nil, err
	}
	if err != nil {
		return nil, claviger.Fail(claviger.Unavailable, "The store cannot be read at the moment").Because(err)
	}
	t, err := d.compile(row)
	if err != nil {
		d.slots.Delete(key)
		return nil, fmt.Errorf("compile provider %s: %w", row.Provider.ID, err)
	}
	d.keep(key, t, generation)
	return t, nil
}

// keep stores a target unless something changed since it was read.
func (d *targets) keep(key targetKey, t *target, generation uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.generation.Load() == generation {
		if old, ok := d.slots.Load(key); ok { // what it was heard to have is still true
			t.models.Store(old.(*slot).models.Load())
		}
		d.slots.Store(key, &slot{target: t, loaded: d.now()})
	}
}

// refresh confirms a slot in the background.
func (d *targets) refresh(key targetKey, s *slot) {
	defer s.refreshing.Store(false)
	ctx, cancel := context.WithTimeout(context.Background(), loadTimeout)
	defer cancel()
	if _, err := d.load(ctx, key); err != nil && claviger.CodeOf(err) != claviger.NotFound {
		d.log.Warn("a provider could not be confirmed with the store", "provider", s.providerID, "error", cause(err))
	}
}

// invalidate forgets every target that a change concerns.
func (d *targets) invalidate(c claviger.Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.generation.Add(1)
	d.slots.Range(func(k, v any) bool {
		t := v.(*slot).target
		if t.organisationID == c.OrganisationID && (c.ID == string(t.workspaceID) ||
			c.ID == string(t.integrationID) || c.ID == string(t.providerID)) {
			d.slots.Delete(k)
		}
		return true
	})
}

// all compiles every provider of a workspace. One that cannot be compiled is
// left out and logged.
func (d *targets) all(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID) ([]*target, error) {
	rows, err := d.source.Targets(ctx, org, ws)
	if err != nil {
		return nil, claviger.Fail(claviger.Unavailable, "The store cannot be read at the moment").Because(err)
	}
	var out []*target
	for _, row := range rows {
		if !row.Grant.Enabled {
			continue
		}
		t, err := d.get(ctx, targetKey{org, ws, row.Provider.Slug})
		if err != nil {
			d.log.Warn("a provider could not be read", "provider", row.Provider.ID, "error", cause(err))
			continue
		}
		out = append(out, t)
	}
	return out, nil
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
