package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/sqlite"
)

func TestCurrentChangesNothing(t *testing.T) {
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 2 {
		if err := s.Current(t.Context()); !errors.Is(err, store.ErrBehind) {
			t.Errorf("before it was migrated: %v", err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, sqlite.ControlFile)); err != nil {
		t.Error(err)
	} else if n, err := s.Migrate(t.Context()); err != nil || n == 0 {
		t.Errorf("migrate a file of %d bytes: %d steps, %v", info.Size(), n, err)
	}
	if err := s.Current(t.Context()); err != nil {
		t.Errorf("after: %v", err)
	}
}
