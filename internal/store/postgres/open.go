// Package postgres opens the store on PostgreSQL 15 or newer, for many nodes on
// one database.
package postgres

import (
	"context"
	"errors"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	connections     = 16
	idleConnections = 4
)

// Open connects to the database at url (postgres://user:password@host:port/name
// and the parameters that libpq knows). It does not migrate. No error holds the
// password. A server that does not answer is claviger.Unavailable.
func Open(ctx context.Context, url string) (*store.Store, error) {
	if !strings.HasPrefix(url, "postgres://") && !strings.HasPrefix(url, "postgresql://") {
		return nil, errURL
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		// The parser's errors quote pieces of the URL, which may be pieces of a
		// password that holds a '/' or '@'.
		return nil, errURL
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "claviger"
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(idleConnections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, claviger.Fail(claviger.Unavailable, "the database does not answer: "+scrub(err.Error(), config.Password))
	}
	one := store.Database{Write: db, Read: db}
	return store.New(dialect, one, one), nil
}

var errURL = errors.New("the database URL cannot be read: expected postgres://user:password@host:port/name, " +
	"with special characters in the password percent-encoded")

// scrub takes a password out of a text.
func scrub(text, password string) string {
	if password == "" {
		return text
	}
	return strings.ReplaceAll(text, password, "*******")
}
