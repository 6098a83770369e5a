package limits

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
)

func TestPatternsMatchAsRegularExpressionsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*/@.]{0,8}`).Draw(t, "pattern")
		text := rapid.StringMatching(`[ab/@.\n]{0,12}`).Draw(t, "text")
		if got := glob(pattern, form{model: text}); got != naive(pattern, text) || text != "" && got != glob("@x/"+pattern, form{"x", text}) {
			t.Fatalf("glob = %v", got)
		}
	})
}

// A policy applies to what a naive matcher says, and two requests count on one
// counter of it if, and only if, they have the same of all that it groups by.
func TestPoliciesMatchAndGroupAsANaiveMatcherSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, conditions, group := anyPolicy(t, "p")
		set, err := CompilePolicies([]claviger.Policy{p})
		if err != nil {
			t.Fatal(err)
		}
		var rules []*Rule
		var groups [][]string
		for range 30 {
			a := anyRequest(t, "request")
			r := naively(a)
			names, whole := r.group(group)
			want := whole && r.matches(conditions) && (p.Target == targetMCP) == (a.MCPServer != "")
			got := set.Match(a, nil)
			if len(got) > 1 || (len(got) == 1) != want {
				t.Fatalf("%s by %s on %+v: %d rules, want a match %v", p.Conditions, p.GroupBy, a, len(got), want)
			}
			if want {
				rules, groups = append(rules, got[0]), append(groups, names)
			}
		}
		for i := range rules {
			for j := range i {
				if same := slices.Equal(groups[i], groups[j]); same != (rules[i].Counter == rules[j].Counter) || same != (rules[i] == rules[j]) {
					t.Fatalf("by %s: %q and %q count on %v and %v", p.GroupBy, groups[i], groups[j], rules[i].Counter, rules[j].Counter)
				}
			}
		}
	})
}

// Of several policies each applies as if it were alone, budgets first.
func TestPoliciesApplyEachForItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyRequest(t, "request")
		var all []claviger.Policy
		var want []claviger.Counter
		for i := range rapid.IntRange(0, 6).Draw(t, "policies") {
			p, _, _ := anyPolicy(t, string(rune('a'+i)))
			all = append(all, p)
		}
		for _, kind := range []claviger.PolicyKind{claviger.UsagePolicy, claviger.RatePolicy} {
			for _, p := range all {
				if p.Kind != kind {
					continue
				}
				alone, err := CompilePolicies([]claviger.Policy{p})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range alone.Match(a, nil) {
					want = append(want, r.Counter)
				}
			}
		}
		set, err := CompilePolicies(all)
		if err != nil {
			t.Fatal(err)
		}
		var got []claviger.Counter
		for _, r := range set.Match(a, nil) {
			got = append(got, r.Counter)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("together %v, each alone %v", got, want)
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
