package postgres_test

import (
	"database/sql"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store/storetest/pgtest"
)

// The server's own refusal of a write it has no room for, from a trigger.
const (
	fillDisk = `CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON ledger_positions EXECUTE FUNCTION no_room()`
	makeRoom = `DROP TRIGGER no_room ON ledger_positions`
)

func TestAFullDiskIsCalledThat(t *testing.T) {
	url := pgtest.URL(t)
	s := openAt(t, url)
	if err := s.Current(t.Context()); err != nil {
		t.Errorf("a store that was just migrated: %v", err)
	}
	direct, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer direct.Close()
	run := func(statement string) {
		t.Helper()
		if _, err := direct.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	write := func() error { return s.Ship(t.Context(), "node", nil, []byte{1}) }

	if err := write(); err != nil {
		t.Fatal(err)
	}
	run(fillDisk)
	if err := s.Writable(t.Context()); err != nil {
		t.Errorf("before anything was refused: %v", err)
	}
	for name, err := range map[string]error{"a write": write(), "the state": s.Writable(t.Context())} {
		if claviger.CodeOf(err) != claviger.Unavailable || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("%s: %v", name, err)
		}
	}
	run(makeRoom)
	if err := s.Writable(t.Context()); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if position, err := s.LedgerPosition(t.Context(), "a probe for room"); err != nil || position != nil {
		t.Errorf("the probe left %d bytes, %v", len(position), err)
	}
}
