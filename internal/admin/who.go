package admin

import (
	"context"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
)

// workspaceOf is the workspace a request is about. A workspace key is locked to
// its own, whatever ref says; an organisation key names one. A workspace that
// is gone, foreign or never was is refused in the same words.
func workspaceOf(ctx context.Context, tx Tx, by authz.Caller, ref string) (claviger.Workspace, error) {
	if !by.IsOrganisation() {
		ref = string(by.WorkspaceID)
	}
	w, err := tx.Workspace(ctx, by.OrganisationID, ref)
	if claviger.CodeOf(err) == claviger.NotFound {
		return w, authz.Denied()
	}
	return w, err
}

// SameWorkspace reports whether a and b, ids or slugs, name one workspace of the
// caller's organisation; one that is not there is the same as none.
func (s *Service) SameWorkspace(ctx context.Context, by authz.Caller, a, b string) (same bool, err error) {
	if a == b {
		return true, nil
	}
	err = s.store.View(ctx, func(tx Tx) error {
		first, err := tx.Workspace(ctx, by.OrganisationID, a)
		if err != nil {
			return err
		}
		second, err := tx.Workspace(ctx, by.OrganisationID, b)
		same = err == nil && first.ID == second.ID
		return err
	})
	if claviger.CodeOf(err) == claviger.NotFound {
		return false, nil
	}
	return same, err
}

// ownWorkspace is the workspace that ref names, if the caller may know of it.
func ownWorkspace(ctx context.Context, tx Tx, by authz.Caller, ref string) (claviger.Workspace, error) {
	w, err := tx.Workspace(ctx, by.OrganisationID, ref)
	if claviger.CodeOf(err) == claviger.NotFound {
		return w, authz.Denied()
	}
	if err == nil && !by.IsOrganisation() && w.ID != by.WorkspaceID {
		return claviger.Workspace{}, authz.Denied()
	}
	return w, err
}

// only is the workspace a list is narrowed to: a workspace key's own, or what
// an organisation key asked for, or all.
func only(ctx context.Context, tx Tx, by authz.Caller, ref string) (claviger.WorkspaceID, error) {
	if by.IsOrganisation() && ref == "" {
		return "", nil
	}
	w, err := workspaceOf(ctx, tx, by, ref)
	return w.ID, err
}
