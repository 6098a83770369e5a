package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/provider/all"
	"github.com/claviger/claviger/internal/store"
)

var errNotStarted = errors.New("the store is empty: `claviger serve` makes the first admin key when it starts")

// adminKey makes another organisation admin key and prints it, or writes it to
// a file.
func adminKey(ctx context.Context, s settings, stdout, stderr io.Writer) error {
	st, err := openExistingStore(ctx, s)
	if err != nil {
		return err
	}
	defer closeStore(st, s.logger(stderr))
	if s.Output == "" {
		return makeAdminKey(ctx, s, st, stderr, func(key string) error {
			_, err := fmt.Fprintln(stdout, key)
			return err
		})
	}
	f, err := newSecretFile(s.Output)
	if err != nil {
		return err
	}
	if err := makeAdminKey(ctx, s, st, stderr, func(key string) error { return f.write(key + "\n") }); err != nil {
		f.discard()
		return err
	}
	fmt.Fprintf(stderr, "The key is in %s.\n", s.Output)
	return nil
}

// makeAdminKey asks for the master key as proof that the caller owns the
// installation and not just a copy of its store.
func makeAdminKey(ctx context.Context, s settings, st *store.Store, stderr io.Writer, show func(key string) error) error {
	if fresh, err := empty(ctx, st); err != nil {
		return err
	} else if fresh {
		return errNotStarted
	}
	log := s.logger(stderr)
	v, err := openVault(ctx, s, st, log)
	if err != nil {
		return err
	}
	made, plain, err := admin.New(admin.Deps{Store: useCases{st}, Vault: v, Registry: all.Registry(), Log: log}).NewAdminKey(ctx)
	if err != nil {
		return fmt.Errorf("make the key: %w", detail(err))
	}
	if err := show(plain.Reveal()); err != nil {
		return fmt.Errorf("the key with the id %s was made but could not be shown; delete it: %w", made.ID, err)
	}
	return nil
}
