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
	return showKey(s.Output, stdout, stderr, func() (keyOnce, error) {
		service, err := atHand(ctx, s, st, stderr)
		if err != nil {
			return keyOnce{}, err
		}
		made, plain, err := service.NewAdminKey(ctx, s.Organisation)
		if err != nil {
			return keyOnce{}, fmt.Errorf("make the key: %w", detail(err))
		}
		return keyOnce{made.ID, plain}, nil
	})
}

// atHand is the use cases for an operator at the command line. It asks for the
// master key as proof that the caller owns the installation and not just a copy
// of its store.
func atHand(ctx context.Context, s settings, st *store.Store, stderr io.Writer) (*admin.Service, error) {
	if fresh, err := empty(ctx, st); err != nil {
		return nil, err
	} else if fresh {
		return nil, errNotStarted
	}
	log := s.logger(stderr)
	v, err := openVault(ctx, s, st, log)
	if err != nil {
		return nil, err
	}
	return admin.New(admin.Deps{Store: useCases{st}, Vault: v, Registry: all.Registry(), Log: log}), nil
}

// showKey has a key made and prints it, or writes it to a new file, whose place is
// made sure of first.
func showKey(output string, stdout, stderr io.Writer, create func() (keyOnce, error)) error {
	write := func(key string) error {
		_, err := fmt.Fprintln(stdout, key)
		return err
	}
	discard := func() {}
	if output != "" {
		f, err := newSecretFile(output)
		if err != nil {
			return err
		}
		write, discard = func(key string) error { return f.write(key + "\n") }, f.discard
	}
	made, err := create()
	if err == nil {
		if err = write(made.plain.Reveal()); err != nil {
			err = fmt.Errorf("the key with the id %s was made but could not be shown; delete it: %w", made.id, err)
		}
	}
	if err != nil {
		discard()
		return err
	}
	if output != "" {
		fmt.Fprintf(stderr, "The key is in %s.\n", output)
	}
	return nil
}
