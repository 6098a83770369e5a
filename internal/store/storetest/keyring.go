package storetest

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"

	claviger "github.com/claviger/claviger"
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
