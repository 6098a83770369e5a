package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the databases to the form this program knows and returns how
// many steps that took. Each step is a transaction. Nodes that start at once
// wait for one another. A database that a newer program migrated is refused.
func (s *Store) Migrate(ctx context.Context) (applied int, err error) {
	for _, part := range []struct {
		name string
		db   *sql.DB
	}{{"control", s.control.Write}, {"ledger", s.ledger.Write}} {
		n, err := s.migrate(ctx, part.name, part.db)
		applied += n
		if err != nil {
			return applied, s.dialect.fail("migrate "+part.name+" data", err)
		}
	}
	return applied, nil
}

func (s *Store) migrate(ctx context.Context, part string, db *sql.DB) (int, error) {
	steps, err := fs.Sub(migrations, "migrations/"+s.dialect.Name+"/"+part)
	if err != nil {
		return 0, err
	}
	opts := []goose.ProviderOption{goose.WithTableName("schema_" + part), goose.WithDisableGlobalRegistry(true)}
	if s.dialect.Locker != nil {
		opts = append(opts, goose.WithSessionLocker(s.dialect.Locker))
	}
	p, err := goose.NewProvider(s.dialect.Goose, db, steps, opts...)
	if err != nil {
		return 0, err
	}
	done, err := p.Up(ctx)
	if err != nil {
		return len(done), err
	}
	at, known, err := p.GetVersions(ctx)
	if err == nil && at > known {
		err = fmt.Errorf("the store is at version %d and this program knows up to %d: it was migrated by a newer program", at, known)
	}
	return len(done), err
}
