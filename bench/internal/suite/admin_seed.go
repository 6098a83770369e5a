package suite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"

	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/seed"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/postgres"
	"github.com/claviger/claviger/internal/store/sqlite"
	"github.com/claviger/claviger/internal/store/storetest/pgtest"
	"github.com/claviger/claviger/internal/vault"
)

// adminDatabase is a kind of database to measure on.
type adminDatabase struct {
	name   string
	server string // URL of PostgreSQL's server; "" for SQLite
}

// adminDatabases are those this machine has.
func (s *suite) adminDatabases(context.Context) ([]adminDatabase, error) {
	all := []adminDatabase{{name: "SQLite"}}
	server, err := pgtest.Server()
	if errors.Is(err, pgtest.ErrNone) {
		fmt.Fprintln(s.Out, "\nPostgreSQL is not installed, its rows are missing: apt-get install postgresql")
		return all, nil
	}
	return append(all, adminDatabase{"PostgreSQL", server}), err
}

// create makes a fresh database on the server and returns its URL.
func (d adminDatabase) create(ctx context.Context, name string) (string, error) {
	u, err := url.Parse(d.server)
	if err != nil {
		return "", err
	}
	db, err := sql.Open("pgx", d.server)
	if err != nil {
		return "", err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

// seeded starts a server on an installation of this size.
func (s *suite) seeded(ctx context.Context, d adminDatabase, name string, size seed.Size) (*proxies.ClavigerServer, error) {
	server, err := s.newClaviger("admin-"+d.name+"-"+name, s.Programs.Claviger)
	if err != nil {
		return nil, err
	}
	masterKey := make([]byte, vault.MasterKeySize)
	rand.Read(masterKey)
	env := []string{"CLAVIGER_MASTER_KEY=" + base64.StdEncoding.EncodeToString(masterKey)}
	var database string
	if d.server != "" {
		if database, err = d.create(ctx, "bench_"+name); err != nil {
			return nil, err
		}
		env = append(env, "CLAVIGER_DATABASE_URL="+database)
	}
	if _, err := server.Start(ctx, env...); err != nil { // makes the tables and the organisation
		return nil, err
	}
	server.Stop()
	if err := fill(ctx, server.Dir(), database, masterKey, size); err != nil {
		return nil, err
	}
	_, err = server.Start(ctx, env...)
	return server, err
}

// fill seeds the database of a server that does not run.
func fill(ctx context.Context, dir, database string, masterKey []byte, size seed.Size) (err error) {
	var open *store.Store
	var bulk interface {
		seed.Database
		Close() error
	}
	if database == "" {
		if open, err = sqlite.Open(ctx, dir); err == nil {
			bulk, err = seed.OpenSQLite(dir)
		}
	} else {
		if open, err = postgres.Open(ctx, database); err == nil {
			bulk, err = seed.OpenPostgreSQL(database)
		}
	}
	if err != nil {
		return err
	}
	return errors.Join(seed.Run(ctx, open, bulk, masterKey, size), bulk.Close(), open.Close())
}
