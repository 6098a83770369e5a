package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/sqlite"
)

var at = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data ?#%20é")
	s := openIn(t, dir)
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	insertSealed(t, s, []byte("value"))
	for name, content := range files(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s (%d bytes) has mode %o, want 600", name, len(content), info.Mode().Perm())
		}
	}
}

func TestAFileThatOthersCouldReadIsClosedToThem(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, sqlite.ControlFile)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	openIn(t, dir)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o, want 600", info.Mode().Perm())
	}
}

func TestWipedValuesAreNowhereInTheFiles(t *testing.T) {
	tests := map[string]func(context.Context, *store.Tx, claviger.Workspace, claviger.Integration) error{
		"the integration is archived": func(ctx context.Context, tx *store.Tx, _ claviger.Workspace, i claviger.Integration) error {
			return tx.ArchiveIntegration(ctx, i)
		},
		"its workspace is archived": func(ctx context.Context, tx *store.Tx, w claviger.Workspace, _ claviger.Integration) error {
			return tx.ArchiveWorkspace(ctx, w)
		},
		"the value is replaced": func(ctx context.Context, tx *store.Tx, _ claviger.Workspace, i claviger.Integration) error {
			i.Sealed = []byte("another")
			return tx.UpdateIntegration(ctx, i)
		},
	}
	for name, wipe := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openIn(t, dir)
			marker := []byte("a marker that nothing else holds ")
			w, i := insertSealed(t, s, bytes.Repeat(marker, 500)) // more than a page
			if !found(t, dir, marker) {
				t.Fatal("the sealed value was never in the files: the test looks for the wrong thing")
			}
			if err := s.Update(t.Context(), func(tx *store.Tx) error { return wipe(t.Context(), tx, w, i) }); err != nil {
				t.Fatal(err)
			}
			if found(t, dir, marker) {
				t.Error("the files hold the value while the store is open")
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if found(t, dir, marker) {
				t.Error("the files hold the value after the store was closed")
			}
		})
	}
}

func insertSealed(t *testing.T, s *store.Store, sealed []byte) (claviger.Workspace, claviger.Integration) {
	t.Helper()
	org := claviger.NewID[claviger.OrganisationID]()
	w := claviger.Workspace{ID: claviger.NewID[claviger.WorkspaceID](), OrganisationID: org, Slug: "ws", Status: claviger.Active,
		CreatedAt: at, UpdatedAt: at, Version: 1}
	i := claviger.Integration{ID: claviger.NewID[claviger.IntegrationID](), OrganisationID: org, WorkspaceID: w.ID, Slug: "i",
		Sealed: sealed, RootKeyID: 1, Status: claviger.Active, CreatedAt: at, UpdatedAt: at, Version: 1}
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.InsertOrganisation(t.Context(), claviger.Organisation{ID: org, CreatedAt: at}); err != nil {
			return err
		}
		if err := tx.InsertWorkspace(t.Context(), w); err != nil {
			return err
		}
		return tx.InsertIntegration(t.Context(), i)
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, i
}

func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, e := range entries {
		if out[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func found(t *testing.T, dir string, marker []byte) bool {
	t.Helper()
	for _, content := range files(t, dir) {
		if bytes.Contains(content, marker) {
			return true
		}
	}
	return false
}

func TestDataOutlivesTheStore(t *testing.T) {
	dir := t.TempDir()
	first := openIn(t, dir)
	w, _ := insertSealed(t, first, []byte("value"))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := openIn(t, dir)
	if n, err := second.Migrate(t.Context()); n != 0 || err != nil {
		t.Errorf("Migrate = %d, %v; want nothing to do", n, err)
	}
	err := second.View(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Workspace(t.Context(), w.OrganisationID, w.Slug)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAStoreNewerThanTheProgramIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.ControlFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "INSERT INTO schema_control (version_id, is_applied) VALUES (99, 1)"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("error %v, want one that says the store is newer", err)
	}
}

func TestADirectoryThatCannotBeIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), filepath.Join(file, "data")); err == nil {
		t.Error("a data directory inside a file was opened")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, sqlite.LedgerFile), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), dir); err == nil {
		t.Error("a file that is no database was opened")
	}
}
