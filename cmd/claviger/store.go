package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/postgres"
	"github.com/claviger/claviger/internal/store/sqlite"
)

// openStore opens the store and brings it to the form this program knows. It
// returns how many steps that took.
func openStore(ctx context.Context, s settings) (st *store.Store, steps int, err error) {
	if s.Postgres() {
		st, err = postgres.Open(ctx, s.DatabaseURL.Reveal())
	} else {
		st, err = sqlite.Open(ctx, s.DataDir)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open the store: %w", err)
	}
	if steps, err = st.Migrate(ctx); err != nil {
		return nil, steps, errors.Join(fmt.Errorf("prepare the store: %w", detail(err)), st.Close())
	}
	return st, steps, nil
}

// closeStore is the end of every command that opened one.
func closeStore(st *store.Store, log *slog.Logger) {
	if err := st.Close(); err != nil {
		log.Warn("the store did not close clean", "error", err)
	}
}

// openExistingStore is openStore for commands that make no sense on a store
// that was never started.
func openExistingStore(ctx context.Context, s settings) (*store.Store, error) {
	if !s.Postgres() {
		path := filepath.Join(s.DataDir, sqlite.ControlFile)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no store in %s; is --data-dir (CLAVIGER_DATA_DIR) right?", s.DataDir)
		}
	}
	st, _, err := openStore(ctx, s)
	return st, err
}

// detail adds the cause to errors that keep it from callers: the operator at
// the command line is the one it is for.
func detail(err error) error {
	if cause := errors.Unwrap(err); cause != nil && cause.Error() != "" {
		return fmt.Errorf("%w (%w)", err, cause)
	}
	return err
}

// useCases is a store as the use cases declare it: the same transactions, by
// their interface.
type useCases struct{ *store.Store }

func (u useCases) View(ctx context.Context, fn func(admin.Tx) error) error {
	return u.Store.View(ctx, func(tx *store.Tx) error { return fn(tx) })
}

func (u useCases) Update(ctx context.Context, fn func(admin.Tx) error) error {
	return u.Store.Update(ctx, func(tx *store.Tx) error { return fn(tx) })
}

// empty reports whether the store was never started: it has no organisation.
func empty(ctx context.Context, st *store.Store) (bool, error) {
	var there []claviger.Organisation
	err := st.View(ctx, func(tx *store.Tx) (err error) {
		there, err = tx.Organisations(ctx)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read the store: %w", detail(err))
	}
	return len(there) == 0, nil
}
