package adminapi

import (
	"context"

	claviger "github.com/claviger/claviger"
)

// workspaceID is the field, and the parameter, by which a request names its
// workspace.
const workspaceID = "workspace_id"

// oneWorkspace refuses a request that names two workspaces, one in its query and
// one in its body. A workspace key is locked to its own: where it names another,
// that is said to have been ignored.
func (a *api) oneWorkspace(ctx context.Context, r request, inBody string) error {
	if inBody != "" && r.workspace != "" {
		same, err := a.admin.SameWorkspace(ctx, r.by, inBody, r.workspace)
		if err != nil {
			return err
		}
		if !same {
			var p claviger.Problems
			p.Add(workspaceID, "names another workspace than the query does")
			return p.Err()
		}
	}
	if r.by.IsOrganisation() {
		return nil
	}
	for _, said := range []string{inBody, r.workspace} {
		if said == "" {
			continue
		}
		own, err := a.admin.SameWorkspace(ctx, r.by, said, string(r.by.WorkspaceID))
		if err != nil {
			return err
		}
		if !own {
			nameIgnored(r.header, workspaceID)
			return nil
		}
	}
	return nil
}
