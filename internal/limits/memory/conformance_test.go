package memory_test

import (
	"testing"
	"time"

	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/limits/limitstest"
	"github.com/claviger/claviger/internal/limits/memory"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/postgres"
	"github.com/claviger/claviger/internal/store/sqlite"
	"github.com/claviger/claviger/internal/store/storetest/pgtest"
	"github.com/claviger/claviger/internal/store/storetest/sqlitetest"
)

// limiter is the one that is held against the suite.
func limiter(s limitstest.Setup) limits.Limiter {
	return memory.New(memory.Options{Source: s.Source, Flush: s.Flush, Now: s.Now, MaxGroups: s.MaxGroups, RoomTime: time.Minute})
}

func TestConformance(t *testing.T) { limitstest.Run(t, limiter, limitstest.NewBooks()) }

func TestConformanceOverSQLite(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another")
	}
	t.Parallel()
	dir := t.TempDir()
	sqlitetest.Prepare(t, dir)
	limitstest.Run(t, limiter, opened(t, func() (*store.Store, error) { return sqlite.Open(t.Context(), dir) }))
}

func TestConformanceOverPostgreSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another")
	}
	t.Parallel()
	limitstest.Run(t, limiter, opened(t, func() (*store.Store, error) { return postgres.Open(t.Context(), pgtest.URL(t)) }))
}

// opened is a store that is ready.
func opened(t *testing.T, open func() (*store.Store, error)) *store.Store {
	st, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	if _, err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return st
}
