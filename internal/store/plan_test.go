package store

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite"
)

// planned is a query and an index that its plan must name.
type planned struct{ query, uses string }

// The planner of SQLite is the simpler of the two: what it answers from an
// index, PostgreSQL can as well.
func TestQueriesUseIndexes(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	d := Dialect{Name: "sqlite", Goose: goose.DialectSQLite3, Classify: func(error) Class { return Other },
		Position: "instr", Members: func(column string) string { return "json_each(" + column + ")" }}
	if _, err := New(d, Database{db, db}, Database{db, db}).Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	integrations := func(q claviger.IntegrationQuery) string {
		w, from := integrationsWhere("org", q)
		return " FROM " + from + w.text.String()
	}
	newest := " ORDER BY i.created_us DESC, i.id DESC LIMIT 10"
	everyEntry := entriesWhere("org", claviger.EntryQuery{}).text.String()
	references := func(q claviger.SecretReferenceQuery) string {
		return "SELECT * FROM secret_references" + d.secretReferencesWhere("org", q).text.String() + " ORDER BY created_us DESC, id DESC LIMIT 10"
	}
	tests := map[string]planned{
		"key by hash":                        {apiKeyByHash, "api_keys_hash"},
		"key by its old hash":                {apiKeyByOldHash, "api_keys_old_hash"},
		"target by slug":                     {selectTargetBySlug, "providers_slug"},
		"target by id":                       {selectTargetByID, "p USING INDEX sqlite_autoindex_providers_1"},
		"targets of a workspace":             {listTargets, "providers_workspace"},
		"workspace by slug":                  {selectWorkspaceBySlug, "workspaces_slug"},
		"integration by slug":                {selectIntegrationBySlug, "integrations_slug"},
		"provider by slug":                   {selectProviderBySlug, "providers_slug"},
		"accessible integrations":            {listAccessible, "grants_list"},
		"what is shown of them":              {listGranted, "i USING COVERING INDEX integrations_list"},
		"how many are accessible":            {countAccessible, "sqlite_autoindex_accessible_counts_1"},
		"accessible ones of a type":          {"SELECT i.*" + integrations(claviger.IntegrationQuery{AccessibleTo: "ws", Type: "workspace"}) + newest, "grants_list"},
		"how many integrations":              {countOfWorkspaces, "sqlite_autoindex_integration_counts_1"},
		"integrations of workspaces, newest": {"SELECT i.*" + integrations(claviger.IntegrationQuery{Type: "workspace"}) + newest, "integrations_of_workspaces"},
		"integrations of none, newest":       {"SELECT i.*" + integrations(claviger.IntegrationQuery{Type: "organisation"}) + newest, "integrations_workspace"},
		"what is shown of all, newest":       {"SELECT " + of("i", briefColumns) + integrations(claviger.IntegrationQuery{}) + newest, "i USING COVERING INDEX integrations_list"},
		"all integrations, newest":           {"SELECT i.*" + integrations(claviger.IntegrationQuery{}) + newest, "integrations_list"},
		"globally granted":                   {globallyGrantedIntegrations, "integrations_global"},
		"models of an integration":           {listModels, "sqlite_autoindex_integration_models_1"},
		"integrations by tag":                {"SELECT i.*" + integrations(claviger.IntegrationQuery{Tags: []claviger.Tag{{Name: "a", Value: "b"}, {Name: "c"}}}), "integration_tags_name"},
		"accessible ones by tag":             {"SELECT i.*" + integrations(claviger.IntegrationQuery{AccessibleTo: "ws", Tags: []claviger.Tag{{Name: "a"}}}), "grants_list"},
		"deleting models of own":             {deleteWorkspaceGrants[4], "sqlite_autoindex_integration_models_1"},
		"grants of an integration":           {listGrants, "sqlite_autoindex_grants_1"},
		"contents of a workspace":            {workspaceContents, "providers_workspace"},
		"archiving keys":                     {archiveWithWorkspace[0], "api_keys_workspace"},
		"archiving providers":                {archiveWithWorkspace[1], "providers_workspace"},
		"archiving providers of own":         {archiveWithWorkspace[2], "providers_integration"},
		"archiving policies":                 {archiveWithWorkspace[3], "policies_list"},
		"archiving integrations":             {archiveWithWorkspace[4], "integrations_workspace"},
		"forgetting resets":                  {deleteWorkspaceGrants[5], "policies_list"},
		"a workspace's policies":             {activePolicies, "policies_list"},
		"a workspace's resets":               {activeResets, "policies_list"},
		"deleting grants":                    {deleteWorkspaceGrants[0], "grants_workspace"},
		"deleting grants of own":             {deleteWorkspaceGrants[1], "sqlite_autoindex_grants_1"},
		"archived integration":               {archiveIntegrationProviders, "providers_integration"},
		"reference by slug":                  {selectSecretReferenceBySlug, "secret_references_slug"},
		"workspaces of a reference":          {listAllowedWorkspaces, "sqlite_autoindex_secret_reference_workspaces_1"},
		"references, newest":                 {references(claviger.SecretReferenceQuery{}), "secret_references_list"},
		"uses of a reference":                {countSecretUses, "sqlite_autoindex_secret_uses_1"},
		"uses outside":                       {countSecretUsesOutside, "sqlite_autoindex_secret_uses_1"},
		"provider by its name alone":         {"SELECT * FROM providers p WHERE p.organisation_id = $1 AND p.status <> 'archived' AND p.slug = $2", "providers_named"},
		"forgetting a workspace":             {deleteWorkspaceGrants[2], "secret_reference_workspaces_workspace"},
		"forgetting uses of own":             {deleteWorkspaceGrants[3], "secret_uses_integration"},
		"newest entries":                     {"SELECT * FROM entries" + everyEntry + " ORDER BY opened_us DESC, entry_id DESC LIMIT 10", "entries_list"},
		"entries of a key":                   {"SELECT * FROM entries" + entriesWhere("org", claviger.EntryQuery{APIKeyID: "k"}).text.String() + " ORDER BY opened_us DESC, entry_id DESC LIMIT 10", "entries_api_key"},
		"entries of a workspace":             {"SELECT * FROM entries" + entriesWhere("org", claviger.EntryQuery{WorkspaceID: "w"}).text.String() + " ORDER BY opened_us DESC, entry_id DESC LIMIT 10", "entries_workspace"},
		"entries of a provider":              {"SELECT * FROM entries" + entriesWhere("org", claviger.EntryQuery{ProviderSlug: "p"}).text.String() + " ORDER BY opened_us DESC, entry_id DESC LIMIT 10", "entries_provider"},
		"newest entries of a request":        {"SELECT * FROM entries" + entriesWhere("org", claviger.EntryQuery{RequestID: "r"}).text.String() + " ORDER BY opened_us DESC, entry_id DESC LIMIT 10", "entries_request"},
		"open entries of a node":             {unsettle, "entries_open"},
	}
	span := claviger.AuditQuery{From: time.UnixMicro(1), To: time.UnixMicro(2)}
	for index, narrow := range map[string]func(*claviger.AuditQuery){
		"list": func(*claviger.AuditQuery) {}, "workspace": func(q *claviger.AuditQuery) { q.WorkspaceID = "w" },
		"actor": func(q *claviger.AuditQuery) { q.ActorKeyID = "k" }, "resource": func(q *claviger.AuditQuery) { q.ResourceType = "r" },
		"action": func(q *claviger.AuditQuery) { q.Action = "a" }, "uri": func(q *claviger.AuditQuery) { q.URI = "u" },
		"request": func(q *claviger.AuditQuery) { q.RequestID = "r" }, "address": func(q *claviger.AuditQuery) { q.Address = "a" },
		"status": func(q *claviger.AuditQuery) { q.Status = 403 },
	} {
		q := span
		narrow(&q)
		tests["newest audit entries by "+index] = planned{
			"SELECT * FROM audit_entries" + auditWhere("org", q).text.String() + " ORDER BY " + newestAudit + " LIMIT 10", "audit_entries_" + index}
	}
	wholeTenant := map[string]bool{"all integrations, newest": true, "what is shown of all, newest": true, "globally granted": true, "newest entries": true, "references, newest": true,
		"integrations of workspaces, newest": true, "how many integrations": true}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			plan := explain(t, db, tt.query)
			if !strings.Contains(plan, tt.uses) {
				t.Errorf("the plan does not use %s:\n%s", tt.uses, plan)
			}
			for line := range strings.Lines(plan) {
				if table, ok := strings.CutPrefix(line, "SCAN "); ok && !strings.HasPrefix(table, "CONSTANT") && !strings.HasPrefix(table, "accessible") && table != "a\n" {
					t.Errorf("the plan reads all of %s:\n%s", table, plan)
				}
				if !wholeTenant[name] && strings.Contains(line, "(organisation_id=?)") {
					t.Errorf("the plan reads all of the organisation's:\n%s", plan)
				}
				if strings.Contains(name, "newest") && strings.Contains(line, "TEMP B-TREE") {
					t.Errorf("the plan sorts:\n%s", plan)
				}
			}
		})
	}
}

func explain(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	args := make([]any, 0, 8)
	for n := 1; strings.Contains(query, "$"+string(rune('0'+n))); n++ {
		args = append(args, "x")
	}
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
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
