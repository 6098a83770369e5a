// Package sqlitetest prepares stores on SQLite for tests: each its own, from files
// that were migrated once for all of them, since migrating takes longer than most
// tests.
package sqlitetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/claviger/claviger/internal/store/sqlite"
)

// Prepare fills dir with the files of an empty store in the form that this
// program knows, for [sqlite.Open].
func Prepare(t testing.TB, dir string) {
	t.Helper()
	files, err := template()
	if err != nil {
		t.Fatalf("prepare a store: %v", err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// template is an empty, migrated store: the content of its files by name.
var template = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "claviger-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	st, err := sqlite.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	_, err = st.Migrate(ctx)
	// Closing brings everything into the files themselves.
	if closed := st.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range []string{sqlite.ControlFile, sqlite.LedgerFile} {
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return files, nil
})
