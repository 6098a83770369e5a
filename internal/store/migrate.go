package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
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
	for _, part := range s.parts() {
		n, err := s.migrate(ctx, part.name, part.Write)
		applied += n
		if err != nil {
			return applied, s.dialect.fail("migrate "+part.name+" data", err)
		}
	}
	return applied, nil
}

func (s *Store) migrate(ctx context.Context, part string, db *sql.DB) (int, error) {
	p, err := s.provider(part, db)
	if err != nil {
		return 0, err
	}
	done, err := p.Up(ctx)
	if err != nil {
		return len(done), err
	}
	at, known, err := p.GetVersions(ctx)
	if err == nil && at > known {
		err = newer(at, known)
	}
	return len(done), err
}

func (s *Store) provider(part string, db *sql.DB) (*goose.Provider, error) {
	steps, err := fs.Sub(migrations, "migrations/"+s.dialect.Name+"/"+part)
	if err != nil {
		return nil, err
	}
	opts := []goose.ProviderOption{goose.WithTableName(versions(part)), goose.WithDisableGlobalRegistry(true)}
	if s.dialect.Locker != nil {
		opts = append(opts, goose.WithSessionLocker(s.dialect.Locker))
	}
	return goose.NewProvider(s.dialect.Goose, db, steps, opts...)
}

// versions is the table of the steps that a part of the data has taken.
func versions(part string) string { return "schema_" + part }

func newer(at, known int64) error {
	return fmt.Errorf("the store is at version %d and this program knows up to %d: it was migrated by a newer program", at, known)
}

// ErrBehind means that the databases are not in the form this program knows yet.
var ErrBehind = errors.New("the store was made by an older version of this program")

// Current is nil when the databases are in the form this program knows, and
// [ErrBehind] when [Store.Migrate] would change them. It changes nothing, so
// that it may be asked beside a running server.
func (s *Store) Current(ctx context.Context) error {
	for _, part := range s.parts() {
		p, err := s.provider(part.name, part.Write)
		if err != nil {
			return err
		}
		sources := p.ListSources()
		known := sources[len(sources)-1].Version
		var there int
		err = part.Read.QueryRowContext(ctx, s.dialect.Tables, versions(part.name)).Scan(&there)
		var at int64
		if err == nil && there > 0 {
			err = part.Read.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM "+versions(part.name)).Scan(&at)
		}
		switch {
		case err != nil:
			return s.dialect.fail("read the version of "+part.name+" data", err)
		case at > known:
			return newer(at, known)
		case at < known:
			return ErrBehind
		}
	}
	return nil
}

type part struct {
	name string
	Database
}

func (s *Store) parts() []part { return []part{{"control", s.control}, {"ledger", s.ledger}} }
