package storetest

import (
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"github.com/google/go-cmp/cmp"
)

// same reports how got differs from want.
func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func roundTrip(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	id := o.org.ID
	want := o
	want.grant.WorkspaceSlug = o.workspace.Slug
	want.provider.AIProvider, want.provider.IntegrationSlug = "openai", o.integration.Slug
	w.view(func(tx *store.Tx) error {
		org, err := tx.Organisation(ctx, id)
		ok(t, err)
		same(t, "organisation", want.org, org)
		all, err := tx.Organisations(ctx)
		ok(t, err)
		if len(all) != 2 {
			t.Errorf("%d organisations, want 2", len(all))
		}
		for _, ref := range []string{string(o.workspace.ID), upper(string(o.workspace.ID)), o.workspace.Slug} {
			ws, err := tx.Workspace(ctx, id, ref)
			ok(t, err)
			same(t, "workspace "+ref, want.workspace, ws)
		}
		key, err := tx.APIKey(ctx, id, o.key.ID)
		ok(t, err)
		same(t, "api key", want.key, key)
		for _, ref := range []string{string(o.integration.ID), o.integration.Slug} {
			i, err := tx.Integration(ctx, id, ref)
			ok(t, err)
			same(t, "integration "+ref, want.integration, i)
		}
		g, err := tx.Grant(ctx, id, o.integration.ID, o.workspace.ID)
		ok(t, err)
		same(t, "grant", want.grant, g)
		grants, err := tx.Grants(ctx, id, o.integration.ID)
		ok(t, err)
		same(t, "grants", []claviger.Grant{want.grant}, grants)
		for _, ref := range []string{string(o.provider.ID), o.provider.Slug} {
			p, err := tx.Provider(ctx, id, o.workspace.ID, ref)
			ok(t, err)
			same(t, "provider "+ref, want.provider, p)
		}
		global, err := tx.GloballyGranted(ctx, id)
		ok(t, err)
		same(t, "globally granted", []claviger.Integration{want.integration}, global)
		for _, ref := range []string{string(o.integration.ID), o.integration.Slug} {
			i, n, err := tx.IntegrationAndGrants(ctx, id, ref)
			ok(t, err)
			same(t, "integration and grants "+ref, want.integration, i)
			same(t, "grants counted", 1, n)
		}
		holds, err := tx.WorkspaceContents(ctx, id, o.workspace.ID)
		ok(t, err)
		same(t, "contents", claviger.WorkspaceContents{APIKeys: 1, Providers: 1}, holds)
		return nil
	})
	target, err := w.store.Target(ctx, id, o.workspace.ID, o.provider.Slug)
	ok(t, err)
	wantTarget := claviger.Target{Provider: want.provider, Integration: want.integration, Grant: want.grant}
	same(t, "target by slug", wantTarget, target)
	target, err = w.store.Target(ctx, id, o.workspace.ID, string(o.provider.ID))
	ok(t, err)
	same(t, "target by id", wantTarget, target)
	targets, err := w.store.Targets(ctx, id, o.workspace.ID)
	ok(t, err)
	same(t, "targets", []claviger.Target{wantTarget}, targets)
	key, ws, err := w.store.APIKeyByHash(ctx, o.key.Hash)
	ok(t, err)
	same(t, "key by hash", want.key, key)
	same(t, "workspace of the key", want.workspace, ws)
}
