package adminapi

import (
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

func TestAResetLetsWhatIsExhaustedWorkAgain(t *testing.T) {
	w := newWorld(t)
	ws := w.made.Workspace
	other := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Other"}`)["id"].(string)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"N","slug":"n","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(orgAdmin, "PUT", "/integrations/n/workspaces", `{"workspaces":[{"id":"`+ws.Slug+`","enabled":true},{"id":"`+other+`","enabled":true}]}`)
	err := w.store.Update(t.Context(), func(tx *store.Tx) error { // as the counters do once they reach a limit
		for _, id := range []claviger.WorkspaceID{ws.ID, claviger.WorkspaceID(other)} {
			p, err := tx.Provider(t.Context(), ws.OrganisationID, id, "n")
			if err != nil {
				return err
			}
			p.Status = claviger.Exhausted
			if err := tx.UpdateProvider(t.Context(), p); err != nil {
				return err
			}
			g, err := tx.Grant(t.Context(), ws.OrganisationID, p.IntegrationID, id)
			if err != nil {
				return err
			}
			g.Status = claviger.Exhausted
			if err := tx.PutGrant(t.Context(), g); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	status := func(workspace string) any {
		return w.must(orgAdmin, "GET", "/providers/n?workspace_id="+workspace, "")["status"]
	}
	w.must(orgAdmin, "PUT", "/integrations/n/workspaces", `{"workspaces":[{"id":"`+ws.Slug+`","enabled":true}]}`)
	same(t, "without a reset", status(ws.Slug), `"exhausted"`)
	w.must(orgAdmin, "PUT", "/integrations/n/workspaces", `{"workspaces":[{"id":"`+ws.Slug+`","enabled":true,"reset_usage":true}]}`)
	same(t, "after a reset", status(ws.Slug), `"active"`)
	same(t, "another workspace", status(other), `"exhausted"`)
	for _, row := range w.must(orgAdmin, "GET", "/integrations/n/workspaces", "")["workspaces"].([]any) {
		row := row.(map[string]any)
		if reset := row["last_reset_at"] != nil; reset != (row["id"] == ws.Slug) {
			t.Errorf("%s was reset at %v", row["id"], row["last_reset_at"])
		}
	}
}
