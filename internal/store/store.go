// Package store keeps the control data and the ledger in a SQL database: one
// text of hand-written SQL for SQLite and PostgreSQL, a file per resource. It
// sees ciphertext only; opening and sealing is the vault's.
//
// Placeholders are $1, times are BIGINT microseconds UTC, JSON is TEXT. What
// differs between the databases (definitions, opening, error codes, the name
// of one function) is in a [Dialect] and in the packages sqlite and postgres.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	claviger "github.com/claviger/claviger"
)

// Database is one open database. Read may be a pool of its own or the same
// handle as Write.
type Database struct{ Write, Read *sql.DB }

// Store is the product's database. It is safe for concurrent use.
type Store struct {
	dialect Dialect
	control Database
	ledger  Database
	ships   preparedShips
	running uncharged
	full    atomic.Bool // the last write found no room on the disk
}

// New joins open databases to a store, which owns them from then on. The
// ledger may be the same database as the control data.
func New(d Dialect, control, ledger Database) *Store {
	return &Store{dialect: d, control: control, ledger: ledger}
}

// Close closes the databases. Transactions still running end in an error.
func (s *Store) Close() error {
	var errs []error
	closed := map[*sql.DB]bool{}
	// Readers first: the last SQLite connection to close is then a writer, the
	// one that may fold the write-ahead log into the database.
	for _, db := range []*sql.DB{s.control.Read, s.ledger.Read, s.control.Write, s.ledger.Write} {
		if !closed[db] {
			closed[db] = true
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Ping reports whether the databases answer. An error is claviger.Unavailable.
func (s *Store) Ping(ctx context.Context) error {
	for _, db := range []*sql.DB{s.control.Read, s.ledger.Read} {
		if err := db.PingContext(ctx); err != nil {
			return claviger.Fail(claviger.Unavailable, "the database does not answer").Because(err)
		}
	}
	return nil
}

// fail names the step that failed and keeps the cause. A database that is away
// or has no room to write becomes claviger.Unavailable; nil stays nil.
func (d *Dialect) fail(step string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	case d.full(err):
		return errFull.Because(fmt.Errorf("%s: %w", step, err))
	case d.Classify(err) == Down:
		return claviger.Fail(claviger.Unavailable, "the database does not answer").Because(fmt.Errorf("%s: %w", step, err))
	}
	return fmt.Errorf("%s: %w", step, err)
}
