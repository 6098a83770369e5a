package storetest_test

import (
	"testing"

	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/postgres"
	"github.com/claviger/claviger/internal/store/sqlite"
	"github.com/claviger/claviger/internal/store/storetest"
	"github.com/claviger/claviger/internal/store/storetest/pgtest"
)

func TestBothDatabasesAnswerAlike(t *testing.T) {
	url := pgtest.URL(t)
	a, err := sqlite.Open(t.Context(), t.TempDir())
	b, err2 := postgres.Open(t.Context(), url)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	for _, s := range []*store.Store{a, b} {
		t.Cleanup(func() { s.Close() })
		if _, err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Compare(t, a, b)
}
