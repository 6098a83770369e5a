package audit

import (
	"context"
	"maps"
	"strings"
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
	Status       int // of the answer: 401, 403, 404, or 400 for what protects something
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
	method       string
	route        string
	status       int
}

// NewRefusals counts for write, which stores entries all or none. Entries of
// unknown callers come without an organisation.
func NewRefusals(write func(context.Context, []claviger.AuditEntry) error, now func() time.Time) *Refusals {
	return &Refusals{write: write, now: now, seen: map[kind]*claviger.AuditEntry{}, kinds: map[claviger.OrganisationID]int{}}
}

// Note counts an attempt of by with those at the same route. The address and the
// resource that its origin names are kept of the latest attempt, as a sample of
// what was tried. It never blocks for long and never fails.
func (r *Refusals) Note(by authz.Caller, a Attempt) {
	actor := "api_key"
	if by.KeyID == "" {
		actor = "unknown"
	}
	e := claviger.AuditEntry{
		ID: claviger.NewID[claviger.AuditID](), OrganisationID: by.OrganisationID, WorkspaceID: by.WorkspaceID,
		At: claviger.Now(r.now()), ActorKeyID: by.KeyID, ActorType: actor,
		Action: a.Action, ResourceType: a.ResourceType, ResourceID: sample(by.Origin.Resource),
		Method: by.Origin.Method, URI: sample(by.Origin.URI), RequestID: by.Origin.RequestID, Address: by.Origin.Address,
		Status: a.Status, Attempts: 1,
	}
	r.add(kind{e.OrganisationID, e.ActorKeyID, e.Address, e.Method, by.Origin.Route, e.Status}, e)
}

// maxSample bounds what of an attempt a caller chose, in bytes.
const maxSample = 256

// sample is what may be kept of a text that a caller chose: it may be anything,
// and is read by people and their tools.
func sample(v string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-._~/:@%+", r):
			return r
		}
		return '?'
	}, v[:min(len(v), maxSample)])
	return clean
}

// add counts e with its kind, the latest attempt standing for all.
func (r *Refusals) add(k kind, e claviger.AuditEntry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rest := kind{organisation: e.OrganisationID, status: e.Status}
	if k != rest && r.seen[k] == nil && r.kinds[e.OrganisationID] >= maxKinds {
		k = rest
		e.WorkspaceID, e.ActorKeyID, e.ActorType, e.Address = "", "", "unknown", ""
		e.Action, e.ResourceType, e.ResourceID, e.Method, e.URI, e.RequestID = "", "", "", "", "", ""
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
		e.At, e.RequestID, e.URI, e.ResourceID = old.At, old.RequestID, old.URI, old.ResourceID
	}
	*old = e
}

// Flush writes what was counted. When that fails it is counted on, and written
// by the next flush.
func (r *Refusals) Flush(ctx context.Context) error {
	r.mu.Lock()
	seen := maps.Clone(r.seen)
	clear(r.seen)
	clear(r.kinds)
	r.mu.Unlock()
	if len(seen) == 0 {
		return nil
	}
	entries := make([]claviger.AuditEntry, 0, len(seen))
	for _, e := range seen {
		entries = append(entries, *e)
	}
	err := r.write(ctx, entries)
	if err != nil {
		for k, e := range seen {
			r.add(k, *e)
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
