package vault_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/vault"
)

// memoryKeyring is one installation's keyring, as a database would keep it.
type memoryKeyring struct {
	mu   sync.Mutex
	blob []byte
	// beforePut runs once, outside the lock, before the first PutKeyring.
	beforePut func()
}

func (m *memoryKeyring) Keyring(context.Context) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.blob), nil
}

func (m *memoryKeyring) PutKeyring(_ context.Context, blob []byte) error {
	if f := m.beforePut; f != nil {
		m.beforePut = nil
		f()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.blob != nil {
		return claviger.Fail(claviger.Conflict, "keyring exists")
	}
	m.blob = bytes.Clone(blob)
	return nil
}

func masterKey(seed string) []byte {
	k := sha256.Sum256([]byte(seed))
	return k[:]
}

func open(t testing.TB, kek []byte, store vault.KeyringStore) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), kek, store)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestOpenRefuses(t *testing.T) {
	store := &memoryKeyring{}
	open(t, masterKey("right"), store)
	var fields map[string]any
	if err := json.Unmarshal(store.blob, &fields); err != nil {
		t.Fatal(err)
	}
	with := func(name string, value any) []byte {
		changed := map[string]any{}
		for k, v := range fields {
			changed[k] = v
		}
		changed[name] = value
		b, _ := json.Marshal(changed)
		return b
	}
	tests := map[string]struct {
		kek  []byte
		blob []byte
		want error
	}{
		"another master key":             {masterKey("wrong"), store.blob, vault.ErrWrongMasterKey},
		"a keyring that is no JSON":      {masterKey("right"), []byte("\x01\x02"), vault.ErrKeyring},
		"a keyring cut in half":          {masterKey("right"), store.blob[:len(store.blob)/2], vault.ErrKeyring},
		"a keyring of a later version":   {masterKey("right"), with("version", 2), vault.ErrKeyring},
		"a damaged root keyset":          {masterKey("right"), with("root_keyset", "AAAA"), vault.ErrKeyring},
		"a missing root keyset":          {masterKey("right"), with("root_keyset", nil), vault.ErrKeyring},
		"a damaged fingerprint key":      {masterKey("right"), with("fingerprint_key", "AAAA"), vault.ErrKeyring},
		"a fingerprint key of elsewhere": {masterKey("right"), with("fingerprint_key", fields["root_keyset"]), vault.ErrKeyring},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v, err := vault.Open(t.Context(), tt.kek, &memoryKeyring{blob: tt.blob})
			if v != nil || !errors.Is(err, tt.want) {
				t.Errorf("Open = %v, %v; want %v", v, err, tt.want)
			}
		})
	}
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := vault.Open(t.Context(), make([]byte, n), &memoryKeyring{}); err == nil {
			t.Errorf("a master key of %d bytes was taken", n)
		}
	}
}

func TestKeyringHoldsNoKeyInClear(t *testing.T) {
	store := &memoryKeyring{}
	kek := masterKey("k")
	open(t, kek, store)
	if bytes.Contains(store.blob, kek) {
		t.Error("the keyring contains the master key")
	}
}

func TestSecondVaultOpensWhatTheFirstSealed(t *testing.T) {
	store := &memoryKeyring{}
	one, two := open(t, masterKey("k"), store), open(t, masterKey("k"), store)
	sealed, id, err := one.Seal(place, []byte("value"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := two.Open(place, sealed); err != nil || string(got) != "value" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if _, id2, _ := two.Seal(place, nil); id == 0 || id2 != id {
		t.Errorf("root key ids %d and %d", id, id2)
	}
}

func TestNodeThatComesSecondUsesTheFirstKeyring(t *testing.T) {
	store := &memoryKeyring{}
	var first *vault.Vault
	store.beforePut = func() { first = open(t, masterKey("k"), store) }
	second := open(t, masterKey("k"), store)
	sealed, _, err := first.Seal(place, []byte("value"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.Open(place, sealed); err != nil {
		t.Error(err)
	}
}

type brokenKeyring struct{ memoryKeyring }

func (*brokenKeyring) PutKeyring(context.Context, []byte) error { return errors.New("disk on fire") }

func TestStoreErrorsComeThrough(t *testing.T) {
	_, err := vault.Open(t.Context(), masterKey("k"), &brokenKeyring{})
	if err == nil || !strings.Contains(err.Error(), "disk on fire") {
		t.Errorf("Open = %v", err)
	}
}
