package storetest

import (
	"context"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// taken stores each thing a second time under the same name.
func taken(t *testing.T, w *world) {
	o := w.ours
	org, ws := o.org.ID, o.workspace.ID
	key := apiKey(org, ws)
	key.Hash = w.their.key.Hash // in all organisations
	other := workspace(org, "ws-other")
	second := integration(org, "", "second")
	w.update(func(tx *store.Tx) error {
		ok(t, tx.InsertWorkspace(t.Context(), other))
		return tx.InsertIntegration(t.Context(), second)
	})
	tests := map[string]struct {
		write func(context.Context, *store.Tx) error
		says  string
	}{
		"a workspace's slug": {func(c context.Context, tx *store.Tx) error {
			return tx.InsertWorkspace(c, workspace(org, o.workspace.Slug))
		}, "slug is already taken"},
		"an integration's slug": {func(c context.Context, tx *store.Tx) error {
			return tx.InsertIntegration(c, integration(org, "", o.integration.Slug))
		}, "slug is already taken"},
		"an integration's slug, by one of a workspace": {func(c context.Context, tx *store.Tx) error {
			return tx.InsertIntegration(c, integration(org, ws, o.integration.Slug))
		}, "slug is already taken"},
		"a provider's slug": {func(c context.Context, tx *store.Tx) error {
			return tx.InsertProvider(c, provider(o.integration, ws, o.provider.Slug))
		}, "slug is already taken"},
		"a key": {func(c context.Context, tx *store.Tx) error { return tx.InsertAPIKey(c, key) }, "API key already exists"},
		"an organisation": {func(c context.Context, tx *store.Tx) error {
			return tx.InsertOrganisation(c, o.org)
		}, "organisation already exists"},
		"a workspace's slug, by renaming": {func(c context.Context, tx *store.Tx) error {
			changed := other
			changed.Slug = o.workspace.Slug
			return tx.UpdateWorkspace(c, changed)
		}, "slug is already taken"},
		"an integration's slug, by renaming": {func(c context.Context, tx *store.Tx) error {
			changed := second
			changed.Slug = o.integration.Slug
			return tx.UpdateIntegration(c, changed)
		}, "slug is already taken"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := w.store.Update(t.Context(), func(tx *store.Tx) error { return tt.write(t.Context(), tx) })
			refused(t, name, err, claviger.Conflict)
			if err != nil && err.Error() != tt.says {
				t.Errorf("error %q, want %q", err, tt.says)
			}
		})
	}
	t.Run("a provider's slug in another workspace is free", func(t *testing.T) {
		w.update(func(tx *store.Tx) error {
			return tx.InsertProvider(t.Context(), provider(o.integration, other.ID, o.provider.Slug))
		})
	})
	t.Run("after a refused insert the transaction goes on", func(t *testing.T) {
		w.update(func(tx *store.Tx) error {
			err := tx.InsertIntegration(t.Context(), integration(org, "", o.integration.Slug))
			refused(t, "insert", err, claviger.Conflict)
			return tx.InsertIntegration(t.Context(), integration(org, "", "free"))
		})
	})
}

// archived archives each thing: it is gone for every reader, its name is free,
// and what went with it is gone as well.
func archived(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	org, ws := o.org.ID, o.workspace.ID
	own := integration(org, ws, "own")
	w.update(func(tx *store.Tx) error {
		ok(t, tx.InsertIntegration(ctx, own))
		ok(t, tx.PutGrant(ctx, grant(own, ws)))
		return tx.InsertProvider(ctx, provider(own, ws, "own"))
	})
	w.update(func(tx *store.Tx) error { return tx.ArchiveProvider(ctx, o.provider) })
	_, err := w.store.Target(ctx, org, ws, o.provider.Slug)
	refused(t, "target of an archived provider", err, claviger.NotFound)
	again := provider(o.integration, ws, o.provider.Slug)
	w.update(func(tx *store.Tx) error { return tx.InsertProvider(ctx, again) })

	w.update(func(tx *store.Tx) error { return tx.ArchiveIntegration(ctx, o.integration) })
	w.view(func(tx *store.Tx) error {
		_, err := tx.Integration(ctx, org, o.integration.Slug)
		refused(t, "archived integration", err, claviger.NotFound)
		_, err = tx.Provider(ctx, org, ws, again.Slug)
		refused(t, "its provider", err, claviger.NotFound)
		_, err = tx.Grants(ctx, org, o.integration.ID)
		refused(t, "its grants", err, claviger.NotFound)
		global, err := tx.GloballyGranted(ctx, org)
		ok(t, err)
		same(t, "globally granted", 0, len(global))
		return nil
	})
	err = w.store.Update(ctx, func(tx *store.Tx) error { return tx.UpdateIntegration(ctx, o.integration) })
	refused(t, "update of an archived integration", err, claviger.NotFound)
	w.update(func(tx *store.Tx) error { return tx.InsertIntegration(ctx, integration(org, "", o.integration.Slug)) })

	organisationKey := apiKey(org, "")
	w.update(func(tx *store.Tx) error { return tx.InsertAPIKey(ctx, organisationKey) })
	w.update(func(tx *store.Tx) error { return tx.ArchiveWorkspace(ctx, o.workspace) })
	_, _, err = w.store.APIKeyByHash(ctx, o.key.Hash)
	refused(t, "key of an archived workspace", err, claviger.NotFound)
	w.view(func(tx *store.Tx) error {
		_, err := tx.Workspace(ctx, org, o.workspace.Slug)
		refused(t, "archived workspace", err, claviger.NotFound)
		_, err = tx.APIKey(ctx, org, o.key.ID)
		refused(t, "its key", err, claviger.NotFound)
		_, err = tx.Integration(ctx, org, "own")
		refused(t, "its own integration", err, claviger.NotFound)
		_, err = tx.Provider(ctx, org, ws, "own")
		refused(t, "its provider", err, claviger.NotFound)
		_, n, err := tx.Providers(ctx, org, claviger.ProviderQuery{Page: page})
		ok(t, err)
		same(t, "providers left", 0, n)
		return nil
	})
	w.update(func(tx *store.Tx) error { return tx.InsertWorkspace(ctx, workspace(org, o.workspace.Slug)) })
	k, none, err := w.store.APIKeyByHash(ctx, organisationKey.Hash)
	ok(t, err)
	same(t, "organisation key", organisationKey, k)
	same(t, "workspace of an organisation key", claviger.Workspace{}, none)
	w.update(func(tx *store.Tx) error { return tx.ArchiveAPIKey(ctx, organisationKey) })
	_, _, err = w.store.APIKeyByHash(ctx, organisationKey.Hash)
	refused(t, "archived key", err, claviger.NotFound)
	_, _, err = w.store.APIKeyByHash(ctx, claviger.KeyHash{})
	refused(t, "the zero hash", err, claviger.NotFound)
	unchanged(t, w, w.their)
}
