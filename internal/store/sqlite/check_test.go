package sqlite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/store/sqlite"
	"github.com/claviger/claviger/internal/store/storetest/sqlitetest"
)

// crashed is a directory as a process leaves it that is killed, and a backup of
// the control data from some time before.
func crashed(t *testing.T) (dir string, backup []byte) {
	t.Helper()
	live, dir := t.TempDir(), t.TempDir()
	sqlitetest.Prepare(t, live)
	s := openIn(t, live)
	insertSealed(t, s, bytes.Repeat([]byte("before "), 5000))
	db, err := sql.Open("sqlite", filepath.Join(live, sqlite.ControlFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	move := func() {
		if _, err := db.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
	}
	move()
	backup = files(t, live)[sqlite.ControlFile]
	for range 20 {
		insertSealed(t, s, bytes.Repeat([]byte("between "), 5000))
	}
	move()
	for range 20 {
		insertSealed(t, s, bytes.Repeat([]byte("after "), 5000))
	}
	for name, content := range files(t, live) {
		if strings.HasSuffix(name, "-shm") {
			continue // which says nothing without its process
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, backup
}

func TestWhatWasRestoredBesideTheLogOfAnotherIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		restore, clean, sound bool
	}{
		"a store after a crash":                        {sound: true},
		"a backup, beside what the crash left":         {restore: true},
		"a backup alone":                               {restore: true, clean: true, sound: true},
		"a store after a crash, without its last part": {clean: true, sound: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir, backup := crashed(t)
			control := filepath.Join(dir, sqlite.ControlFile)
			if tt.restore {
				if err := os.WriteFile(control, backup, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if tt.clean {
				if err := os.Remove(control + "-wal"); err != nil {
					t.Fatal(err)
				}
			}
			if err := sqlite.Check(t.Context(), dir); (err == nil) != tt.sound || err != nil && !errors.Is(err, sqlite.ErrDamaged) {
				t.Errorf("the check says %v", err)
			}
			st, err := sqlite.Open(t.Context(), dir)
			if (err == nil) != tt.sound || err != nil && !errors.Is(err, sqlite.ErrDamaged) {
				t.Fatalf("opened with %v", err)
			}
			if err == nil {
				st.Close()
			} else if !bytes.Equal(files(t, dir)[sqlite.ControlFile], backup) {
				t.Error("what was restored has become part of the damage")
			}
		})
	}
}

func TestAFileThatIsNoDatabaseIsDamaged(t *testing.T) {
	dir := t.TempDir()
	if err := sqlite.Check(t.Context(), dir); err != nil {
		t.Errorf("nothing is there: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, sqlite.LedgerFile), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Check(t.Context(), dir); !errors.Is(err, sqlite.ErrDamaged) {
		t.Errorf("the check says %v", err)
	}
}
