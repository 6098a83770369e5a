package storetest

import (
	"slices"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// totals compares the total of each list of integrations with the rows that
// there are, while integrations and a workspace come and go.
func totals(t *testing.T, w *world) {
	ctx, org := t.Context(), w.ours.org.ID
	team := workspace(org, "ws-team")
	own, ungranted, shared, refused := integration(org, team.ID, "own"), integration(org, team.ID, "ungranted"), integration(org, "", "shared"), integration(org, "", "refused")
	for n, i := range []*claviger.Integration{&own, &ungranted, &shared, &refused} {
		i.CreatedAt = at.Add(time.Duration(n%2) * time.Second)
	}
	no := grant(refused, team.ID)
	no.Enabled = false
	slugs := func(what string, q claviger.IntegrationQuery, want ...string) {
		t.Helper()
		w.view(func(tx *store.Tx) error {
			q.Page, q.Brief = page, true
			rows, total, err := tx.Integrations(ctx, org, q)
			ok(t, err)
			q.Brief = false
			whole, wholeTotal, err := tx.Integrations(ctx, org, q)
			ok(t, err)
			same(t, what+": as the whole rows", brief(whole), rows)
			same(t, what+": total of the whole rows", wholeTotal, total)
			var got, order []string
			for _, i := range rows {
				got, order = append(got, i.Slug), append(order, i.CreatedAt.Format(time.RFC3339)+string(i.ID))
			}
			slices.Reverse(order)
			same(t, what+": in order", true, slices.IsSorted(order))
			slices.Sort(got)
			same(t, what, want, got)
			same(t, what+": total", len(want), total)
			return nil
		})
	}
	check := func(all, local, ofTeam []string) {
		t.Helper()
		shared := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(local, s) })
		slugs("all", claviger.IntegrationQuery{}, all...)
		slugs("all of the organisation's own", claviger.IntegrationQuery{Type: "organisation"}, shared...)
		slugs("all of workspaces", claviger.IntegrationQuery{Type: "workspace"}, local...)
		slugs("a team's", claviger.IntegrationQuery{AccessibleTo: team.ID}, ofTeam...)
	}
	granted := func(want int, i claviger.Integration) {
		t.Helper()
		w.view(func(tx *store.Tx) error {
			_, n, err := tx.IntegrationAndGrants(ctx, org, i.Slug)
			ok(t, err)
			same(t, "workspaces that may use "+i.Slug, want, n)
			return nil
		})
	}
	check([]string{"one"}, nil, nil)
	w.update(func(tx *store.Tx) error {
		ok(t, tx.InsertWorkspace(ctx, team))
		for _, i := range []claviger.Integration{own, ungranted, shared, refused} {
			ok(t, tx.InsertIntegration(ctx, i))
		}
		ok(t, tx.PutGrant(ctx, grant(own, team.ID)))
		ok(t, tx.PutGrant(ctx, no))
		return tx.PutGrant(ctx, grant(shared, team.ID))
	})
	check([]string{"one", "own", "refused", "shared", "ungranted"}, []string{"own", "ungranted"}, []string{"own", "shared", "ungranted"})
	granted(1, own)
	granted(1, shared)
	granted(0, refused)
	w.update(func(tx *store.Tx) error { return tx.PutGrant(ctx, grant(shared, w.ours.workspace.ID)) })
	granted(2, shared)

	w.update(func(tx *store.Tx) error {
		shared.Name = "Renamed"
		ok(t, tx.UpdateIntegration(ctx, shared))
		no.Enabled = true
		ok(t, tx.PutGrant(ctx, no))
		return tx.ArchiveIntegration(ctx, own)
	})
	check([]string{"one", "refused", "shared", "ungranted"}, []string{"ungranted"}, []string{"refused", "shared", "ungranted"})
	granted(1, refused)

	no.Enabled = false
	w.update(func(tx *store.Tx) error { return tx.PutGrant(ctx, no) })
	granted(0, refused)
	no.Enabled = true
	w.update(func(tx *store.Tx) error { return tx.PutGrant(ctx, no) })

	w.update(func(tx *store.Tx) error { return tx.ArchiveWorkspace(ctx, team) })
	granted(1, shared)
	granted(0, refused)
	check([]string{"one", "refused", "shared"}, nil, nil)
}

// brief are rows with nothing but what lists show.
func brief(rows []claviger.Integration) (out []claviger.Integration) {
	for _, i := range rows {
		out = append(out, claviger.Integration{
			OrganisationID: i.OrganisationID, ID: i.ID, WorkspaceID: i.WorkspaceID, Slug: i.Slug, Name: i.Name, Description: i.Description,
			AIProvider: i.AIProvider, Status: i.Status, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
		})
	}
	return out
}
