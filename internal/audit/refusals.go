package audit

import (
	"context"
	"sync"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
)

// maxKinds is how many kinds of refused attempts of one organisation are told
// apart between two flushes; what comes on top is counted together. It bounds
// what a flood can write: maxKinds rows and an overflow, a flush.
const maxKinds = 32

// Attempt is a change that was refused.
type Attempt struct {
	Action       string // "create", "update", …
	ResourceType string
	Status       int // of the answer, 401 or 403
}

// Refusals counts refused attempts in memory, by caller, address and operation,
// and writes each kind as one entry a minute. Attempts of the last minute are
// lost when the process is killed. It is safe for concurrent use.
type Refusals struct {
	write func(context.Context, []claviger.AuditEntry) error
	now   func() time.Time

	mu    sync.Mutex
	seen  map[kind]*claviger.AuditEntry
	kinds map[claviger.OrganisationID]int
}

// kind is what is counted together.
type kind struct {
	organisation claviger.OrganisationID // empty: nobody knows who it was
	key          claviger.APIKeyID
	address      string
	method, uri  string
	status       int
}

// NewRefusals counts for write, which stores entries all or none. Entries of
// unknown callers come without an organisation.
func NewRefusals(write func(context.Context, []claviger.AuditEntry) error, now func() time.Time) *Refusals {
	return &Refusals{write: write, now: now, seen: map[kind]*claviger.AuditEntry{}, kinds: map[claviger.OrganisationID]int{}}
}

// Note counts an attempt of by, whose origin should name the route and not what
// a caller put into it. It never blocks for long and never fails.
func (r *Refusals) Note(by authz.Caller, a Attempt) {
	actor := "api_key"
	if by.KeyID == "" {
		actor = "unknown"
	}
	r.add(claviger.AuditEntry{
		ID: claviger.NewID[claviger.AuditID](), OrganisationID: by.OrganisationID, WorkspaceID: by.WorkspaceID,
		At: claviger.Now(r.now()), ActorKeyID: by.KeyID, ActorType: actor,
		Action: a.Action, ResourceType: a.ResourceType,
		Method: by.Origin.Method, URI: by.Origin.URI, RequestID: by.Origin.RequestID, Address: by.Origin.Address,
		Status: a.Status, Attempts: 1,
	})
}

// add counts e with its kind, the latest attempt standing for all.
func (r *Refusals) add(e claviger.AuditEntry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := kind{e.OrganisationID, e.ActorKeyID, e.Address, e.Method, e.URI, e.Status}
	rest := kind{organisation: e.OrganisationID, status: e.Status}
	if k != rest && r.seen[k] == nil && r.kinds[e.OrganisationID] >= maxKinds {
		k = rest
		e.WorkspaceID, e.ActorKeyID, e.ActorType, e.Address = "", "", "unknown", ""
		e.Action, e.ResourceType, e.Method, e.URI, e.RequestID = "", "", "", "", ""
	}
	old := r.seen[k]
	if old == nil {
		r.seen[k] = &e
		if k != rest {
			r.kinds[e.OrganisationID]++
		}
		return
	}
	e.Attempts += old.Attempts
	if e.At.Before(old.At) {
		e.At, e.RequestID = old.At, old.RequestID
	}
	*old = e
}

// Flush writes what was counted. When that fails it is counted on, and written
// by the next flush.
func (r *Refusals) Flush(ctx context.Context) error {
	r.mu.Lock()
	var entries []claviger.AuditEntry
	for _, e := range r.seen {
		entries = append(entries, *e)
	}
	clear(r.seen)
	clear(r.kinds)
	r.mu.Unlock()
	if len(entries) == 0 {
		return nil
	}
	err := r.write(ctx, entries)
	if err != nil {
		for _, e := range entries {
			r.add(e)
		}
	}
	return err
}

// Run flushes every minute until ctx ends. failed is told of every flush that
// did not work.
func (r *Refusals) Run(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := r.Flush(ctx); err != nil {
				failed(err)
			}
		}
	}
}
