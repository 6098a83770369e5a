package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/postgres"
	"github.com/claviger/claviger/internal/store/sqlite"
)

// openStore opens the store and brings it to the form this program knows. It
// returns how many steps that took. On SQLite the caller has the data directory
// to itself.
func openStore(ctx context.Context, s settings) (st *store.Store, steps int, err error) {
	if st, err = openAsIs(ctx, s); err != nil {
		return nil, 0, err
	}
	if steps, err = st.Migrate(ctx); err != nil {
		return nil, steps, errors.Join(fmt.Errorf("prepare the store: %w", detail(err)), st.Close())
	}
	return st, steps, nil
}

func openAsIs(ctx context.Context, s settings) (st *store.Store, err error) {
	if s.Postgres() {
		st, err = postgres.Open(ctx, s.DatabaseURL.Reveal())
	} else {
		st, err = sqlite.Open(ctx, s.DataDir)
	}
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", detail(err))
	}
	return st, nil
}

// closeStore is the end of every command that opened one.
func closeStore(st *store.Store, log *slog.Logger) {
	if err := st.Close(); err != nil {
		log.Warn("the store did not close clean", "error", err)
	}
}

// openExistingStore opens the store for commands that may run beside a server:
// they leave its form alone, and refuse another than this program knows.
func openExistingStore(ctx context.Context, s settings) (*store.Store, error) {
	if !s.Postgres() {
		path := filepath.Join(s.DataDir, sqlite.ControlFile)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no store in %s; is --data-dir (CLAVIGER_DATA_DIR) right?", s.DataDir)
		}
	}
	st, err := openAsIs(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := st.Current(ctx); err != nil {
		if errors.Is(err, store.ErrBehind) {
			err = fmt.Errorf("%w; `claviger migrate` brings it up to date", err)
		}
		return nil, errors.Join(fmt.Errorf("read the store: %w", detail(err)), st.Close())
	}
	return st, nil
}

// detail adds the cause to errors that keep it from callers: the operator at
// the command line is the one it is for. Errors that tell it stay as they are.
func detail(err error) error {
	var e *claviger.Error
	if !errors.As(err, &e) {
		return err
	}
	cause := errors.Unwrap(e)
	if cause == nil || strings.Contains(err.Error(), cause.Error()) {
		return err
	}
	return fmt.Errorf("%w (%w)", err, cause)
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
