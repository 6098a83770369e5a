package main

import (
	"context"
	"fmt"
	"io"
)

// migrate brings the store to the form this program knows and says what it did.
func migrate(ctx context.Context, s settings, stdout, stderr io.Writer) error {
	if !s.Postgres() { // which has a lock of its own, and nothing in the directory
		dir, err := takeDataDir(s.DataDir)
		if err != nil {
			return err
		}
		defer dir.release()
	}
	st, steps, err := openStore(ctx, s)
	if err != nil {
		return err
	}
	defer closeStore(st, s.logger(stderr))
	switch steps {
	case 0:
		fmt.Fprintln(stdout, "The store is up to date.")
	default:
		fmt.Fprintf(stdout, "Applied %d migration step(s).\n", steps)
	}
	return nil
}
