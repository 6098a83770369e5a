package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
)

// SumFilter selects what of the ledger is summed up, as the request wrote it.
// Empty fields select everything, but the time: see [Service.UsageSums].
type SumFilter struct {
	GroupBy                   string // groups with commas between; "": day
	Workspace, Integration    string // id or slug
	APIKeyID, Provider, Model string
	StartTime, EndTime        string // ISO 8601
	Page                      claviger.Page
}

const (
	usualSpan   = 30 * 24 * time.Hour
	longestSpan = 366 * 24 * time.Hour
)

// UsageSums sums up the ledger: the organisation's for an organisation key, the
// workspace's for a workspace key. Without times it is that of the last 30 days,
// and it is of 366 days at most. It returns what it groups by, in order, and how
// many groups there are. A few sums are made at a time, each in bounded time; else
// the error is Unavailable.
func (s *Service) UsageSums(ctx context.Context, by authz.Caller, f SumFilter) (groups []claviger.UsageGroup, list []claviger.UsageSum, total int, err error) {
	if err := by.Allow("logs.list", "logs.view"); err != nil {
		return nil, nil, 0, err
	}
	q, err := f.query(s.now())
	if err != nil {
		return nil, nil, 0, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		if q.WorkspaceID, err = ofWorkspace(ctx, tx, by, f.Workspace); err != nil {
			return err
		}
		q.IntegrationID, err = ofIntegration(ctx, tx, by, f.Integration)
		return err
	})
	if err != nil {
		return nil, nil, 0, err
	}
	s.flushed(ctx)
	err = s.sums.do(ctx, by.KeyID, func(ctx context.Context) error {
		list, total, err = s.store.UsageSums(ctx, by.OrganisationID, q)
		return err
	})
	return q.By, list, total, err
}

func (f SumFilter) query(now time.Time) (claviger.SumQuery, error) {
	var p problems
	q := claviger.SumQuery{
		By:           p.groups("group_by", f.GroupBy),
		APIKeyID:     claviger.APIKeyID(strings.ToLower(f.APIKeyID)),
		ProviderSlug: strings.TrimPrefix(f.Provider, "@"),
		Model:        f.Model,
		From:         p.time("start_time", f.StartTime),
		To:           p.time("end_time", f.EndTime),
		Page:         f.Page,
	}
	if !p.empty() {
		return q, p.err()
	}
	if q.To.IsZero() {
		q.To = now
	}
	if q.From.IsZero() {
		q.From = q.To.Add(-usualSpan)
	}
	switch {
	case q.To.Before(q.From):
		p.add("end_time", "must not be before start_time")
	case q.To.Sub(q.From) > longestSpan:
		p.add("start_time", "must be at most 366 days before end_time")
	}
	return q, p.err()
}

// groups reads the names of groups, with commas between.
func (p *problems) groups(path, names string) (out []claviger.UsageGroup) {
	if names == "" {
		return []claviger.UsageGroup{claviger.ByDay}
	}
	for name := range strings.SplitSeq(names, ",") {
		g := claviger.UsageGroup(strings.TrimSpace(name))
		switch {
		case !slices.Contains(claviger.UsageGroups, g):
			p.add(path, "must be of day, workspace, integration, provider, api_key and model, with commas between")
			return nil
		case slices.Contains(out, g):
			p.add(path, "names a group twice")
			return nil
		}
		out = append(out, g)
	}
	return out
}

// ofIntegration is the id of an integration by its id or slug. By id it may be
// archived, since it has entries still. What the caller cannot see is as if it
// had none.
func ofIntegration(ctx context.Context, tx Tx, by authz.Caller, ref string) (claviger.IntegrationID, error) {
	if ref == "" || claviger.IsUUID(ref) {
		return claviger.IntegrationID(strings.ToLower(ref)), nil
	}
	i, err := tx.Integration(ctx, by.OrganisationID, ref)
	if claviger.CodeOf(err) == claviger.NotFound {
		return claviger.IntegrationID(ref), nil // which is no id, so of no entry
	}
	return i.ID, err
}
