package admin

import (
	"context"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
)

// AuditFilter selects audit entries, as the request wrote it. Empty fields but
// StartTime and EndTime select everything.
type AuditFilter struct {
	StartTime, EndTime string // ISO 8601, both needed: the log only grows
	Organisation       string // the caller's own, or ""
	Workspace          string // id or slug; by id also one that is gone
	ActorID, ActorType string
	Action             string
	ResourceType       string
	Method, URI        string
	RequestID, Address string
	Status             int
	Country            string // of no entry known
	Page               claviger.Page
}

// AuditLog reads the audit log of the caller's organisation, newest first. It
// returns the total that matches as well.
func (s *Service) AuditLog(ctx context.Context, by authz.Caller, f AuditFilter) (list []claviger.AuditEntry, total int, err error) {
	if err := by.Allow("audit_logs.list"); err != nil {
		return nil, 0, err
	}
	q, err := f.query()
	if err != nil {
		return nil, 0, err
	}
	if f.Organisation != "" && !strings.EqualFold(f.Organisation, string(by.OrganisationID)) {
		return nil, 0, authz.Denied()
	}
	err = s.store.View(ctx, func(tx Tx) error {
		switch {
		case claviger.IsUUID(f.Workspace):
			q.WorkspaceID = claviger.WorkspaceID(strings.ToLower(f.Workspace))
		case f.Workspace != "":
			w, err := workspaceOf(ctx, tx, by, f.Workspace)
			if err != nil {
				return err
			}
			q.WorkspaceID = w.ID
		}
		if f.Country != "" {
			return nil
		}
		list, total, err = tx.AuditEntries(ctx, by.OrganisationID, q)
		return err
	})
	return list, total, err
}

func (f AuditFilter) query() (claviger.AuditQuery, error) {
	var p problems
	from, to := p.needed("start_time", f.StartTime), p.needed("end_time", f.EndTime)
	if p.empty() && !from.Before(to) {
		p.add("end_time", "must be after start_time")
	}
	return claviger.AuditQuery{
		From: from, To: to, ActorKeyID: claviger.APIKeyID(strings.ToLower(f.ActorID)), ActorType: f.ActorType,
		Action: f.Action, ResourceType: f.ResourceType, Method: f.Method, URI: f.URI,
		RequestID: f.RequestID, Address: f.Address, Status: f.Status, Page: f.Page,
	}, p.err()
}

// needed is a time that must be given. A plus sign that a client left as it is
// arrives as a space.
func (p *problems) needed(at, v string) time.Time {
	if v == "" {
		p.add(at, "is required")
	}
	return p.time(at, strings.ReplaceAll(v, " ", "+"))
}

// RecordRefusals stores entries of refused attempts. Those of callers nobody
// knows go to the first organisation, which is the operator's own.
func (s *Service) RecordRefusals(ctx context.Context, entries []claviger.AuditEntry) error {
	return s.store.Update(ctx, func(tx Tx) error {
		for _, e := range entries {
			if e.OrganisationID == "" {
				there, err := tx.Organisations(ctx)
				if err != nil {
					return err
				}
				if len(there) == 0 {
					continue
				}
				e.OrganisationID = there[0].ID
			}
			if err := tx.InsertAudit(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
}
