package storetest

import (
	"context"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// everything reads all there is of the organisation, by every method, with
// random refs and filters where there are any.
func (d *draws) everything() []op {
	wref, iref, pref, inWorkspace, of := d.ref("w"), d.ref("i"), d.ref("p"), d.workspaceID(), d.integrationID()
	ws := claviger.WorkspaceQuery{Name: d.maybe(d.name()), Page: d.page()}
	ks := claviger.APIKeyQuery{WorkspaceID: claviger.WorkspaceID(d.maybe(string(inWorkspace))), Page: d.page()}
	is := claviger.IntegrationQuery{AccessibleTo: claviger.WorkspaceID(d.maybe(string(inWorkspace))), Type: d.maybe("organisation"), Tags: d.tagFilter(), Page: d.page()}
	ps := claviger.ProviderQuery{IntegrationID: claviger.IntegrationID(d.maybe(string(of))), Ref: d.maybe(pref), Page: d.page()}
	sref, used := d.ref("s"), claviger.SecretReferenceID(d.id("s"))
	ss := claviger.SecretReferenceQuery{Name: d.maybe(d.name()), AllowedTo: claviger.WorkspaceID(d.maybe(string(inWorkspace))), Page: d.page()}
	if d.maybe("tagged") != "" {
		ss.Tags = map[string]string{"env": "prod", "team": d.name()}
	}
	ys := claviger.PolicyQuery{Kind: d.policy().Kind, WorkspaceID: inWorkspace, Status: claviger.Status(d.maybe("active")), Page: d.page()}
	y := d.policy()
	return []op{
		{"policy", func(c context.Context, tx *store.Tx) (any, error) { return tx.Policy(c, d.org, y.Kind, y.ID) }},
		{"policies", func(c context.Context, tx *store.Tx) (any, error) { return rowsAndTotal(tx.Policies(c, d.org, ys)) }},
		{"secret reference", func(c context.Context, tx *store.Tx) (any, error) { return tx.SecretReference(c, d.org, sref) }},
		{"secret references", func(c context.Context, tx *store.Tx) (any, error) {
			return rowsAndTotal(tx.SecretReferences(c, d.org, ss))
		}},
		{"secret uses", func(c context.Context, tx *store.Tx) (any, error) { return tx.SecretUses(c, d.org, used) }},
		{"secret uses outside", func(c context.Context, tx *store.Tx) (any, error) { return tx.SecretUsesOutside(c, d.org, used) }},
		{"organisation", func(c context.Context, tx *store.Tx) (any, error) { return tx.Organisation(c, d.org) }},
		{"workspace", func(c context.Context, tx *store.Tx) (any, error) { return tx.Workspace(c, d.org, wref) }},
		{"dependents", func(c context.Context, tx *store.Tx) (any, error) {
			return tx.WorkspaceContents(c, d.org, inWorkspace)
		}},
		{"integration", func(c context.Context, tx *store.Tx) (any, error) { return tx.Integration(c, d.org, iref) }},
		{"grants", func(c context.Context, tx *store.Tx) (any, error) { return tx.Grants(c, d.org, of) }},
		{"grant", func(c context.Context, tx *store.Tx) (any, error) { return tx.Grant(c, d.org, of, inWorkspace) }},
		{"models", func(c context.Context, tx *store.Tx) (any, error) {
			rows, err := tx.Models(c, d.org, of)
			slices.SortFunc(rows, func(a, b claviger.Model) int { return strings.Compare(a.Slug, b.Slug) })
			return rows, err
		}},
		{"globally granted", func(c context.Context, tx *store.Tx) (any, error) { return tx.GloballyGranted(c, d.org) }},
		{"integration and grants", func(c context.Context, tx *store.Tx) (any, error) {
			return rowsAndTotal(one(tx.IntegrationAndGrants(c, d.org, iref)))
		}},
		{"provider", func(c context.Context, tx *store.Tx) (any, error) { return tx.Provider(c, d.org, inWorkspace, pref) }},
		{"workspaces", func(c context.Context, tx *store.Tx) (any, error) { return rowsAndTotal(tx.Workspaces(c, d.org, ws)) }},
		{"keys", func(c context.Context, tx *store.Tx) (any, error) { return rowsAndTotal(tx.APIKeys(c, d.org, ks)) }},
		{"integrations", func(c context.Context, tx *store.Tx) (any, error) { return rowsAndTotal(tx.Integrations(c, d.org, is)) }},
		{"providers", func(c context.Context, tx *store.Tx) (any, error) { return rowsAndTotal(tx.Providers(c, d.org, ps)) }},
	}
}

// one is a row as a list of one.
func one[T any](row T, n int, err error) ([]T, int, error) { return []T{row}, n, err }

func rowsAndTotal[T any](rows []T, total int, err error) (any, error) {
	return struct {
		rows  []T
		total int
	}{rows, total}, err
}
