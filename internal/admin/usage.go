package admin

import (
	"context"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
)

// EntryFilter selects ledger entries, as the request wrote it. Empty fields
// select everything.
type EntryFilter struct {
	Workspace, APIKeyID, Provider, EntryID string
	RequestID                              string // of all attempts of one request
	StartTime, EndTime                     string // ISO 8601
	Page                                   claviger.Page
}

// Entries reads the ledger: the organisation's for an organisation key, the
// workspace's for a workspace key. It returns the total that matches as well.
func (s *Service) Entries(ctx context.Context, by authz.Caller, f EntryFilter) (list []claviger.Entry, total int, err error) {
	if err := by.Allow("logs.list", "logs.view"); err != nil {
		return nil, 0, err
	}
	q, err := f.query()
	if err != nil {
		return nil, 0, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		q.WorkspaceID, err = ofWorkspace(ctx, tx, by, f.Workspace)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	s.flushed(ctx)
	err = s.pages.do(ctx, by.KeyID, func(ctx context.Context) error {
		list, total, err = s.store.Entries(ctx, by.OrganisationID, q)
		return err
	})
	return list, total, err
}

// ofWorkspace is the workspace whose entries are read; "" for all. By id it may
// be archived: it has entries still.
func ofWorkspace(ctx context.Context, tx Tx, by authz.Caller, ref string) (claviger.WorkspaceID, error) {
	if by.IsOrganisation() && claviger.IsUUID(ref) {
		return claviger.WorkspaceID(strings.ToLower(ref)), nil
	}
	return only(ctx, tx, by, ref)
}

// flushed brings what the ledger holds back into the store. When that fails,
// what is in the store can be read all the same.
func (s *Service) flushed(ctx context.Context) {
	if err := s.flush(ctx); err != nil {
		s.log.WarnContext(ctx, "the ledger could not be flushed before a read", "error", err)
	}
}

func (f EntryFilter) query() (claviger.EntryQuery, error) {
	var p problems
	q := claviger.EntryQuery{
		APIKeyID:     claviger.APIKeyID(strings.ToLower(f.APIKeyID)),
		ProviderSlug: strings.TrimPrefix(f.Provider, "@"),
		RequestID:    f.RequestID,
		From:         p.time("start_time", f.StartTime),
		To:           p.time("end_time", f.EndTime),
		Page:         f.Page,
	}
	if f.EntryID != "" {
		id, err := claviger.ParseEntryID(f.EntryID)
		if err != nil {
			p.add("entry_id", "must be the id of an entry")
		}
		q.Entry = id
	}
	return q, p.err()
}
