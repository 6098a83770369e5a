package postgres_test

import (
	"testing"

	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/postgres"
	"github.com/claviger/claviger/internal/store/storetest"
	"github.com/claviger/claviger/internal/store/storetest/pgtest"
)

func open(tb testing.TB) *store.Store {
	tb.Helper()
	return openAt(tb, pgtest.URL(tb))
}

func openAt(tb testing.TB, url string) *store.Store {
	tb.Helper()
	s, err := postgres.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	if _, err := s.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) { storetest.Run(t, open) }

func BenchmarkShip(b *testing.B) { storetest.BenchmarkShip(b, open) }
