package storetest

import (
	"math"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// paged reads lists page by page: each row once, in order, with the total of
// all pages. Every third row has the time of the one before.
func paged(t *testing.T, w *world) {
	const rows = 10
	ctx, o := t.Context(), w.ours
	var workspaces, keys, integrations, providers []string
	w.update(func(tx *store.Tx) error {
		for n := range rows {
			created := at.Add(time.Duration(n-n%3) * time.Second)
			ws, k := workspace(o.org.ID, numbered("ws", n)), apiKey(o.org.ID, o.workspace.ID)
			i := integration(o.org.ID, "", numbered("i", n))
			p := provider(i, o.workspace.ID, numbered("p", n))
			ws.CreatedAt, k.CreatedAt, i.CreatedAt, p.CreatedAt = created, created, created, created
			ok(t, tx.InsertWorkspace(ctx, ws))
			ok(t, tx.InsertAPIKey(ctx, k))
			ok(t, tx.InsertIntegration(ctx, i))
			ok(t, tx.InsertProvider(ctx, p))
		}
		return nil
	})
	collect := func(tx *store.Tx, p claviger.Page) []int {
		ws, wsTotal, err := tx.Workspaces(ctx, o.org.ID, claviger.WorkspaceQuery{Page: p})
		ok(t, err)
		ks, keyTotal, err := tx.APIKeys(ctx, o.org.ID, claviger.APIKeyQuery{Page: p})
		ok(t, err)
		is, integrationTotal, err := tx.Integrations(ctx, o.org.ID, claviger.IntegrationQuery{Page: p})
		ok(t, err)
		ps, providerTotal, err := tx.Providers(ctx, o.org.ID, claviger.ProviderQuery{Page: p})
		ok(t, err)
		for _, x := range ws {
			workspaces = append(workspaces, order(x.CreatedAt, string(x.ID)))
		}
		for _, x := range ks {
			keys = append(keys, order(x.CreatedAt, string(x.ID)))
		}
		for _, x := range is {
			integrations = append(integrations, order(x.CreatedAt, string(x.ID)))
		}
		for _, x := range ps {
			providers = append(providers, order(x.CreatedAt, string(x.ID)))
		}
		return []int{wsTotal, keyTotal, integrationTotal, providerTotal}
	}
	totals := []int{rows + 1, rows + 1, rows + 1, rows + 1}
	w.view(func(tx *store.Tx) error {
		for number := range 4 {
			same(t, "totals", totals, collect(tx, claviger.Page{Number: number, Size: 4}))
		}
		return nil
	})
	sorted(t, "workspaces, oldest first", workspaces, rows+1, false)
	sorted(t, "api keys, newest first", keys, rows+1, true)
	sorted(t, "integrations, newest first", integrations, rows+1, true)
	sorted(t, "providers, newest first", providers, rows+1, true)
	w.view(func(tx *store.Tx) error {
		for _, p := range []claviger.Page{{Number: 99, Size: 4}, {Number: math.MaxInt, Size: 4}, {Number: -1, Size: 4}} {
			before := len(workspaces)
			same(t, "totals beyond the end", totals, collect(tx, p))
			same(t, "rows beyond the end", before, len(workspaces))
		}
		return nil
	})
}

func order(at time.Time, id string) string { return at.Format(time.RFC3339) + " " + id }

// sorted expects n different values in strict order.
func sorted(t *testing.T, what string, got []string, n int, descending bool) {
	t.Helper()
	if len(got) != n {
		t.Errorf("%s: %d rows, want %d", what, len(got), n)
	}
	for i := 1; i < len(got); i++ {
		if got[i] == got[i-1] || got[i] > got[i-1] == descending {
			t.Errorf("%s: %q comes after %q", what, got[i], got[i-1])
		}
	}
}

// filtered asks lists for part of what there is.
func filtered(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	org := o.org.ID
	other := workspace(org, "ws-other")
	other.Name = `100% of_team\ONE`
	global, ownOther := integration(org, "", "global"), integration(org, other.ID, "own-other")
	disabled := grant(global, o.workspace.ID)
	disabled.Enabled = false
	key := apiKey(org, other.ID)
	w.update(func(tx *store.Tx) error {
		ok(t, tx.InsertWorkspace(ctx, other))
		ok(t, tx.InsertIntegration(ctx, global))
		ok(t, tx.InsertIntegration(ctx, ownOther))
		ok(t, tx.PutGrant(ctx, disabled))
		ok(t, tx.PutGrant(ctx, grant(global, other.ID)))
		ok(t, tx.PutGrant(ctx, grant(ownOther, other.ID))) // owned and granted: once
		ok(t, tx.InsertProvider(ctx, provider(global, other.ID, "global")))
		return tx.InsertAPIKey(ctx, key)
	})
	w.view(func(tx *store.Tx) error {
		for _, tt := range []struct {
			name string
			q    claviger.WorkspaceQuery
			want int
		}{
			{"any", claviger.WorkspaceQuery{}, 2},
			{"part of a name", claviger.WorkspaceQuery{Name: "eam"}, 2},
			{"the case of letters counts", claviger.WorkspaceQuery{Name: "one"}, 1},
			{"upper case", claviger.WorkspaceQuery{Name: "ONE"}, 1},
			{"a percent sign is one", claviger.WorkspaceQuery{Name: "0% o"}, 1},
			{"a wildcard is none", claviger.WorkspaceQuery{Name: "%team%"}, 0},
			{"an underscore is one", claviger.WorkspaceQuery{Name: "f_t"}, 1},
			{"a backslash is one", claviger.WorkspaceQuery{Name: `\O`}, 1},
			{"a name no store can hold", claviger.WorkspaceQuery{Name: "\x00"}, 0},
			{"bytes that are no text", claviger.WorkspaceQuery{Name: "\xff"}, 0},
			{"a whole name", claviger.WorkspaceQuery{ExactName: other.Name}, 1},
			{"part as a whole name", claviger.WorkspaceQuery{ExactName: "team"}, 0},
			{"one id", claviger.WorkspaceQuery{Only: other.ID}, 1},
			{"one id and another name", claviger.WorkspaceQuery{Only: other.ID, Name: "ws-one"}, 0},
		} {
			tt.q.Page = page
			rows, total, err := tx.Workspaces(ctx, org, tt.q)
			ok(t, err)
			same(t, "workspaces: "+tt.name, []int{tt.want, tt.want}, []int{len(rows), total})
		}
		for _, tt := range []struct {
			name string
			q    claviger.IntegrationQuery
			want []string
		}{
			{"any", claviger.IntegrationQuery{}, []string{"global", "one", "own-other"}},
			{"all", claviger.IntegrationQuery{Type: "all"}, []string{"global", "one", "own-other"}},
			{"of the organisation", claviger.IntegrationQuery{Type: "organisation"}, []string{"global", "one"}},
			{"of workspaces", claviger.IntegrationQuery{Type: "workspace"}, []string{"own-other"}},
			{"a disabled grant is no access", claviger.IntegrationQuery{AccessibleTo: o.workspace.ID}, []string{"one"}},
			{"granted and owned", claviger.IntegrationQuery{AccessibleTo: other.ID}, []string{"global", "own-other"}},
			{"owned", claviger.IntegrationQuery{AccessibleTo: other.ID, Type: "workspace"}, []string{"own-other"}},
		} {
			tt.q.Page = page
			rows, total, err := tx.Integrations(ctx, org, tt.q)
			ok(t, err)
			same(t, "integrations: "+tt.name, tt.want, slugs(rows))
			same(t, "total: "+tt.name, len(tt.want), total)
		}
		for _, tt := range []struct {
			name string
			q    claviger.APIKeyQuery
			want int
		}{
			{"of a workspace", claviger.APIKeyQuery{WorkspaceID: other.ID}, 1},
			{"by ids", claviger.APIKeyQuery{IDs: []claviger.APIKeyID{key.ID, o.key.ID, "none"}}, 2},
			{"by no id", claviger.APIKeyQuery{IDs: []claviger.APIKeyID{}}, 0},
			{"by id in another workspace", claviger.APIKeyQuery{WorkspaceID: other.ID, IDs: []claviger.APIKeyID{o.key.ID}}, 0},
		} {
			tt.q.Page = page
			rows, total, err := tx.APIKeys(ctx, org, tt.q)
			ok(t, err)
			same(t, "api keys: "+tt.name, []int{tt.want, tt.want}, []int{len(rows), total})
		}
		rows, _, err := tx.Providers(ctx, org, claviger.ProviderQuery{IntegrationID: global.ID, WorkspaceID: other.ID, Page: page})
		ok(t, err)
		same(t, "providers of an integration in a workspace", 1, len(rows))
		rows, _, err = tx.Providers(ctx, org, claviger.ProviderQuery{IntegrationID: global.ID, WorkspaceID: o.workspace.ID, Page: page})
		ok(t, err)
		same(t, "providers of an integration in a workspace without", 0, len(rows))
		return nil
	})
}
