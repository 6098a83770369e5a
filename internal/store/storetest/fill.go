package storetest

import (
	"fmt"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// Fill stores some hundreds of everything in one organisation, so that a
// planner sees that it pays to look things up.
func Fill(t *testing.T, s *store.Store) {
	const teams, rows = 200, 1000
	w := newWorld(t, s)
	ctx, org := t.Context(), w.ours.org.ID
	var workspaces []claviger.Workspace
	w.update(func(tx *store.Tx) error {
		workspaces = nil
		for n := range teams {
			ws := workspace(org, numbered("ws", n))
			workspaces = append(workspaces, ws)
			ok(t, tx.InsertWorkspace(ctx, ws))
		}
		return nil
	})
	w.update(func(tx *store.Tx) error {
		for n := range rows {
			ws := workspaces[n%teams]
			var owner claviger.WorkspaceID
			if n%3 == 0 {
				owner = ws.ID
			}
			i := integration(org, owner, numbered("i", n))
			i.Tags = map[string]string{fmt.Sprint("name", n%100): fmt.Sprint(n)}
			if n%50 != 0 {
				i.GlobalAccess = nil
			}
			r := secretReference(org, numbered("r", n), claviger.AllowedWorkspace{ID: ws.ID, Said: ws.Slug})
			entry := claviger.AuditEntry{ID: claviger.NewID[claviger.AuditID](), OrganisationID: org, WorkspaceID: ws.ID,
				At: at.Add(time.Duration(n) * time.Second), ActorKeyID: claviger.NewID[claviger.APIKeyID](), Action: fmt.Sprint("a", n%20),
				ResourceType: fmt.Sprint("t", n%20), URI: fmt.Sprint("/v1/", n), RequestID: fmt.Sprint(n), Address: fmt.Sprint(n % 50), Status: 200 + n%9, Attempts: 1}
			ok(t, tx.InsertIntegration(ctx, i))
			ok(t, tx.PutGrant(ctx, grant(i, ws.ID)))
			ok(t, tx.InsertProvider(ctx, provider(i, ws.ID, numbered("p", n))))
			ok(t, tx.InsertAPIKey(ctx, apiKey(org, ws.ID)))
			ok(t, tx.PutModel(ctx, model(i, "m")))
			ok(t, tx.InsertSecretReference(ctx, r))
			ok(t, tx.PutSecretUses(ctx, org, i.ID, []claviger.SecretReferenceID{r.ID}))
			ok(t, tx.InsertAudit(ctx, entry))
			y := policy(ws, claviger.UsagePolicy)
			ok(t, tx.InsertPolicy(ctx, y))
			ok(t, tx.PutPolicyReset(ctx, org, y.ID, "v", at))
		}
		return nil
	})
	var entries []claviger.Entry
	for n := range rows {
		e := closed(w.ours.opened(n))
		e.Node, e.ProviderSlug = fmt.Sprint("node-", n%3), fmt.Sprint("p-", n%50)
		e.WorkspaceID, e.APIKeyID = workspaces[n%teams].ID, claviger.NewID[claviger.APIKeyID]()
		entries = append(entries, e)
	}
	ok(t, s.Ship(ctx, "node-1", entries, []byte("position")))
}
