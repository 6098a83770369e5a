package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/storetest"
	"github.com/claviger/claviger/internal/store/storetest/pgtest"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// TestEveryPlanUsesAnIndex runs the suite with an ear on the driver and looks at
// the plan of every statement. Small tables PostgreSQL would read whole, and
// sort, if it were allowed to where there is another way.
func TestEveryPlanUsesAnIndex(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	heard := &storetest.Statements{}
	storetest.Run(t, func(tb testing.TB) *store.Store { return overheard(tb, heard) })
	if t.Failed() {
		return
	}
	s, db := openAnd(t, pgtest.URL(t), nil)
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	storetest.Fill(t, s)
	heard.Complete(t, "..")
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, command := range []string{"ANALYZE", "SET enable_seqscan = off", "SET enable_bitmapscan = off", "SET enable_sort = off", "SET plan_cache_mode = force_generic_plan"} {
		if _, err := conn.ExecContext(t.Context(), command); err != nil {
			t.Fatal(err)
		}
	}
	for n, query := range heard.All() {
		plan := explain(t, conn, n, query)
		text, err := json.Marshal(plan)
		if err != nil {
			t.Fatal(err)
		}
		storetest.CheckPlan(t, query, string(text), steps(plan, nil))
	}
}

// ear is a tracer that notes statements.
type ear struct{ heard *storetest.Statements }

func (e ear) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	e.heard.Add(q.SQL)
	return ctx
}

func (ear) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// overheard is a store whose statements are noted, but not those of its
// migration.
func overheard(tb testing.TB, heard *storetest.Statements) *store.Store {
	tb.Helper()
	url := pgtest.URL(tb)
	s, _ := openAnd(tb, url, nil)
	if _, err := s.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	s, _ = openAnd(tb, url, ear{heard})
	return s
}

// openAnd opens a store, with a tracer, and gives its database too.
func openAnd(tb testing.TB, url string, tracer pgx.QueryTracer) (*store.Store, *sql.DB) {
	tb.Helper()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		tb.Fatal(err)
	}
	config.Tracer = tracer
	db := stdlib.OpenDB(*config)
	tb.Cleanup(func() { db.Close() })
	one := store.Database{Write: db, Read: db}
	return store.New(dialect, one, one), db
}

var placeholder = regexp.MustCompile(`\$(\d+)`)

// explain is the plan of a statement whatever its arguments are.
func explain(t *testing.T, conn *sql.Conn, n int, query string) (plan []struct{ Plan node }) {
	t.Helper()
	args := 0
	for _, m := range placeholder.FindAllStringSubmatch(query, -1) {
		if number, err := strconv.Atoi(m[1]); err == nil {
			args = max(args, number)
		}
	}
	execute := fmt.Sprintf("EXECUTE planned%d", n)
	if args > 0 {
		execute += "(" + strings.TrimSuffix(strings.Repeat("NULL, ", args), ", ") + ")"
	}
	if _, err := conn.ExecContext(t.Context(), fmt.Sprintf("PREPARE planned%d AS %s", n, query)); err != nil {
		t.Fatalf("%v: %.400s", err, query)
	}
	var text []byte
	if err := conn.QueryRowContext(t.Context(), "EXPLAIN (FORMAT JSON) "+execute).Scan(&text); err != nil {
		t.Fatalf("%v: %.400s", err, query)
	}
	if err := json.Unmarshal(text, &plan); err != nil {
		t.Fatal(err)
	}
	return plan
}

// node is a part of a plan as PostgreSQL explains it.
type node struct {
	Type      string `json:"Node Type"`
	Relation  string `json:"Relation Name,omitempty"`
	Alias     string `json:",omitempty"`
	Index     string `json:"Index Name,omitempty"`
	Condition string `json:"Index Cond,omitempty"`
	Filter    string `json:",omitempty"`
	Plans     []node `json:",omitempty"`
}

// steps are the parts that read tables.
func steps(plan []struct{ Plan node }, out []storetest.Step) []storetest.Step {
	for _, p := range plan {
		out = p.Plan.steps(out)
	}
	return out
}

func (n node) steps(out []storetest.Step) []storetest.Step {
	switch n.Type {
	case "Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan":
		table := n.Relation
		if n.Type == "Bitmap Index Scan" {
			table = n.Index
		}
		out = append(out, storetest.Step{Table: table, Indexed: n.Condition != "",
			Narrowed: strings.Contains(n.Condition, " AND ") || !strings.Contains(n.Condition, "organisation_id")})
	}
	for _, child := range n.Plans {
		out = child.steps(out)
	}
	return out
}
