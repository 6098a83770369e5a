// Package seed fills an installation with integrations by the hundred thousand,
// as the admin API would have stored them: credentials are sealed for their
// rows. The rows are copies of ones that the store wrote, so they have whatever
// columns the store gives them.
package seed

import (
	"context"
	"fmt"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/vault"
)

// Size is how much there is to be.
type Size struct {
	Integrations int
	Workspaces   int
	// Each organisation-level integration is granted to so many workspaces; one
	// in ten integrations is of one workspace, and granted to it alone.
	Spread int
}

// Slug is the slug of the n-th integration, from 0.
func Slug(n int) string { return fmt.Sprintf("seeded-%d", n) }

// Local is the slug of an integration near the n-th that one workspace has for
// itself: what is granted to as many everywhere is equally much to read.
func Local(n int) string { return Slug(n - n%10 + 9) }

// Workspace is the slug of the n-th workspace, from 0.
func Workspace(n int) string { return fmt.Sprintf("ws-seeded-%d", n) }

// Database is where the rows go besides the store, which is open on it.
type Database interface {
	// Organisation is the id of the only one there is.
	Organisation(ctx context.Context) (claviger.OrganisationID, error)
	// Template reads the row of a table with this id, column by column.
	Template(ctx context.Context, table, idColumn, id string) (columns []string, row []any, err error)
	// Insert adds rows until next has no more.
	Insert(ctx context.Context, table string, columns []string, next func() ([]any, error)) error
	// Settle makes the database as it would be after some time of use.
	Settle(ctx context.Context) error
}

// Run fills the store, which has been set up by a server, under its master key.
func Run(ctx context.Context, s *store.Store, db Database, masterKey []byte, size Size) error {
	v, err := vault.Open(ctx, masterKey, s)
	if err != nil {
		return err
	}
	org, err := db.Organisation(ctx)
	if err != nil {
		return err
	}
	f := &filler{Database: db, vault: v, org: org, size: size, now: claviger.Now(time.Now())}
	if err := s.Update(ctx, f.first(ctx)); err != nil {
		return fmt.Errorf("write the rows to copy: %w", err)
	}
	for _, step := range []func(context.Context) error{f.workspaces, f.integrations, f.grants, db.Settle} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

type filler struct {
	Database
	vault *vault.Vault
	org   claviger.OrganisationID
	size  Size
	now   time.Time

	workspaceIDs   []string
	integrationIDs []string
}

// first stores the first workspace, integration and grant, to be copied.
func (f *filler) first(ctx context.Context) func(*store.Tx) error {
	w := claviger.Workspace{ID: claviger.NewID[claviger.WorkspaceID](), OrganisationID: f.org, Slug: Workspace(0), Name: "Seeded 0",
		Status: claviger.Active, CreatedAt: f.now, UpdatedAt: f.now, Version: 1}
	i := claviger.Integration{ID: claviger.NewID[claviger.IntegrationID](), OrganisationID: f.org, Slug: Slug(0), Name: "Seeded 0",
		Description: "One of very many", AIProvider: "openai", AllowAllModels: true, Status: claviger.Active, KeyVersion: 1,
		CreatedAt: f.now, UpdatedAt: f.now, KeyRotatedAt: f.now, Version: 1}
	f.workspaceIDs, f.integrationIDs = []string{string(w.ID)}, []string{string(i.ID)}
	return func(tx *store.Tx) (err error) {
		if i.Sealed, i.RootKeyID, err = f.seal(i.ID); err != nil {
			return err
		}
		if err := tx.InsertWorkspace(ctx, w); err != nil {
			return err
		}
		if err := tx.InsertIntegration(ctx, i); err != nil {
			return err
		}
		return tx.PutGrant(ctx, claviger.Grant{OrganisationID: f.org, IntegrationID: i.ID, WorkspaceID: w.ID,
			Enabled: true, Status: claviger.Active, CreatedAt: f.now, UpdatedAt: f.now})
	}
}

func (f *filler) seal(id claviger.IntegrationID) ([]byte, uint32, error) {
	i := claviger.Integration{OrganisationID: f.org, ID: id, KeyVersion: 1}
	return f.vault.SealCredentials(vault.IntegrationBinding(i), vault.Credentials{Key: secret.New("sk-" + string(id))})
}
