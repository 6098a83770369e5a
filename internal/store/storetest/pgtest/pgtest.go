// Package pgtest gives tests a PostgreSQL of their own: a throw-away cluster
// that lives as long as the test process, and a fresh database in it for each
// test that asks.
package pgtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

const (
	// ServerVariable names a server to make databases on instead of starting
	// one: a URL whose user may create databases.
	ServerVariable = "CLAVIGER_TEST_POSTGRES_URL"
	// RequireVariable set to 1 makes a test fail, not skip, when there is no
	// PostgreSQL to start.
	RequireVariable = "CLAVIGER_REQUIRE_POSTGRES"
)

// URL returns the URL of a fresh, empty database, dropped at the end of tb. The
// first call in a process starts the cluster, which takes about two seconds.
// Without PostgreSQL on the machine it skips the test.
func URL(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv(ServerVariable)
	if server == "" {
		server = own(tb)
	}
	name := "claviger_test_" + random()
	run(tb, server, "CREATE DATABASE "+name)
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatalf("%s is no URL", ServerVariable)
	}
	u.Path = "/" + name
	tb.Cleanup(func() { Drop(tb, u.String()) })
	return u.String()
}

// Drop drops a database that URL made, whoever is connected to it. A test that
// wants its database to go away calls it; URL does at the end in any case.
func Drop(tb testing.TB, database string) {
	tb.Helper()
	u, err := url.Parse(database)
	if err != nil {
		tb.Fatal("not a URL of a test database")
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	run(tb, u.String(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

var started = sync.OnceValues(start)

// ErrNone means that there is no PostgreSQL on the machine to start.
var ErrNone = errors.New("no PostgreSQL found under /usr/lib/postgresql or in PATH")

// Server is the URL of a server to make databases on, for programs that are no
// tests: the one that ServerVariable names, or a cluster that lives as long as
// the process. Without PostgreSQL on the machine it is ErrNone.
func Server() (string, error) {
	if server := os.Getenv(ServerVariable); server != "" {
		return server, nil
	}
	if binaries() == "" {
		return "", ErrNone
	}
	return started()
}

func own(tb testing.TB) string {
	tb.Helper()
	bin := binaries()
	if bin == "" {
		if os.Getenv(RequireVariable) == "1" {
			tb.Fatal("no PostgreSQL found under /usr/lib/postgresql or in PATH; install the package postgresql")
		}
		tb.Skip("no PostgreSQL found under /usr/lib/postgresql or in PATH; install the package postgresql, or set " + ServerVariable)
	}
	server, err := started()
	if err != nil {
		tb.Fatalf("start PostgreSQL: %v", err)
	}
	return server
}

// run runs one statement. Not in tb's context: that has ended in a cleanup.
func run(tb testing.TB, server, statement string) {
	tb.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		tb.Fatal("the URL of the test server cannot be read")
	}
	defer db.Close()
	if _, err := db.ExecContext(context.WithoutCancel(tb.Context()), statement); err != nil {
		tb.Fatalf("%s: %v", strings.Join(strings.Fields(statement)[:2], " "), err)
	}
}

func random() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
