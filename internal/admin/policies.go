package admin

import (
	"context"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
)

// PolicyFilter selects policies of a list, as the request wrote it.
type PolicyFilter struct {
	Workspace  string // id or slug; needed with an organisation key
	Status     string // "" for active
	Type, Unit string // "" for any
	Page       claviger.Page
}

// Policies lists the policies of a kind in a workspace, and how many there are
// in all.
func (s *Service) Policies(ctx context.Context, by authz.Caller, kind claviger.PolicyKind, f PolicyFilter) (list []claviger.Policy, total int, err error) {
	if err := by.Allow("policies.list"); err != nil {
		return nil, 0, err
	}
	var p problems
	q := claviger.PolicyQuery{Kind: kind, Status: p.policyStatus(f.Status), Measure: f.Type, Unit: f.Unit, Page: f.Page}
	if by.IsOrganisation() && f.Workspace == "" {
		p.add("workspace_id", needsWorkspace)
	}
	if err := p.err(); err != nil {
		return nil, 0, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		ws, err := workspaceOf(ctx, tx, by, f.Workspace)
		if err != nil {
			return err
		}
		q.WorkspaceID = ws.ID
		list, total, err = tx.Policies(ctx, by.OrganisationID, q)
		return err
	})
	return list, total, err
}

func (p *problems) policyStatus(v string) claviger.Status {
	switch s := claviger.Status(v); s {
	case "", claviger.Active:
		return claviger.Active
	case claviger.Archived:
		return s
	}
	p.add("status", "must be active or archived")
	return ""
}

// Policy is one policy with its resets. Archived ones are there for those who
// ask for them by status; "" asks for active ones.
func (s *Service) Policy(ctx context.Context, by authz.Caller, kind claviger.PolicyKind, id, status string) (row claviger.Policy, err error) {
	if err := by.Allow("policies.read"); err != nil {
		return row, err
	}
	var p problems
	wanted := p.policyStatus(status)
	if err := p.err(); err != nil {
		return row, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		row, err = policy(ctx, tx, by, kind, id, wanted)
		return err
	})
	return row, err
}

// policy is a policy that the caller may know of. Those of other workspaces are
// not there for a workspace key.
func policy(ctx context.Context, tx Tx, by authz.Caller, kind claviger.PolicyKind, id string, status claviger.Status) (claviger.Policy, error) {
	row, err := tx.Policy(ctx, by.OrganisationID, kind, claviger.PolicyID(strings.ToLower(id)))
	if err != nil {
		return row, err
	}
	if row.Status != status || !by.IsOrganisation() && row.WorkspaceID != by.WorkspaceID {
		return claviger.Policy{}, claviger.Missing("policy")
	}
	return row, nil
}

func policyFields(row claviger.Policy) audit.Fields {
	return audit.Fields{
		"id": row.ID, "kind": row.Kind, "name": row.Name, "description": row.Description, "workspace_id": row.WorkspaceID,
		"conditions": row.Conditions, "group_by": row.GroupBy, "limit": row.Limit, "target": row.Target, "status": row.Status,
	}
}
