package storetest

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// keyring is made by one of the nodes that start at once.
func keyring(t *testing.T, w *world) {
	ctx := t.Context()
	none, err := w.store.Keyring(ctx)
	ok(t, err)
	if none != nil {
		t.Errorf("keyring %x in a new store, want nil", none)
	}
	var first atomic.Pointer[[]byte]
	var group sync.WaitGroup
	for n := range 5 {
		group.Go(func() {
			mine := []byte{byte(n), 0, 0xff}
			switch err := w.store.PutKeyring(ctx, mine); {
			case err == nil && !first.CompareAndSwap(nil, &mine):
				t.Error("two keyrings were stored")
			case err != nil:
				refused(t, "second keyring", err, claviger.Conflict)
			}
		})
	}
	group.Wait()
	got, err := w.store.Keyring(ctx)
	ok(t, err)
	if !bytes.Equal(got, *first.Load()) {
		t.Errorf("keyring %x, want %x", got, *first.Load())
	}
}

// audited stores an audit entry with everything and one with nothing in it.
func audited(t *testing.T, w *world) {
	ctx, org := t.Context(), w.ours.org.ID
	w.update(func(tx *store.Tx) error {
		full := claviger.AuditEntry{ID: claviger.NewID[claviger.AuditID](), OrganisationID: org, WorkspaceID: w.ours.workspace.ID, At: at,
			ActorKeyID: w.ours.key.ID, ActorType: "api_key", Action: "create", ResourceType: "integration", ResourceID: "x",
			Before: []byte(`{}`), After: []byte(`{"a":1}`), Method: "POST", URI: "/v1/integrations", RequestID: "r", Address: "127.0.0.1"}
		ok(t, tx.InsertAudit(ctx, full))
		return tx.InsertAudit(ctx, claviger.AuditEntry{ID: claviger.NewID[claviger.AuditID](), OrganisationID: org, At: at})
	})
}
