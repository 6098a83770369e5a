package admin

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/claviger/claviger/internal/provider/all"
)

func TestDistance(t *testing.T) {
	for pair, want := range map[[2]string]int{
		{"", ""}: 0, {"abc", "abc"}: 0, {"abc", ""}: 3, {"custom_hots", "custom_host"}: 2,
		{"openai_projct", "openai_project"}: 1, {"customHost", "custom_host"}: 2, {"key", "mode"}: 4,
	} {
		if got := distance(pair[0], pair[1]); got != want {
			t.Errorf("distance%q = %d", pair, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab]{0,6}`)
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		switch ab := distance(a, b); {
		case ab != distance(b, a), (ab == 0) != (a == b), ab > distance(a, c)+distance(c, b), ab > max(len(a), len(b)):
			t.Errorf("distance(%q, %q) = %d", a, b, ab)
		}
	})
}

// A field of another kind is no slip: what one kind declares may be sent for
// every other without being refused.
func TestNoKindHasAFieldThatIsAlmostAnothersOwn(t *testing.T) {
	registry := all.Registry()
	names := map[string]bool{}
	for _, id := range registry.IDs() {
		for _, f := range registry.Adapter(id).Spec().AllFields() {
			names[f.Name] = true
		}
	}
	for _, id := range registry.IDs() {
		var declared []string
		own := map[string]bool{}
		for _, f := range registry.Adapter(id).Spec().AllFields() {
			declared, own[f.Name] = append(declared, f.Name), true
		}
		for name := range names {
			if meant := nearest(name, declared); !own[name] && meant != "" {
				t.Errorf("%s: %s is taken for %s", id, name, meant)
			}
		}
	}
}
