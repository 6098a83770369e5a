package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/secret"
)

// createOrganisation makes another organisation and prints the key that
// administers it, or writes it to a file.
func createOrganisation(ctx context.Context, s settings, stdout, stderr io.Writer) error {
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
		made, err := service.CreateOrganisation(ctx, s.Name, s.Email)
		if err != nil {
			return keyOnce{}, fmt.Errorf("make the organisation: %w", detail(err))
		}
		fmt.Fprintf(stderr, "Made the organisation %s with the workspace %s.\n", made.Organisation.ID, made.Workspace.Slug)
		return keyOnce{made.KeyID, made.AdminKey}, nil
	})
}

// listOrganisations prints a table, oldest first. It needs no master key:
// nothing in it is secret.
func listOrganisations(ctx context.Context, s settings, stdout, stderr io.Writer) error {
	st, err := openExistingStore(ctx, s)
	if err != nil {
		return err
	}
	defer closeStore(st, s.logger(stderr))
	all, err := admin.New(admin.Deps{Store: useCases{st}}).Organisations(ctx)
	if err != nil {
		return fmt.Errorf("read the store: %w", detail(err))
	}
	t := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tEMAIL\tCREATED")
	for _, o := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", o.ID, oneLine(o.Name), oneLine(o.Email), o.CreatedAt.Format(time.RFC3339))
	}
	return t.Flush()
}

// oneLine is a text that cannot break a table, nor drive a terminal.
func oneLine(s string) string {
	q := fmt.Sprintf("%q", s)
	if q == `"`+s+`"` {
		return s
	}
	return q
}

// keyOnce is a key that is shown once.
type keyOnce struct {
	id    claviger.APIKeyID
	plain secret.String
}
