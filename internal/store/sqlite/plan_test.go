package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/storetest"
	"modernc.org/sqlite"
)

// TestEveryPlanUsesAnIndex runs the suite with an ear on the driver and looks at
// the plan of every statement.
func TestEveryPlanUsesAnIndex(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	heard := &storetest.Statements{}
	sql.Register("heard", ear{&sqlite.Driver{}, heard})
	storetest.Run(t, overheard)
	if t.Failed() {
		return
	}
	db := openBy(t, "sqlite", filepath.Join(t.TempDir(), "plans.db"))
	if _, err := store.New(dialect, db, db).Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	heard.Complete(t, "..")
	for _, query := range heard.All() {
		plan := explain(t, db.Read, query)
		storetest.CheckPlan(t, query, plan, steps(plan))
	}
}

// overheard is a store whose statements are noted, but not those of its
// migration.
func overheard(tb testing.TB) *store.Store {
	tb.Helper()
	dir := tb.TempDir()
	control, ledger := filepath.Join(dir, ControlFile), filepath.Join(dir, LedgerFile)
	plain := store.New(dialect, openBy(tb, "sqlite", control), openBy(tb, "sqlite", ledger))
	if _, err := plain.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return store.New(dialect, openBy(tb, "heard", control), openBy(tb, "heard", ledger))
}

// openBy opens a file as the store does, by another driver.
func openBy(tb testing.TB, by, path string) store.Database {
	tb.Helper()
	db := store.Database{}
	for _, way := range []struct {
		to     **sql.DB
		lock   string
		pragma string
	}{{&db.Write, "immediate", "foreign_keys(ON)"}, {&db.Read, "deferred", "query_only(ON)"}} {
		opened, err := sql.Open(by, name(path, url.Values{"_txlock": {way.lock},
			"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(OFF)", way.pragma}}))
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { opened.Close() })
		*way.to = opened
	}
	db.Write.SetMaxOpenConns(1)
	return db
}

var placeholder = regexp.MustCompile(`\$\d+|\?`)

func explain(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	different := map[string]bool{}
	args := []any{}
	for _, p := range placeholder.FindAllString(query, -1) {
		if p == "?" || !different[p] {
			different[p] = true
			args = append(args, 1)
		}
	}
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%v: %.400s", err, query)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(detail + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}

var (
	reads   = regexp.MustCompile(`(?m)^(SCAN|SEARCH) (\w+)(.*)$`)
	derived = regexp.MustCompile(`(?m)^(?:CO-ROUTINE|MATERIALIZE) (\w+)$`)
)

// steps reads a plan as SQLite prints it.
func steps(plan string) (out []storetest.Step) {
	made := map[string]bool{"CONSTANT": true} // tables that the plan makes itself
	for _, m := range derived.FindAllStringSubmatch(plan, -1) {
		made[m[1]] = true
	}
	for _, m := range reads.FindAllStringSubmatch(plan, -1) {
		if made[m[2]] || strings.Contains(m[3], "VIRTUAL TABLE") || strings.HasSuffix(m[0], "VALUES CLAUSE") {
			continue
		}
		out = append(out, storetest.Step{Table: m[2], Indexed: m[1] == "SEARCH",
			Narrowed: !strings.HasSuffix(m[3], "(organisation_id=?)")})
	}
	return out
}

// ear is SQLite's driver that notes what it is asked.
type ear struct {
	*sqlite.Driver
	heard *storetest.Statements
}

// Open implements driver.Driver.
func (e ear) Open(name string) (driver.Conn, error) {
	c, err := e.Driver.Open(name)
	if err != nil {
		return nil, err
	}
	return listening{c.(full), e.heard}, nil
}

// full is all that the driver's connections can do.
type full interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnBeginTx
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type listening struct {
	full
	heard *storetest.Statements
}

func (l listening) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	l.heard.Add(query)
	return l.full.PrepareContext(ctx, query)
}

func (l listening) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	l.heard.Add(query)
	return l.full.ExecContext(ctx, query, args)
}

func (l listening) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	l.heard.Add(query)
	return l.full.QueryContext(ctx, query, args)
}
