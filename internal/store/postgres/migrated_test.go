package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/claviger/claviger/internal/store/storetest"
	"github.com/claviger/claviger/internal/store/storetest/pgtest"
)

func TestAStoreWithDataIsMigrated(t *testing.T) {
	for _, version := range []int64{4, 8} {
		t.Run(fmt.Sprint("from version ", version), func(t *testing.T) {
			s, db := openAnd(t, pgtest.URL(t), nil)
			storetest.To(t, db, dialect.Goose, dialect.Name, version)
			storetest.Rows(t, db, version)
			storetest.Migrated(t, s, db)
		})
	}
}

// What another server writes while a migration counts is counted, whatever
// isolation the database has as default.
func TestAMigrationCountsWhatIsWrittenMeanwhile(t *testing.T) {
	for _, isolation := range []string{"read committed", "repeatable read", "serializable"} {
		for version, statement := range map[int64]string{
			4: `INSERT INTO integrations (organisation_id, id, slug, name, description, ai_provider, root_key_id, key_version, globally_granted, allow_all_models, status, created_us, updated_us, version)
SELECT organisation_id, 'late', 'late', name, description, ai_provider, 0, 1, false, true, 'active', 9, 9, 1 FROM integrations WHERE id = 'shared'`,
			8: `INSERT INTO providers (organisation_id, id, workspace_id, integration_id, slug, name, note, status, created_us, updated_us, version)
SELECT organisation_id, 'late', workspace_id, integration_id, 'late', name, note, 'active', 9, 9, 1 FROM providers WHERE id = 'first'`,
		} {
			t.Run(fmt.Sprint(isolation, " from version ", version), func(t *testing.T) {
				ctx := t.Context()
				url := pgtest.URL(t)
				_, first := openAnd(t, url, nil)
				storetest.To(t, first, dialect.Goose, dialect.Name, version)
				storetest.Rows(t, first, version)
				var name string
				must(t, first.QueryRowContext(ctx, "SELECT current_database()").Scan(&name))
				_, err := first.ExecContext(ctx, "ALTER DATABASE "+name+" SET default_transaction_isolation = '"+isolation+"'")
				must(t, err)

				s, db := openAnd(t, url, nil)
				old, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
				must(t, err)
				defer old.Rollback()
				_, err = old.ExecContext(ctx, statement)
				must(t, err)
				migrated := make(chan error, 1)
				go func() {
					_, err := s.Migrate(context.WithoutCancel(ctx))
					migrated <- err
				}()
				for waits := 0; waits == 0; { // until the migration waits for the writer
					must(t, first.QueryRowContext(ctx, "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = $1)", name).Scan(&waits))
				}
				must(t, old.Commit())
				must(t, <-migrated)
				wrong, err := s.CheckTotals(ctx)
				must(t, err)
				for _, d := range wrong {
					t.Errorf("%s: stored %d, counted %d", d, d.Stored, d.Counted)
				}
			})
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
