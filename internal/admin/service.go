package admin

import (
	"context"
	"log/slog"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/vault"
)

// Vault seals what is secret in an integration and names secrets for the audit
// log.
type Vault interface {
	SealCredentials(vault.Binding, vault.Credentials) (sealed []byte, rootKeyID uint32, err error)
	OpenCredentials(vault.Binding, []byte) (vault.Credentials, error)
	Fingerprint(claviger.OrganisationID, secret.String) string
}

// Registry knows the kinds of provider. Adapter falls back to the kind for
// custom hosts.
type Registry interface {
	Adapter(id string) provider.Adapter
	Known(id string) bool
	IDs() []string
}

// Deps are what the use cases stand on. Store, Vault and Registry are required.
type Deps struct {
	Store     Store
	Vault     Vault
	Registry  Registry
	Catalogue Catalogue // nil: knows no models
	// Changed is told of every row a committed transaction changed; nil: nobody
	// listens. It runs in the caller's request, so it must not block.
	Changed func(claviger.Change)
	// Meter knows what has been used of limits; nil: it is not shown.
	Meter Meter
	// Flush brings what the ledger holds back into the store before usage is
	// read; nil: nothing is held back.
	Flush func(context.Context) error
	Now   func() time.Time // nil: the clock
	Log   *slog.Logger     // nil: silent
	// AllowPrivateHosts lets workspace-level integrations name custom hosts at
	// private addresses.
	AllowPrivateHosts bool
}

// Service runs the use cases. It is safe for concurrent use.
type Service struct {
	store     Store
	vault     Vault
	registry  Registry
	catalogue Catalogue
	changed   func(claviger.Change)
	meter     Meter
	flush     func(context.Context) error
	now       func() time.Time
	log       *slog.Logger
	private   bool

	sums, pages *turns // of whoever reads much of the ledger
}

// The connections to a store are at least eight, of which readers of usage take
// these. Both times together are less than the minute after which the server usually
// takes a caller of the admin API for gone.
const (
	sumsAtOnce  = 2
	pagesAtOnce = 4
	turnWait    = 10 * time.Second
	sumTime     = 45 * time.Second
)

// New returns the use cases over d.
func New(d Deps) *Service {
	s := &Service{
		store: d.Store, vault: d.Vault, registry: d.Registry, catalogue: d.Catalogue, changed: d.Changed,
		meter: d.Meter, flush: d.Flush, now: d.Now, log: d.Log, private: d.AllowPrivateHosts,
		sums: newTurns(sumsAtOnce, turnWait, sumTime), pages: newTurns(pagesAtOnce, turnWait, sumTime),
	}
	if s.changed == nil {
		s.changed = func(claviger.Change) {}
	}
	if s.catalogue == nil {
		s.catalogue = &catalogue.Catalogue{}
	}
	if s.flush == nil {
		s.flush = func(context.Context) error { return nil }
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// work is one run of a changing use case inside its transaction.
type work struct {
	Tx
	s       *Service
	by      authz.Caller
	now     time.Time // one for the whole transaction
	changes []claviger.Change
}

// update runs fn in a transaction and, once it is committed, tells of what
// changed. fn may run more than once and must depend on nothing it left behind.
func (s *Service) update(ctx context.Context, by authz.Caller, fn func(*work) error) error {
	var done []claviger.Change
	err := s.store.Update(ctx, func(tx Tx) error {
		w := &work{Tx: tx, s: s, by: by, now: claviger.Now(s.now())}
		if err := fn(w); err != nil {
			return err
		}
		done = w.changes
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range done {
		s.changed(c)
	}
	return nil
}

// record writes the audit entry of a change, and notes the change for those who
// hold the row in memory.
func (w *work) record(ctx context.Context, kind claviger.ChangeKind, change audit.Change) error {
	change.ResourceType = string(kind)
	return w.note(ctx, claviger.Change{OrganisationID: w.by.OrganisationID, Kind: kind, ID: change.ResourceID}, change)
}

// note is record for a change that is told of under another name than its
// resource's.
func (w *work) note(ctx context.Context, told claviger.Change, change audit.Change) error {
	entry, err := audit.Entry(w.by, w.now, w.s.vault, change)
	if err != nil {
		return err
	}
	w.changes = append(w.changes, told)
	return w.InsertAudit(ctx, entry)
}
