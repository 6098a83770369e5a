package pgtest_test

import (
	"database/sql"
	"testing"

	"github.com/claviger/claviger/internal/store/storetest/pgtest"
)

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	a, b := open(t), open(t)
	if _, err := a.ExecContext(t.Context(), "CREATE TABLE mine (id INT)"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.ExecContext(t.Context(), "SELECT id FROM mine"); err == nil {
		t.Error("one database sees the table of the other")
	}
}

func open(t *testing.T) *sql.DB {
	db, err := sql.Open("pgx", pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
