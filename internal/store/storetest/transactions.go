package storetest

import (
	"context"
	"errors"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// rolledBack fails at the end of transactions that wrote: nothing may stay.
func rolledBack(t *testing.T, w *world) {
	ctx, org := t.Context(), w.ours.org.ID
	boom := errors.New("boom")
	err := w.store.Update(ctx, func(tx *store.Tx) error {
		ok(t, tx.InsertWorkspace(ctx, workspace(org, "ws-gone")))
		ok(t, tx.ArchiveIntegration(ctx, w.ours.integration))
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("error %v, want the function's own", err)
	}
	err = w.store.Update(ctx, func(tx *store.Tx) error {
		ok(t, tx.InsertWorkspace(ctx, workspace(org, "ws-gone")))
		broken := workspace(org, "ws-broken")
		broken.Status = "no such status"
		if tx.InsertWorkspace(ctx, broken) == nil {
			t.Error("a status that does not exist was stored")
		}
		return nil // a failed statement spoils the transaction all the same
	})
	if err == nil {
		t.Error("a transaction with a failed statement was kept")
	}
	func() {
		defer func() { _ = recover() }()
		_ = w.store.Update(ctx, func(tx *store.Tx) error {
			ok(t, tx.InsertWorkspace(ctx, workspace(org, "ws-gone")))
			panic("in the middle")
		})
	}()
	w.view(func(tx *store.Tx) error {
		_, err := tx.Workspace(ctx, org, "ws-gone")
		refused(t, "workspace of a failed transaction", err, claviger.NotFound)
		return nil
	})
	unchanged(t, w, w.ours)
}

// cancelled ends the context before and within transactions.
func cancelled(t *testing.T, w *world) {
	org := w.ours.org.ID
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	never := func(*store.Tx) error { t.Error("the function ran"); return nil }
	for name, err := range map[string]error{
		"Update": w.store.Update(ended, never), "View": w.store.View(ended, never),
		"Ship": w.store.Ship(ended, "node-1", []claviger.Entry{w.ours.opened(1)}, []byte("p")),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want the context's", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := w.store.Update(ctx, func(tx *store.Tx) error {
		ok(t, tx.InsertWorkspace(ctx, workspace(org, "ws-gone")))
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Update: error %v, want the context's", err)
	}
	w.view(func(tx *store.Tx) error {
		_, err := tx.Workspace(t.Context(), org, "ws-gone")
		refused(t, "workspace of a cancelled transaction", err, claviger.NotFound)
		return nil
	})
}

// consistent looks twice in one view, with a write in between.
func consistent(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	w.view(func(tx *store.Tx) error {
		before, err := tx.Workspace(ctx, o.org.ID, o.workspace.Slug)
		ok(t, err)
		w.update(func(tx *store.Tx) error {
			changed := o.workspace
			changed.Name = "changed"
			return tx.UpdateWorkspace(ctx, changed)
		})
		after, err := tx.Workspace(ctx, o.org.ID, o.workspace.Slug)
		ok(t, err)
		same(t, "second look", before, after)
		return nil
	})
	if w.store.View(ctx, func(tx *store.Tx) error { return tx.ArchiveAPIKey(ctx, o.key) }) == nil {
		t.Error("a view wrote")
	}
}
