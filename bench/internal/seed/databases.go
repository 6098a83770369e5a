package seed

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store/sqlite"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// common is what the databases have in common.
type common struct{ db *sql.DB }

// Organisation implements Database.
func (c common) Organisation(ctx context.Context) (id claviger.OrganisationID, err error) {
	var text string
	err = c.db.QueryRowContext(ctx, "SELECT id FROM organisations ORDER BY created_us LIMIT 1").Scan(&text)
	return claviger.OrganisationID(text), err
}

// Template implements Database.
func (c common) Template(ctx context.Context, table, idColumn, id string) (columns []string, row []any, err error) {
	rows, err := c.db.QueryContext(ctx, "SELECT * FROM "+table+" WHERE "+idColumn+" = $1", id)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	if columns, err = rows.Columns(); err != nil {
		return nil, nil, err
	}
	if !rows.Next() {
		return nil, nil, fmt.Errorf("no row with %s %s: %w", idColumn, id, rows.Err())
	}
	row = make([]any, len(columns))
	to := make([]any, len(columns))
	for i := range row {
		to[i] = &row[i]
	}
	return columns, row, rows.Scan(to...)
}

// Close closes the connections.
func (c common) Close() error { return c.db.Close() }

// SQLite is the control database in a data directory that no server has open.
type SQLite struct{ common }

// OpenSQLite opens it for bulk writing: nothing is synced before Settle.
func OpenSQLite(dataDir string) (*SQLite, error) {
	path, err := filepath.Abs(filepath.Join(dataDir, sqlite.ControlFile))
	if err != nil {
		return nil, err
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(OFF)", "cache_size(-1000000)"},
	}.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return &SQLite{common{db}}, nil
}

// sqliteBatch is how many rows share a transaction.
const sqliteBatch = 50_000

// Insert implements Database.
func (s *SQLite) Insert(ctx context.Context, table string, columns []string, next func() ([]any, error)) error {
	statement := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (" +
		strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	for more := true; more; {
		err := s.transact(ctx, statement, func(insert *sql.Stmt) error {
			for range sqliteBatch {
				row, err := next()
				if more = row != nil; err != nil || !more {
					return err
				}
				if _, err := insert.ExecContext(ctx, row...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *SQLite) transact(ctx context.Context, statement string, fn func(*sql.Stmt) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // of no effect after the commit
	insert, err := tx.PrepareContext(ctx, statement)
	if err != nil {
		return err
	}
	defer insert.Close()
	if err := fn(insert); err != nil {
		return err
	}
	return tx.Commit()
}

// Settle implements Database.
func (s *SQLite) Settle(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// PostgreSQL is a database that a server has set up.
type PostgreSQL struct{ common }

// OpenPostgreSQL connects to it.
func OpenPostgreSQL(databaseURL string) (*PostgreSQL, error) {
	db, err := sql.Open("pgx", databaseURL)
	return &PostgreSQL{common{db}}, err
}

// Insert implements Database.
func (p *PostgreSQL) Insert(ctx context.Context, table string, columns []string, next func() ([]any, error)) error {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driver any) error {
		_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(next))
		return err
	})
}

// Settle implements Database: the statistics that the server's own vacuum would
// have taken.
func (p *PostgreSQL) Settle(ctx context.Context) error {
	_, err := p.db.ExecContext(ctx, "VACUUM (ANALYZE)")
	return err
}
