package storetest

import (
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// rotated looks a key up by the secret it has and by the one it had.
func rotated(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	for name, hash := range map[string]claviger.KeyHash{"current": o.key.Hash, "old": o.key.OldHash} {
		k, ws, err := w.store.APIKeyByHash(ctx, hash)
		ok(t, err)
		same(t, name+" secret", o.key, k)
		same(t, name+" secret's workspace", o.workspace, ws)
	}
	second := o.key
	second.OldHash, second.Hash = o.key.Hash, claviger.KeyHash{1, 2, 3}
	w.update(func(tx *store.Tx) error { return tx.UpdateAPIKey(ctx, second) })
	_, _, err := w.store.APIKeyByHash(ctx, o.key.OldHash)
	refused(t, "the secret before the old one", err, claviger.NotFound)
	_, _, err = w.store.APIKeyByHash(ctx, claviger.KeyHash{})
	refused(t, "no secret", err, claviger.NotFound)
	second.Version++
	w.update(func(tx *store.Tx) error { return tx.ArchiveAPIKey(ctx, second) })
	for _, hash := range []claviger.KeyHash{second.Hash, second.OldHash} {
		_, _, err = w.store.APIKeyByHash(ctx, hash)
		refused(t, "a secret of an archived key", err, claviger.NotFound)
	}
	again := apiKey(o.org.ID, o.workspace.ID)
	again.Hash, again.OldHash = second.OldHash, second.Hash // they were wiped, so they are free
	w.update(func(tx *store.Tx) error { return tx.InsertAPIKey(ctx, again) })
	unchanged(t, w, w.their)
}

// archivedWorkspaces lists what is gone, what is there, and both.
func archivedWorkspaces(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	gone := workspace(o.org.ID, "ws-gone")
	w.update(func(tx *store.Tx) error {
		ok(t, tx.InsertWorkspace(ctx, gone))
		return tx.ArchiveWorkspace(ctx, gone)
	})
	w.view(func(tx *store.Tx) error {
		for _, tt := range []struct {
			name string
			show claviger.Shown
			want []string
		}{
			{"active", claviger.ShowActive, []string{o.workspace.Slug}},
			{"archived", claviger.ShowArchived, []string{gone.Slug}},
			{"all", claviger.ShowAll, nil},
		} {
			rows, total, err := tx.Workspaces(ctx, o.org.ID, claviger.WorkspaceQuery{Show: tt.show, Page: page})
			ok(t, err)
			var slugs []string
			for _, r := range rows {
				slugs = append(slugs, r.Slug)
			}
			if tt.want == nil {
				same(t, tt.name, 2, total)
				continue
			}
			same(t, tt.name, tt.want, slugs)
		}
		return nil
	})
}
