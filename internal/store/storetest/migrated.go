package storetest

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"github.com/pressly/goose/v3"
)

// To brings the control data of an empty database to a version, by the steps in
// the directory beside that of the calling test.
func To(t *testing.T, db *sql.DB, d goose.Dialect, name string, version int64) {
	t.Helper()
	p, err := goose.NewProvider(d, db, os.DirFS("../migrations/"+name+"/control"),
		goose.WithTableName("schema_control"), goose.WithDisableGlobalRegistry(true))
	ok(t, err)
	_, err = p.UpTo(t.Context(), version)
	ok(t, err)
}

// filled is what Rows puts in: as the lists must count it.
var filled = struct{ keys, serviceKeys, teamKeys, providers, teamProviders, integrations, accessible int }{4, 2, 3, 3, 2, 3, 3}

// Rows puts rows into a database of version 4 or newer, archived ones among them.
func Rows(t *testing.T, db *sql.DB, version int64) {
	t.Helper()
	into := func(table string, row map[string]any) {
		t.Helper()
		names := slices.Sorted(maps.Keys(row))
		values, args := make([]string, len(names)), make([]any, len(names))
		for n, name := range names {
			values[n], args[n] = fmt.Sprintf("$%d", n+1), row[name]
		}
		_, err := db.ExecContext(t.Context(), "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(values, ", ")+")", args...)
		ok(t, err)
	}
	row := func(id, status string, more map[string]any) map[string]any {
		out := map[string]any{"organisation_id": "o", "id": id, "status": status, "name": "n", "created_us": len(id), "updated_us": 1, "version": 1}
		maps.Copy(out, more)
		return out
	}
	into("organisations", map[string]any{"id": "o", "name": "n", "email": "", "created_us": 1})
	for id, status := range map[string]string{"team": "active", "other": "active", "gone": "archived"} {
		into("workspaces", row(id, status, map[string]any{"slug": "ws-" + id, "description": "", "icon": "", "is_default": false}))
	}
	for n, k := range []struct{ workspace, kind, sub, status string }{
		{"team", "workspace", "user", "active"}, {"team", "workspace", "service", "active"}, {"team", "workspace", "service", "exhausted"},
		{"team", "workspace", "service", "archived"}, {"gone", "workspace", "user", "archived"},
		{"", "organisation", "service", "active"}, {"", "organisation", "service", "archived"},
	} {
		key := map[string]any{"type": k.kind, "sub_type": k.sub, "user_id": "", "description": "", "hash": fmt.Appendf(nil, "%032d", n), "masked": "", "creation_mode": "api"}
		if k.workspace != "" {
			key["workspace_id"] = k.workspace
		}
		into("api_keys", row(fmt.Sprint("key", n), k.status, key))
	}
	for id, i := range map[string]struct{ workspace, status string }{
		"shared": {"", "active"}, "more": {"", "active"}, "old": {"", "archived"}, "own": {"team", "active"}, "old own": {"team", "archived"},
	} {
		integration := map[string]any{"slug": id, "description": "", "ai_provider": "openai", "root_key_id": 0, "key_version": 1, "globally_granted": false, "allow_all_models": true}
		if i.workspace != "" {
			integration["workspace_id"] = i.workspace
		}
		into("integrations", row(id, i.status, integration))
	}
	for _, g := range []struct {
		of, to  string
		enabled bool
	}{{"shared", "team", true}, {"shared", "other", false}, {"more", "team", true}, {"more", "other", true}, {"own", "team", true}} {
		grant := map[string]any{"organisation_id": "o", "integration_id": g.of, "workspace_id": g.to, "enabled": g.enabled, "created_us": 1, "updated_us": 1}
		if version >= 5 {
			grant["own"], grant["integration_created_us"] = g.of == "own", len(g.of)
		}
		into("grants", grant)
	}
	for id, p := range map[string]struct{ of, in, status string }{
		"first": {"shared", "team", "active"}, "second": {"own", "team", "active"}, "third": {"more", "other", "active"}, "fourth": {"old", "team", "archived"},
	} {
		into("providers", row(id, p.status, map[string]any{"workspace_id": p.in, "integration_id": p.of, "slug": id, "note": ""}))
	}
}

// Counted compares the totals of lists with the rows that Rows put in.
func Counted(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	rightTotals(t, s)
	ok(t, s.View(ctx, func(tx *store.Tx) error {
		keys := func(what string, want int, q claviger.APIKeyQuery) {
			t.Helper()
			q.Page = page
			rows, total, err := tx.APIKeys(ctx, "o", q)
			ok(t, err)
			same(t, what, []int{want, want}, []int{len(rows), total})
		}
		keys("all keys", filled.keys, claviger.APIKeyQuery{})
		keys("a team's keys", filled.teamKeys, claviger.APIKeyQuery{WorkspaceID: "team"})
		keys("a team's service keys", filled.serviceKeys, claviger.APIKeyQuery{WorkspaceID: "team", Kinds: []claviger.KeyKind{{Type: "workspace", SubType: "service"}}})
		for ws, want := range map[claviger.WorkspaceID]int{"": filled.providers, "team": filled.teamProviders, "gone": 0} {
			rows, total, err := tx.Providers(ctx, "o", claviger.ProviderQuery{WorkspaceID: ws, Page: page})
			ok(t, err)
			same(t, "providers of "+string(ws), []int{want, want}, []int{len(rows), total})
		}
		for ws, want := range map[claviger.WorkspaceID]int{"": filled.integrations, "team": filled.accessible, "other": 1} {
			rows, total, err := tx.Integrations(ctx, "o", claviger.IntegrationQuery{AccessibleTo: ws, Brief: true, Page: page})
			ok(t, err)
			same(t, "integrations of "+string(ws), []int{want, want}, []int{len(rows), total})
		}
		_, granted, err := tx.IntegrationAndGrants(ctx, "o", "more")
		ok(t, err)
		same(t, "granted to", 2, granted)
		return nil
	}))
}

// Migrated takes a database with rows of an older version on, and compares what
// it then keeps with what there is; and again after more has changed. Totals that
// were made wrong are seen and repaired.
func Migrated(t *testing.T, s *store.Store, db *sql.DB) {
	ctx := t.Context()
	_, err := s.Migrate(ctx)
	ok(t, err)
	Counted(t, s)

	for _, damage := range []string{
		"UPDATE list_counts SET live = live + 3 WHERE list = 'api_keys' AND workspace_id = 'team'",
		"DELETE FROM list_counts WHERE list = 'providers'",
		"DELETE FROM integration_counts",
		"UPDATE accessible_counts SET granted = granted + 2, own_granted = 9, own = own - 5",
	} {
		_, err := db.ExecContext(ctx, damage)
		ok(t, err)
		seen, err := s.CheckTotals(ctx)
		ok(t, err)
		if len(seen) == 0 {
			t.Errorf("not seen: %s", damage)
		}
		mended, err := s.RepairTotals(ctx)
		ok(t, err)
		same(t, "repaired after "+damage, seen, mended)
		Counted(t, s)
	}

	ok(t, s.Update(ctx, func(tx *store.Tx) error {
		team, err := tx.Workspace(ctx, "o", "ws-team")
		ok(t, err)
		return tx.ArchiveWorkspace(ctx, team)
	}))
	rightTotals(t, s)
	var left int
	ok(t, db.QueryRowContext(ctx, "SELECT (SELECT COUNT(*) FROM list_counts WHERE workspace_id IN ('team', 'gone')) + (SELECT COUNT(*) FROM accessible_counts WHERE workspace_id = 'team')").Scan(&left))
	same(t, "totals of archived workspaces", 0, left)
}

// rightTotals expects that all totals are as counted.
func rightTotals(t *testing.T, s *store.Store) {
	t.Helper()
	wrong, err := s.CheckTotals(t.Context())
	ok(t, err)
	for _, d := range wrong {
		t.Errorf("%s: stored %d, counted %d", d, d.Stored, d.Counted)
	}
}
