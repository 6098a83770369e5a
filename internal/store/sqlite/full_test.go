package sqlite

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

func TestAFullDiskIsCalledThat(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	var files [2]store.Database
	for i, name := range []string{ControlFile, LedgerFile} {
		db, err := openFile(ctx, filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[i] = db
	}
	s := store.New(dialect, files[0], files[1])
	defer s.Close()
	if _, err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	limit := func(pages string) {
		t.Helper()
		for _, db := range files {
			if _, err := db.Write.ExecContext(ctx, "PRAGMA max_page_count = "+pages); err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func() error { return s.PutKeyring(ctx, make([]byte, 256<<10)) }

	if err := s.Writable(ctx); err != nil {
		t.Fatalf("a new store: %v", err)
	}
	limit("1") // SQLite takes the present size for it
	for range 2 {
		err := write()
		var e *claviger.Error
		if !errors.As(err, &e) || e.Code != claviger.Unavailable || !strings.Contains(e.Message, "the disk is full") {
			t.Fatalf("a write without room: %v", err)
		}
		if err := s.Writable(ctx); claviger.CodeOf(err) != claviger.Unavailable || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("it can be written: %v", err)
		}
	}
	if err := s.Ping(ctx); err != nil {
		t.Errorf("it cannot be read: %v", err)
	}
	limit("1000000")
	if err := s.Writable(ctx); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if err := write(); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if position, err := s.LedgerPosition(ctx, "a probe for room"); err != nil || position != nil {
		t.Errorf("the probe left %d bytes, %v", len(position), err)
	}

	limit("1")
	if err := s.Update(ctx, func(tx *store.Tx) error { return errors.New("nothing is written") }); err == nil || s.Writable(ctx) != nil {
		t.Errorf("a failure of another kind counts: %v", err)
	}
}
