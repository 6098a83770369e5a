package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"

	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/vault"
	"github.com/claviger/claviger/internal/vault/kek/file"
)

// openVault opens the store's keyring with the master key. When no key was
// given it is read from the data directory; one is made there only for a store
// that has no keyring yet, because a new key could not open an old one.
func openVault(ctx context.Context, s settings, st *store.Store, log *slog.Logger) (*vault.Vault, error) {
	key, where := s.masterKey, "the master key that was given"
	if s.publicKeyFile {
		log.Warn("everybody on this machine can read the master key: let only the server read the file, unless this is a container of its own", "file", s.MasterKeyFile)
	}
	if key.IsZero() {
		blob, err := st.Keyring(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the keyring: %w", err)
		}
		path := filepath.Join(s.DataDir, file.Name)
		where = "the master key in " + path
		if key, err = keyFromDisk(path, len(blob) > 0, log); err != nil {
			return nil, err
		}
	}
	v, err := vault.Open(ctx, []byte(key.Reveal()), st)
	if errors.Is(err, vault.ErrWrongMasterKey) {
		return nil, fmt.Errorf("wrong master key: %s did not seal this store. Give the key that did, by CLAVIGER_MASTER_KEY or --master-key-file; "+
			"without it the stored credentials cannot be read", where)
	}
	if err != nil {
		return nil, fmt.Errorf("open the vault: %w", err)
	}
	return v, nil
}

func keyFromDisk(path string, sealed bool, log *slog.Logger) (secret.String, error) {
	if sealed {
		key, err := file.Load(path)
		if errors.Is(err, fs.ErrNotExist) {
			return key, fmt.Errorf("missing master key: the store is sealed with one, and neither CLAVIGER_MASTER_KEY nor --master-key-file is given, nor is there %s. "+
				"Put the key back from your backup; without it the stored credentials cannot be read", path)
		}
		return key, err
	}
	key, created, err := file.LoadOrCreate(path)
	if err == nil && created {
		log.Warn("made a master key: back it up now, apart from the data. Whoever loses it loses every stored credential", "file", path)
	}
	return key, err
}
