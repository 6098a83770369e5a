package admin

import (
	"context"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
)

// where says in how many workspaces an organisation key that names none looks
// for a provider.
type where int

const (
	// oneWorkspace: it has to name one.
	oneWorkspace where = iota
	// anyWorkspace: in all of them, as older clients do, which have no word for
	// a workspace. The slug must then be one workspace's only.
	anyWorkspace
)

const needsWorkspace = "is required with an organisation key"

// findProvider is the provider that ref, an id or a slug, names in a workspace.
func findProvider(ctx context.Context, tx Tx, by authz.Caller, workspace, ref string, look where) (claviger.Provider, error) {
	if by.IsOrganisation() && workspace == "" {
		return findAnywhere(ctx, tx, by, ref, look)
	}
	ws, err := workspaceOf(ctx, tx, by, workspace)
	if err != nil {
		return claviger.Provider{}, err
	}
	return tx.Provider(ctx, by.OrganisationID, ws.ID, ref)
}

func findAnywhere(ctx context.Context, tx Tx, by authz.Caller, ref string, look where) (none claviger.Provider, err error) {
	var p claviger.Problems
	switch {
	case look == oneWorkspace:
		p.Add("workspace_id", needsWorkspace)
		return none, p.Err()
	case ref == "":
		return none, claviger.Missing("provider")
	}
	found, total, err := tx.Providers(ctx, by.OrganisationID, claviger.ProviderQuery{Ref: ref, Page: claviger.Page{Size: 1}})
	switch {
	case err != nil:
		return none, err
	case total == 0:
		return none, claviger.Missing("provider")
	case total > 1:
		p.Add("workspace_id", "is required: several workspaces have a provider of this name")
		return none, p.Err()
	}
	return found[0], nil
}
