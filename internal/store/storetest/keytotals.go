package storetest

import (
	"fmt"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// keyAndProviderTotals compares the totals of the lists of API keys and of
// providers, however narrowed, with the rows there are, while they come and go.
func keyAndProviderTotals(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	org := o.org.ID
	team := workspace(org, "ws-team")
	service, user, admin := apiKey(org, team.ID), apiKey(org, team.ID), apiKey(org, "")
	service.Type, service.SubType = claviger.WorkspaceKey, claviger.ServiceKey
	user.Type, user.SubType = claviger.WorkspaceKey, claviger.UserKey
	admin.Type, admin.SubType = claviger.OrganisationKey, claviger.ServiceKey
	shared, own := integration(org, "", "shared"), integration(org, team.ID, "own")
	first, second, third := provider(shared, team.ID, "first"), provider(own, team.ID, "second"), provider(shared, o.workspace.ID, "third")

	filters := [][]claviger.KeyKind{nil, {}, {{Type: "organisation", SubType: "unheard of"}}, claviger.KeyKinds()}
	for _, k := range claviger.KeyKinds() {
		filters = append(filters, []claviger.KeyKind{k})
	}
	check := func(when string, keys, providers int) {
		t.Helper()
		w.view(func(tx *store.Tx) error {
			for _, ws := range []claviger.WorkspaceID{"", team.ID, o.workspace.ID, "none"} {
				for _, kinds := range filters {
					rows, total, err := tx.APIKeys(ctx, org, claviger.APIKeyQuery{WorkspaceID: ws, Kinds: kinds, Page: page})
					ok(t, err)
					same(t, fmt.Sprintf("%s: keys of %q of kinds %v", when, ws, kinds), len(rows), total)
				}
				rows, total, err := tx.Providers(ctx, org, claviger.ProviderQuery{WorkspaceID: ws, Page: page})
				ok(t, err)
				same(t, fmt.Sprintf("%s: providers of %q", when, ws), len(rows), total)
			}
			_, total, err := tx.APIKeys(ctx, org, claviger.APIKeyQuery{Page: page})
			ok(t, err)
			same(t, when+": all keys", keys, total)
			_, total, err = tx.Providers(ctx, org, claviger.ProviderQuery{Page: page})
			ok(t, err)
			same(t, when+": all providers", providers, total)
			return nil
		})
	}

	check("at first", 1, 1)
	w.update(func(tx *store.Tx) error {
		ok(t, tx.InsertWorkspace(ctx, team))
		for _, k := range []claviger.APIKey{service, user, admin} {
			ok(t, tx.InsertAPIKey(ctx, k))
		}
		ok(t, tx.InsertIntegration(ctx, shared))
		ok(t, tx.InsertIntegration(ctx, own))
		for _, p := range []claviger.Provider{first, second, third} {
			ok(t, tx.InsertProvider(ctx, p))
		}
		return nil
	})
	check("with more", 4, 4)

	again := apiKey(org, team.ID)
	again.Hash = user.Hash
	w.update(func(tx *store.Tx) error {
		refused(t, "a key that is there", tx.InsertAPIKey(ctx, again), claviger.Conflict)
		refused(t, "a slug that is taken", tx.InsertProvider(ctx, provider(shared, team.ID, "first")), claviger.Conflict)
		return nil
	})
	check("after what was refused", 4, 4)

	w.update(func(tx *store.Tx) error {
		service.Name, first.Name = "Renamed", "Renamed"
		ok(t, tx.UpdateAPIKey(ctx, service))
		ok(t, tx.UpdateProvider(ctx, first))
		ok(t, tx.ArchiveAPIKey(ctx, admin))
		return tx.ArchiveProvider(ctx, third)
	})
	check("without some", 3, 3)

	w.update(func(tx *store.Tx) error { return tx.ArchiveIntegration(ctx, own) })
	check("without an integration", 3, 2)

	w.update(func(tx *store.Tx) error { return tx.ArchiveWorkspace(ctx, team) })
	check("without a workspace", 1, 1)
	unchanged(t, w, w.their)
}
