package sqlite

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/storetest"
)

func TestAStoreWithDataIsMigrated(t *testing.T) {
	for _, version := range []int64{4, 8} {
		t.Run(fmt.Sprint("from version ", version), func(t *testing.T) {
			db := openBy(t, "sqlite", filepath.Join(t.TempDir(), ControlFile))
			storetest.To(t, db.Write, dialect.Goose, dialect.Name, version)
			storetest.Rows(t, db.Write, version)
			s := store.New(dialect, db, openBy(t, "sqlite", filepath.Join(t.TempDir(), LedgerFile)))
			storetest.Migrated(t, s, db.Write)
			if _, err := db.Write.ExecContext(t.Context(), "UPDATE integrations SET granted = granted + 4 WHERE id = 'more'"); err != nil {
				t.Fatal(err)
			}
			seen, err := s.RepairTotals(t.Context())
			if err != nil || len(seen) != 1 || seen[0].String() != "granted of more" || seen[0].Stored != 5 || seen[0].Counted != 1 {
				t.Errorf("repaired %v, %v", seen, err)
			}
			if seen, err = s.CheckTotals(t.Context()); err != nil || len(seen) > 0 {
				t.Errorf("then %v, %v", seen, err)
			}
		})
	}
}
