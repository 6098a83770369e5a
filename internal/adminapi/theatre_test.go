package adminapi

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store/sqlite"
)

// theatre is a world in which everything is set up, and which can be put back
// to that moment, which is much faster than making one anew.
type theatre struct {
	w     *world
	files map[string][]byte
	keys  map[string]string
	fill  *strings.Replacer
}

func newTheatre(t testing.TB) *theatre {
	t.Helper()
	w := newWorld(t)
	th := &theatre{w: w, files: map[string][]byte{}}
	th.fill = furnish(w)
	th.keys = maps.Clone(w.keys)
	if err := w.store.Close(); err != nil { // the files are whole now
		t.Fatal(err)
	}
	for _, name := range []string{sqlite.ControlFile, sqlite.LedgerFile} {
		b, err := os.ReadFile(filepath.Join(w.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		th.files[name] = b
	}
	return th
}

// stage is a theatre's for one use.
func stage(t testing.TB) (*world, *strings.Replacer) {
	t.Helper()
	return newTheatre(t).stage(t)
}

// stage puts everything back and ends the stages before it. It returns the
// world reporting to t, and the names of what is in it.
func (th *theatre) stage(t testing.TB) (*world, *strings.Replacer) {
	t.Helper()
	if err := th.w.store.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, b := range th.files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	st, err := sqlite.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() }) // before the directory goes
	th.w.store, th.w.keys = st, maps.Clone(th.keys)
	return th.w.in(t), th.fill
}

// furnish makes the things that the matrix names, and a key of every kind.
func furnish(w *world) *strings.Replacer {
	w.Helper()
	first := w.made.Workspace.Slug
	second := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Second"}`)["slug"].(string)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"Org","slug":"org-one","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(orgAdmin, "PUT", "/integrations/org-one/workspaces", `{"workspaces":[{"id":"`+first+`","enabled":true}]}`)
	w.must(orgAdmin, "PUT", "/integrations/org-one/models", `{"models":[{"slug":"mine","enabled":true,"is_custom":true}]}`)
	w.must(workspace, "POST", "/integrations", `{"name":"Local","slug":"local-one","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(orgAdmin, "POST", "/secret-references", reference("ref-one"))
	id := w.key("victim", "workspace/service", `{"name":"v","workspace_id":"`+first+`","scopes":[]}`)
	w.key("other workspace", "workspace/service", fmt.Sprintf(`{"name":"o","workspace_id":%q,"scopes":[%s]}`, second, quoted(claviger.AllScopes(claviger.WorkspaceKey, claviger.ServiceKey))))
	w.foreign("other organisation")
	service, user := claviger.AllScopes(claviger.WorkspaceKey, claviger.ServiceKey), claviger.AllScopes(claviger.WorkspaceKey, claviger.UserKey)
	w.spaceKey("user", "user", first, user)
	w.spaceKey("user of another workspace", "user", second, user)
	gone := w.key("deleted", "organisation/service", `{"name":"k","scopes":[`+quoted(claviger.AllScopes(claviger.OrganisationKey, claviger.ServiceKey))+`]}`)
	w.must(orgAdmin, "DELETE", "/api-keys/"+gone, "")
	usage := w.must(orgAdmin, "POST", "/policies/usage-limits", `{"workspace_id":"`+first+`",`+aUsagePolicy)["id"].(string)
	rate := w.must(orgAdmin, "POST", "/policies/rate-limits", `{"workspace_id":"`+first+`",`+aRatePolicy)["id"].(string)
	w.spend(usage, "api_key:k", "none", w.moment(), 2_500_000_000)
	theirs := w.must("other organisation", "POST", "/admin/workspaces", `{"name":"Theirs"}`)["slug"].(string)
	made := w.must("other organisation", "POST", "/api-keys/workspace/service", fmt.Sprintf(`{"name":"k","workspace_id":%q,"scopes":[%s]}`, theirs, quoted(service)))
	w.keys["workspace of another organisation"] = made["key"].(string)
	return strings.NewReplacer("{ws}", first, "{org}", "org-one", "{local}", "local-one", "{ref}", "ref-one", "{key}", id,
		"{usage}", usage, "{rate}", rate)
}

// spaceKey makes a workspace key and remembers it as actor.
func (w *world) spaceKey(actor, sub, ws string, scopes []claviger.Scope) {
	w.Helper()
	w.key(actor, "workspace/"+sub, fmt.Sprintf(`{"name":"k","workspace_id":%q,"scopes":[%s]}`, ws, quoted(scopes)))
}
