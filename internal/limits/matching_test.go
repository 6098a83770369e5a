package limits

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
)

// naive says by a regular expression whether a pattern matches a text.
func naive(pattern, text string) bool {
	expr := "^(?s:" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + ")$"
	return text != "" && regexp.MustCompile(expr).MatchString(text)
}

func TestPatternsMatchAsRegularExpressionsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*/@.]{0,8}`).Draw(t, "pattern")
		text := rapid.StringMatching(`[ab/@.\n]{0,12}`).Draw(t, "text")
		if got := glob(pattern, form{model: text}); got != naive(pattern, text) || text != "" && got != glob("@x/"+pattern, form{"x", text}) {
			t.Fatalf("glob = %v", got)
		}
	})
}

// request is a request by the keys of policies, as a naive matcher sees it.
func request(a *Attributes) map[string][]string {
	out := map[string][]string{
		"api_key": {string(a.APIKeyID)}, "workspace_id": {string(a.WorkspaceID)}, "organisation_id": {string(a.OrganisationID)},
		"virtual_key": {a.VirtualKey}, "provider": {a.Provider}, "config": {a.Config}, "prompt": {a.Prompt}, "endpoint_type": {a.EndpointType},
	}
	for k, v := range a.Metadata {
		out["metadata."+k] = []string{v}
	}
	for _, owner := range []string{a.VirtualKey, a.Provider} {
		if owner != "" && a.Model != "" {
			out["model"] = append(out["model"], "@"+owner+"/"+a.Model)
		}
	}
	if a.Model != "" {
		out["model"] = append(out["model"], a.Model)
	}
	return out
}

func matchesNaively(conditions []map[string][]string, has map[string][]string) bool {
	any := func(key string, patterns []string) bool {
		for _, p := range patterns {
			for _, v := range has[key] {
				if bareAt := key == "model" && strings.HasPrefix(p, "@") && !slices.Contains(has[key][:len(has[key])-1], v); !bareAt && naive(p, v) {
					return true
				}
			}
		}
		return false
	}
	for _, c := range conditions {
		key := c["key"][0]
		if !any(key, c["value"]) || any(key, c["excludes"]) {
			return false
		}
	}
	return true
}

func TestPoliciesMatchAsANaiveMatcherSays(t *testing.T) {
	word := rapid.SampledFrom([]string{"", "a", "b", "ab", "a/b", "@a"})
	pattern := rapid.SampledFrom([]string{"*", "a", "b", "a*", "*b", "@a/*", "@b/a", "@*/a*", "a*b", "@a"})
	key := rapid.SampledFrom(append(slices.Clone(rateKeys), "metadata.x", "metadata.y"))
	rapid.Check(t, func(t *rapid.T) {
		a := &Attributes{
			APIKeyID: claviger.APIKeyID(word.Draw(t, "key")), WorkspaceID: claviger.WorkspaceID(word.Draw(t, "workspace")),
			OrganisationID: claviger.OrganisationID(word.Draw(t, "organisation")), VirtualKey: word.Draw(t, "slug"), Provider: word.Draw(t, "provider"),
			Config: word.Draw(t, "config"), Prompt: word.Draw(t, "prompt"), Model: word.Draw(t, "model"), EndpointType: word.Draw(t, "type"),
			Metadata: rapid.MapOf(rapid.SampledFrom([]string{"x", "y"}), word).Draw(t, "metadata"),
		}
		conditions := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) map[string][]string {
			return map[string][]string{
				"key":      {key.Draw(t, "condition")},
				"value":    rapid.SliceOfN(pattern, 1, 3).Draw(t, "values"),
				"excludes": rapid.SliceOfN(pattern, 0, 1).Draw(t, "excludes"),
			}
		}), 0, 3).Draw(t, "conditions")
		var stored []map[string]any
		for _, c := range conditions {
			one := map[string]any{"key": c["key"][0], "value": c["value"], "excludes": c["excludes"]}
			if len(c["value"]) == 1 && rapid.Bool().Draw(t, "as a text") {
				one["value"] = c["value"][0]
			}
			stored = append(stored, one)
		}
		text, err := json.Marshal(stored)
		if err != nil {
			t.Fatal(err)
		}
		set, err := CompilePolicies([]claviger.Policy{{
			ID: "p", Kind: claviger.RatePolicy, Status: claviger.Active, Conditions: text, Limit: json.RawMessage(`{"type":"requests","unit":"rpm","value":1}`),
		}})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(set.Match(a, nil)) == 1, matchesNaively(conditions, request(a)); got != want {
			t.Fatalf("%s on %+v: matches = %v", text, a, got)
		}
	})
}

// The names of groups are short, and never the same for different values.
func TestGroupsNeverCollide(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", ",", "%", "%~", ":", "metadata.x:", "é", "\xff", "\n", strings.Repeat("b", 61), strings.Repeat("%", 60), "%2C"})
	value := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(t, "pieces"), "")
	})
	keys := []key{keyOf("metadata.x"), keyOf("metadata.y")}
	metadata := rapid.Custom(func(t *rapid.T) map[string]string {
		return map[string]string{"x": value.Draw(t, "x"), "y": value.Draw(t, "y")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := metadata.Draw(t, "a"), metadata.Draw(t, "b")
		if rapid.Bool().Draw(t, "forged") { // a value made like what another is shortened to
			b["x"] = string(appendValue[string](nil, a["x"]))
		}
		nameA, okA := appendGroup(nil, keys, &subject{Attributes: &Attributes{Metadata: a}})
		nameB, okB := appendGroup(nil, keys, &subject{Attributes: &Attributes{Metadata: b}})
		if !okA || !okB || (string(nameA) == string(nameB)) != maps.Equal(a, b) {
			t.Fatalf("%q and %q", nameA, nameB)
		}
		if most := len("metadata.x:,metadata.y:") + 2*maxValue; len(nameA) > most {
			t.Fatalf("%d bytes", len(nameA))
		}
	})
}

func TestRulesOfGroupsAreKeptWithinBounds(t *testing.T) {
	p := &policy{kind: claviger.CountUsagePolicy, id: "p"}
	hot := p.groups.rule([]byte("hot"), p)
	for i := range 3 * generation {
		p.groups.rule([]byte{byte(i), byte(i >> 8), byte(i >> 16), '!'}, p)
		if i%1000 == 0 && p.groups.rule([]byte("hot"), p) != hot {
			t.Fatal("a rule in use is made anew")
		}
	}
	if n := len(p.groups.young) + len(p.groups.old); n > 2*generation {
		t.Errorf("%d rules are kept", n)
	}
}
