package admin

import (
	"context"
	"fmt"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
)

// CreatePolicy makes a policy in a workspace.
func (s *Service) CreatePolicy(ctx context.Context, by authz.Caller, kind claviger.PolicyKind, workspace string, in PolicyInput) (made claviger.Policy, err error) {
	if err := by.Allow("policies.create"); err != nil {
		return made, err
	}
	err = s.update(ctx, by, func(w *work) error {
		p := startWith(in.Found)
		ws, err := w.whose(ctx, workspace, p)
		if err != nil {
			return err
		}
		row := claviger.Policy{
			ID: claviger.NewID[claviger.PolicyID](), OrganisationID: by.OrganisationID, WorkspaceID: ws, Kind: kind,
			Status: claviger.Active, CreatedAt: w.now, UpdatedAt: w.now, Version: 1,
		}
		in.fill(&row, p)
		in.apply(&row, p, w.now)
		if err := p.err(); err != nil {
			return err
		}
		if err := w.roomForPolicy(ctx, row); err != nil {
			return err
		}
		made = row
		if err := w.InsertPolicy(ctx, row); err != nil {
			return err
		}
		return w.recordPolicy(ctx, "create", nil, &row, "")
	})
	return made, err
}

// roomForPolicy refuses a policy more than a workspace may have.
func (w *work) roomForPolicy(ctx context.Context, row claviger.Policy) error {
	_, total, err := w.Policies(ctx, row.OrganisationID, claviger.PolicyQuery{
		Kind: row.Kind, WorkspaceID: row.WorkspaceID, Status: claviger.Active, Page: claviger.Page{Size: 1},
	})
	if err == nil && total >= maxPolicies {
		return claviger.Fail(claviger.Conflict, fmt.Sprintf("The workspace has %d active %s policies, and can have no more", total, words(row.Kind)))
	}
	return err
}

// UpdatePolicy changes what in names. What a policy counts, by what it groups
// and what it applies to never change.
func (s *Service) UpdatePolicy(ctx context.Context, by authz.Caller, kind claviger.PolicyKind, id string, in PolicyInput) error {
	if err := by.Allow("policies.update"); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		old, err := policy(ctx, w, by, kind, id, claviger.Active)
		if err != nil {
			return err
		}
		row, p := old, startWith(in.Found)
		in.keep(old, p)
		in.apply(&row, p, w.now)
		end := p.policyStatus(in.Status.Value) == claviger.Archived
		value := p.resetValue(old, in.ResetValue)
		if err := p.err(); err != nil {
			return err
		}
		row.UpdatedAt = w.now
		if end {
			return w.archivePolicy(ctx, row)
		}
		if value != "" {
			if err := w.resetGroup(ctx, old, value); err != nil {
				return err
			}
		}
		if err := w.UpdatePolicy(ctx, row); err != nil {
			return err
		}
		return w.recordPolicy(ctx, "update", &old, &row, value)
	})
}

// DeletePolicy archives a policy.
func (s *Service) DeletePolicy(ctx context.Context, by authz.Caller, kind claviger.PolicyKind, id string) error {
	if err := by.Allow("policies.delete"); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		row, err := policy(ctx, w, by, kind, id, claviger.Active)
		if err != nil {
			return err
		}
		row.UpdatedAt = w.now
		return w.archivePolicy(ctx, row)
	})
}

func (w *work) archivePolicy(ctx context.Context, row claviger.Policy) error {
	if err := w.ArchivePolicy(ctx, row); err != nil {
		return err
	}
	return w.recordPolicy(ctx, "delete", &row, nil, "")
}

// recordPolicy writes the audit entry, with the group that was counted from
// zero, if one was, and tells that the policies of the
// workspace changed: they are held in memory together.
func (w *work) recordPolicy(ctx context.Context, action string, old, row *claviger.Policy, group string) error {
	change := audit.Change{Action: action}
	for _, of := range []*claviger.Policy{old, row} {
		if of != nil {
			change.ResourceID, change.WorkspaceID, change.ResourceType = string(of.ID), of.WorkspaceID, string(of.Kind)+"_policy"
		}
	}
	if old != nil {
		change.Before = policyFields(*old)
	}
	if row != nil {
		change.After = policyFields(*row)
		if group != "" {
			change.After["reset_usage_for_value"] = group
		}
	}
	return w.note(ctx, claviger.Change{
		OrganisationID: w.by.OrganisationID, Kind: claviger.PolicyChanged, ID: string(change.WorkspaceID),
	}, change)
}
