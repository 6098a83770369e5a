package adminapi

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
)

// without adds a workspace key of each kind that holds every scope but some.
func without(w *world, some []claviger.Scope) {
	w.Helper()
	for actor, sub := range map[string]claviger.KeySubType{"workspace without": claviger.ServiceKey, "user without": claviger.UserKey} {
		rest := slices.DeleteFunc(claviger.AllScopes(claviger.WorkspaceKey, sub), func(s claviger.Scope) bool { return slices.Contains(some, s) })
		w.spaceKey(actor, string(sub), w.made.Workspace.Slug, rest)
	}
}

// TestEveryKindOfKey derives from the matrix what the kinds get that it has no
// column for: a user's key gets what a service key gets, as far as it may hold
// the scope; a workspace key is locked to its own workspace, whatever
// organisation that is in.
func TestEveryKindOfKey(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	th := newTheatre(t)
	for _, op := range th.w.api.operations {
		a, ok := matrix[op.ID]
		if !ok {
			t.Errorf("%s is not in the matrix", op.ID)
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			ofUsers := func(service int) int {
				user := authz.Caller{Type: claviger.WorkspaceKey, SubType: claviger.UserKey, Scopes: claviger.AllScopes(claviger.WorkspaceKey, claviger.UserKey)}
				if user.Has(op.Scopes...) {
					return service
				}
				return 403
			}
			w, fill := th.stage(t)
			without(w, op.Scopes)
			for actor, want := range map[string]int{
				"user": ofUsers(a.own), "user of another workspace": ofUsers(a.otherSpace),
				"workspace of another organisation": a.otherSpace,
				"workspace without":                 403, "user without": 403, "deleted": 401,
			} {
				if got := w.do(actor, op.Method, fill.Replace(a.path), fill.Replace(a.body)); got.status != want {
					t.Errorf("%s gets %d, not %d: %s", actor, got.status, want, got.text)
				}
				if want == 200 && op.Method != "GET" { // the next one finds everything in its place
					w, fill = th.stage(t)
					without(w, op.Scopes)
				}
			}
		})
	}
}

// ids are the names in the matrix, by id instead of slug, of things that are
// there, and both forms of things that are nowhere.
func ids(w *world, slugs *strings.Replacer) map[string]*strings.Replacer {
	w.Helper()
	id := func(path string) string {
		return w.must(orgAdmin, "GET", slugs.Replace(path), "")["id"].(string)
	}
	gone := claviger.NewID[claviger.WorkspaceID]
	key := slugs.Replace("{key}")
	return map[string]*strings.Replacer{
		"slugs": slugs,
		"ids": strings.NewReplacer("{ws}", id("/admin/workspaces/{ws}"), "{org}", id("/integrations/{org}"),
			"{local}", id("/integrations/{local}"), "{ref}", id("/secret-references/{ref}"), "{key}", key),
		"slugs of nothing": strings.NewReplacer("{ws}", "ws-nothing-000000", "{org}", "org-nil", "{local}", "local-nil", "{ref}", "ref-nil", "{key}", string(gone())),
		"ids of nothing":   strings.NewReplacer("{ws}", string(gone()), "{org}", string(gone()), "{local}", string(gone()), "{ref}", string(gone()), "{key}", string(gone())),
	}
}

// What is another's and what is nowhere get the same answer, to the letter.
func TestWhatIsForeignLooksLikeWhatIsNot(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	w, slugs := stage(t)
	fills := ids(w, slugs)
	for _, op := range w.api.operations {
		a := matrix[op.ID]
		if !strings.Contains(a.path+a.body, "{ws}") && !strings.Contains(a.path, "{") && !strings.Contains(a.body, `"{`) {
			continue // it names nothing
		}
		for actor, want := range map[string]int{
			"other workspace": a.otherSpace, "workspace of another organisation": a.otherSpace, "other organisation": a.foreignHere,
		} {
			ask := func(fill string) string {
				got := w.do(actor, op.Method, fills[fill].Replace(a.path), fills[fill].Replace(a.body))
				if got.status == 200 && want == 200 {
					return "its own" // the name does not count
				}
				return fmt.Sprint(got.status, " ", got.text)
			}
			for _, form := range []string{"slugs", "ids"} {
				foreign, missing := ask(form), ask(form+" of nothing")
				if foreign != missing {
					t.Errorf("%s by %s, as %s: foreign is answered %s\nand missing %s", op.ID, form, actor, foreign, missing)
				}
			}
		}
	}
	// And nothing of it did anything.
	for _, path := range []string{"/admin/workspaces/{ws}", "/integrations/{org}", "/integrations/{local}", "/secret-references/{ref}", "/api-keys/{key}"} {
		w.must(orgAdmin, "GET", slugs.Replace(path), "")
	}
}
