package storetest

import (
	"context"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// foreign calls every method with our organisation and the other one's things:
// each must look as if they were not there, and change nothing.
func foreign(t *testing.T, w *world) {
	ctx, our, x := t.Context(), w.ours.org.ID, w.their
	ours := func(tx *store.Tx) map[string]error {
		_, workspace := tx.Workspace(ctx, our, string(x.workspace.ID))
		_, contents := tx.WorkspaceContents(ctx, our, x.workspace.ID)
		_, key := tx.APIKey(ctx, our, x.key.ID)
		_, integration := tx.Integration(ctx, our, string(x.integration.ID))
		_, grants := tx.Grants(ctx, our, x.integration.ID)
		_, oneGrant := tx.Grant(ctx, our, x.integration.ID, x.workspace.ID)
		_, _, counted := tx.IntegrationAndGrants(ctx, our, string(x.integration.ID))
		_, provider := tx.Provider(ctx, our, x.workspace.ID, string(x.provider.ID))
		_, slug := tx.Provider(ctx, our, x.workspace.ID, x.provider.Slug)
		_, organisation := tx.Organisation(ctx, claviger.NewID[claviger.OrganisationID]())
		return map[string]error{"Workspace": workspace, "WorkspaceContents": contents, "APIKey": key,
			"Integration": integration, "Grants": grants, "Grant": oneGrant, "IntegrationAndGrants": counted,
			"Provider by id": provider, "Provider by slug": slug, "Organisation": organisation}
	}
	w.view(func(tx *store.Tx) error {
		for name, err := range ours(tx) {
			refused(t, name, err, claviger.NotFound)
		}
		return nil
	})
	for name, write := range foreignWrites(w) {
		err := w.store.Update(ctx, func(tx *store.Tx) error { return write(ctx, tx) })
		refused(t, name, err, claviger.NotFound)
	}
	_, err := w.store.Target(ctx, our, x.workspace.ID, x.provider.Slug)
	refused(t, "Target", err, claviger.NotFound)
	targets, err := w.store.Targets(ctx, our, x.workspace.ID)
	ok(t, err)
	same(t, "Targets", 0, len(targets))
	unchanged(t, w, x)
	foreignLists(t, w)
}

// foreignWrites are the other organisation's rows under our organisation's id,
// and rows of ours that point at theirs.
func foreignWrites(w *world) map[string]func(context.Context, *store.Tx) error {
	our, x := w.ours.org.ID, w.their
	ws, key, in, prov, g := x.workspace, x.key, x.integration, x.provider, x.grant
	ws.OrganisationID, key.OrganisationID, in.OrganisationID, prov.OrganisationID, g.OrganisationID = our, our, our, our, our
	newKey := apiKey(our, x.workspace.ID)
	newIntegration := integration(our, x.workspace.ID, "new")
	ofTheirs := provider(x.integration, w.ours.workspace.ID, "new")
	inTheirs := provider(w.ours.integration, x.workspace.ID, "new")
	ofTheirs.OrganisationID = our
	grantTheirs := grant(x.integration, w.ours.workspace.ID)
	grantTheirs.OrganisationID = our
	nobody := workspace(claviger.NewID[claviger.OrganisationID](), "ws-new")
	audit := claviger.AuditEntry{ID: claviger.NewID[claviger.AuditID](), OrganisationID: nobody.OrganisationID, At: at}
	return map[string]func(context.Context, *store.Tx) error{
		"UpdateWorkspace":                      func(c context.Context, tx *store.Tx) error { return tx.UpdateWorkspace(c, ws) },
		"ArchiveWorkspace":                     func(c context.Context, tx *store.Tx) error { return tx.ArchiveWorkspace(c, ws) },
		"UpdateAPIKey":                         func(c context.Context, tx *store.Tx) error { return tx.UpdateAPIKey(c, key) },
		"ArchiveAPIKey":                        func(c context.Context, tx *store.Tx) error { return tx.ArchiveAPIKey(c, key) },
		"UpdateIntegration":                    func(c context.Context, tx *store.Tx) error { return tx.UpdateIntegration(c, in) },
		"ArchiveIntegration":                   func(c context.Context, tx *store.Tx) error { return tx.ArchiveIntegration(c, in) },
		"UpdateProvider":                       func(c context.Context, tx *store.Tx) error { return tx.UpdateProvider(c, prov) },
		"ArchiveProvider":                      func(c context.Context, tx *store.Tx) error { return tx.ArchiveProvider(c, prov) },
		"PutGrant":                             func(c context.Context, tx *store.Tx) error { return tx.PutGrant(c, g) },
		"PutGrant of their integration":        func(c context.Context, tx *store.Tx) error { return tx.PutGrant(c, grantTheirs) },
		"PutGrant to their workspace":          func(c context.Context, tx *store.Tx) error { return tx.PutGrant(c, grantTo(w.ours, x)) },
		"InsertWorkspace of no organisation":   func(c context.Context, tx *store.Tx) error { return tx.InsertWorkspace(c, nobody) },
		"InsertAPIKey in their workspace":      func(c context.Context, tx *store.Tx) error { return tx.InsertAPIKey(c, newKey) },
		"InsertIntegration in their workspace": func(c context.Context, tx *store.Tx) error { return tx.InsertIntegration(c, newIntegration) },
		"InsertProvider of their integration":  func(c context.Context, tx *store.Tx) error { return tx.InsertProvider(c, ofTheirs) },
		"InsertProvider in their workspace":    func(c context.Context, tx *store.Tx) error { return tx.InsertProvider(c, inTheirs) },
		"InsertAudit of no organisation":       func(c context.Context, tx *store.Tx) error { return tx.InsertAudit(c, audit) },
	}
}

func grantTo(ours, theirs tenant) claviger.Grant { return grant(ours.integration, theirs.workspace.ID) }

// foreignLists filters our lists by their ids.
func foreignLists(t *testing.T, w *world) {
	ctx, our, x := t.Context(), w.ours.org.ID, w.their
	w.view(func(tx *store.Tx) error {
		_, workspaces, err := tx.Workspaces(ctx, our, claviger.WorkspaceQuery{Only: x.workspace.ID, Page: page})
		ok(t, err)
		_, entries, err := tx.AuditEntries(ctx, our, claviger.AuditQuery{From: at, To: at.Add(time.Hour), WorkspaceID: x.workspace.ID, Page: page})
		ok(t, err)
		same(t, "their audit entries", 0, entries)
		_, keys, err := tx.APIKeys(ctx, our, claviger.APIKeyQuery{IDs: []claviger.APIKeyID{x.key.ID}, Page: page})
		ok(t, err)
		_, keysOf, err := tx.APIKeys(ctx, our, claviger.APIKeyQuery{WorkspaceID: x.workspace.ID, Page: page})
		ok(t, err)
		_, integrations, err := tx.Integrations(ctx, our, claviger.IntegrationQuery{AccessibleTo: x.workspace.ID, Page: page})
		ok(t, err)
		_, providers, err := tx.Providers(ctx, our, claviger.ProviderQuery{WorkspaceID: x.workspace.ID, Page: page})
		ok(t, err)
		_, providersOf, err := tx.Providers(ctx, our, claviger.ProviderQuery{IntegrationID: x.integration.ID, Page: page})
		ok(t, err)
		same(t, "their rows in our lists", []int{0, 0, 0, 0, 0, 0},
			[]int{workspaces, keys, keysOf, integrations, providers, providersOf})
		return nil
	})
}

// unchanged expects a tenant's rows as its fixture made them.
func unchanged(t *testing.T, w *world, x tenant) {
	t.Helper()
	w.view(func(tx *store.Tx) error {
		ws, err := tx.Workspace(t.Context(), x.org.ID, x.workspace.Slug)
		ok(t, err)
		same(t, "workspace", x.workspace, ws)
		key, err := tx.APIKey(t.Context(), x.org.ID, x.key.ID)
		ok(t, err)
		same(t, "api key", x.key, key)
		i, err := tx.Integration(t.Context(), x.org.ID, x.integration.Slug)
		ok(t, err)
		same(t, "integration", x.integration, i)
		grants, err := tx.Grants(t.Context(), x.org.ID, x.integration.ID)
		ok(t, err)
		same(t, "grants", 1, len(grants))
		p, err := tx.Provider(t.Context(), x.org.ID, x.workspace.ID, x.provider.Slug)
		ok(t, err)
		same(t, "provider", x.provider.Version, p.Version)
		return nil
	})
}
