package store

import (
	"context"

	claviger "github.com/claviger/claviger"
)

// Keyring reads the vault's wrapped root keys; nil when there are none yet.
func (s *Store) Keyring(ctx context.Context) ([]byte, error) {
	var blob []byte
	err := s.one(ctx, "keyring", []any{bytesTo{&blob}}, "SELECT content FROM keyring WHERE id = 1")
	if claviger.CodeOf(err) == claviger.NotFound {
		return nil, nil
	}
	return blob, err
}

const insertKeyring = "INSERT INTO keyring (id, content) VALUES (1, $1) ON CONFLICT DO NOTHING"

// PutKeyring stores the first keyring. If there is one already, which another
// node that started at the same time may have made, it is claviger.Conflict and
// nothing changes.
func (s *Store) PutKeyring(ctx context.Context, blob []byte) error {
	return s.Update(ctx, func(t *Tx) error {
		return t.insert(ctx, step{name: "insert keyring", taken: "there is a keyring already"}, insertKeyring, blob)
	})
}
