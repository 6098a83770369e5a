package limits

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
)

// naive says by a regular expression whether a pattern matches a text.
func naive(pattern, text string) bool {
	expr := "^(?s:" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + ")$"
	return text != "" && regexp.MustCompile(expr).MatchString(text)
}

// naiveRequest is a request by the keys of policies, as a naive matcher sees it:
// of a model all forms of its names, those without an owner apart.
type naiveRequest struct {
	values map[string][]string
	bare   []string // the model's names alone
}

func naively(a *Attributes) naiveRequest {
	r := naiveRequest{values: map[string][]string{
		"api_key": {string(a.APIKeyID)}, "workspace_id": {string(a.WorkspaceID)}, "organisation_id": {string(a.OrganisationID)},
		"virtual_key": {a.VirtualKey}, "provider": {a.Provider}, "config": {a.Config}, "prompt": {a.Prompt}, "endpoint_type": {a.EndpointType},
		"mcp_server": {a.MCPServer}, "mcp_tool": {a.MCPTool},
	}}
	for k, v := range a.Metadata {
		r.values["metadata."+k] = []string{v}
	}
	r.bare = a.Models
	if r.bare == nil && a.Model != "" {
		r.bare = []string{a.Model}
	}
	for _, owner := range []string{a.VirtualKey, a.Provider} {
		for _, name := range r.bare {
			if owner != "" && name != "" {
				r.values["model"] = append(r.values["model"], "@"+owner+"/"+name)
			}
		}
	}
	return r
}

func (r naiveRequest) has(key, pattern string) bool {
	if key != "model" {
		return slices.ContainsFunc(r.values[key], func(v string) bool { return naive(pattern, v) })
	}
	all := slices.Clone(r.values[key])
	if !strings.HasPrefix(pattern, "@") {
		all = append(all, r.bare...)
	}
	return slices.ContainsFunc(all, func(v string) bool { return naive(strings.ToLower(pattern), strings.ToLower(v)) })
}

func (r naiveRequest) matches(conditions []map[string][]string) bool {
	any := func(key string, patterns []string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return r.has(key, p) })
	}
	for _, c := range conditions {
		key := c["key"][0]
		if !any(key, c["value"]) || any(key, c["excludes"]) {
			return false
		}
	}
	return true
}

// group is what the request has of each key, the model as its provider calls it by
// its last name; ok is false when something is missing.
func (r naiveRequest) group(keys []string) (out []string, ok bool) {
	for _, key := range keys {
		value := ""
		switch {
		case key != "model":
			value = strings.Join(r.values[key], "")
		case len(r.bare) > 0 && r.bare[len(r.bare)-1] != "" && r.values["provider"][0] != "":
			value = r.values["provider"][0] + " " + strings.ToLower(r.bare[len(r.bare)-1])
		}
		if value == "" {
			return nil, false
		}
		out = append(out, value)
	}
	return out, true
}

// anyRequest draws a request with values from few words, so that they meet.
func anyRequest(t *rapid.T, what string) *Attributes {
	word := rapid.SampledFrom([]string{"a", "b", "ab", "a", "a/b", "@a", "A", ""})
	draw := func(name string) string { return word.Draw(t, what+" "+name) }
	a := &Attributes{
		APIKeyID: claviger.APIKeyID(draw("key")), WorkspaceID: claviger.WorkspaceID(draw("workspace")),
		OrganisationID: claviger.OrganisationID(draw("organisation")), VirtualKey: draw("slug"), Provider: draw("provider"),
		Config: draw("config"), Prompt: draw("prompt"), Model: draw("model"), EndpointType: draw("type"),
		Metadata: rapid.MapOf(rapid.SampledFrom([]string{"x", "y"}), word).Draw(t, what+" metadata"),
	}
	if rapid.Bool().Draw(t, what+" has more names") {
		names := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab", "a/b", "@a"}), 0, 2).Draw(t, what+" names")
		if a.Models = append([]string{}, names...); a.Model != "" { // which is one of them
			a.Models = append([]string{strings.ToLower(a.Model)}, names...)
		}
	}
	if rapid.IntRange(0, 3).Draw(t, what+" is a call of a tool") == 0 {
		a.MCPServer, a.MCPTool = rapid.SampledFrom([]string{"a", "ab"}).Draw(t, what+" server"), draw("tool")
	}
	return a
}

// anyPolicy draws a policy, and what a naive matcher needs of it.
func anyPolicy(t *rapid.T, id string) (p claviger.Policy, conditions []map[string][]string, group []string) {
	p = claviger.Policy{ID: claviger.PolicyID(id), Kind: claviger.RatePolicy, Status: claviger.Active, Limit: json.RawMessage(`{"type":"requests","unit":"rpm","value":1}`)}
	p.Target = rapid.SampledFrom([]string{targetLLM, "", targetMCP}).Draw(t, "target")
	if p.Target != targetMCP && rapid.Bool().Draw(t, "a budget") {
		p.Kind, p.Limit = claviger.UsagePolicy, json.RawMessage(`{"type":"requests","credit_limit":1}`)
	}
	key := rapid.SampledFrom(append(PolicyKeys(p.Kind, p.Target), "metadata.x", "metadata.y"))
	pattern := rapid.SampledFrom([]string{"*", "a", "b", "a*", "*b", "@a/*", "@b/a", "@*/a*", "a*b", "@a", "A", "@A/*"})
	conditions = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) map[string][]string {
		return map[string][]string{
			"key":      {key.Draw(t, "condition")},
			"value":    rapid.SliceOfN(pattern, 1, 3).Draw(t, "values"),
			"excludes": rapid.SliceOfN(pattern, 0, 1).Draw(t, "excludes"),
		}
	}), 0, 3).Draw(t, "conditions")
	stored := []map[string]any{}
	for _, c := range conditions {
		one := map[string]any{"key": c["key"][0], "value": c["value"], "excludes": c["excludes"]}
		if len(c["value"]) == 1 && rapid.Bool().Draw(t, "as a text") {
			one["value"] = c["value"][0]
		}
		stored = append(stored, one)
	}
	group = rapid.SliceOfNDistinct(key, 0, 3, rapid.ID).Draw(t, "group by")
	by := []map[string]string{}
	for _, k := range group {
		by = append(by, map[string]string{"key": k})
	}
	var err error
	if p.Conditions, err = json.Marshal(stored); err != nil {
		t.Fatal(err)
	}
	if p.GroupBy, err = json.Marshal(by); err != nil {
		t.Fatal(err)
	}
	return p, conditions, group
}
