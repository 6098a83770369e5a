package vault

import (
	"context"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	claviger "github.com/claviger/claviger"
)

// MasterKeySize is the length of a master key in bytes.
const MasterKeySize = 32

var (
	// ErrWrongMasterKey means that the keyring was made under another master
	// key. Nothing can be opened without the right one.
	ErrWrongMasterKey = errors.New("the master key does not belong to this store")
	// ErrKeyring means that the keyring is damaged, or newer than this program.
	ErrKeyring = errors.New("the keyring in the store cannot be read")
	// ErrFormat means that a sealed value is no envelope this program knows.
	ErrFormat = errors.New("the sealed value has an unknown format")
	// ErrUnknownKey means that the envelope names a root key that is not in
	// the keyring.
	ErrUnknownKey = errors.New("the sealed value names a root key that is not in the keyring")
	// ErrTampered means that a sealed value was changed, or moved from where
	// it was sealed.
	ErrTampered = errors.New("the sealed value was changed or does not belong here")
)

// KeyringStore keeps the one keyring blob of an installation.
type KeyringStore interface {
	// Keyring returns the blob, or nil when there is none yet.
	Keyring(ctx context.Context) ([]byte, error)
	// PutKeyring stores the first blob. When there is one already it changes
	// nothing and answers claviger.Conflict.
	PutKeyring(ctx context.Context, blob []byte) error
}

// Vault seals and opens values. It is immutable and safe for concurrent use.
type Vault struct {
	root        tink.AEAD
	primary     uint32
	known       map[uint32]struct{} // ids of the root keys
	fingerprint []byte
}

// Open opens the installation's keyring with the master key, and makes the
// keyring when the store has none. kek is not kept. The error is
// ErrWrongMasterKey when the keyring belongs to another master key, ErrKeyring
// when it is damaged, or the store's.
func Open(ctx context.Context, kek []byte, store KeyringStore) (*Vault, error) {
	if len(kek) != MasterKeySize {
		return nil, fmt.Errorf("a master key has %d bytes, not %d", MasterKeySize, len(kek))
	}
	blob, err := store.Keyring(ctx)
	if err != nil {
		return nil, fmt.Errorf("read keyring: %w", err)
	}
	if len(blob) == 0 {
		if blob, err = firstKeyring(ctx, kek, store); err != nil {
			return nil, err
		}
	}
	k, err := openKeyring(kek, blob)
	if err != nil {
		return nil, err
	}
	return newVault(k)
}

// firstKeyring makes and stores a keyring. When another node was first, it
// returns that node's.
func firstKeyring(ctx context.Context, kek []byte, store KeyringStore) ([]byte, error) {
	blob, err := newKeyring(kek)
	if err != nil {
		return nil, fmt.Errorf("make keyring: %w", err)
	}
	err = store.PutKeyring(ctx, blob)
	if err == nil {
		return blob, nil
	}
	if claviger.CodeOf(err) != claviger.Conflict {
		return nil, fmt.Errorf("store keyring: %w", err)
	}
	if blob, err = store.Keyring(ctx); err != nil {
		return nil, fmt.Errorf("read keyring: %w", err)
	}
	if len(blob) == 0 {
		return nil, fmt.Errorf("%w: the store says there is one and gives none", ErrKeyring)
	}
	return blob, nil
}

func newVault(k keyring) (*Vault, error) {
	root, err := aead.New(k.root)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyring, err)
	}
	primary, err := k.root.Primary()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyring, err)
	}
	v := &Vault{root: root, primary: primary.KeyID(), known: map[uint32]struct{}{}, fingerprint: k.fingerprint}
	for i := range k.root.Len() {
		e, err := k.root.Entry(i)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKeyring, err)
		}
		if e.KeyStatus() == keyset.Enabled {
			v.known[e.KeyID()] = struct{}{}
		}
	}
	return v, nil
}
