package adminapi

import (
	"slices"
	"strings"
	"testing"
)

func many(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }

func TestBadPoliciesAreNamedByPath(t *testing.T) {
	w := newWorld(t)
	usage := func(more string) string {
		return `{"conditions":[{"key":"api_key","value":"k"}],"group_by":[{"key":"api_key"}],` + more + `}`
	}
	const condition = `{"key":"api_key","value":"k"}`
	with := func(conditions, groups string) string {
		return `{"type":"cost","credit_limit":5,"conditions":` + conditions + `,"group_by":` + groups + `}`
	}
	for name, tt := range map[string]struct {
		kind, body string
		paths      []string
	}{
		"nothing":                      {"usage", `{}`, []string{"conditions", "group_by", "type", "credit_limit"}},
		"nothing of a rate":            {"rate", `{}`, []string{"conditions", "group_by", "type", "unit", "value"}},
		"a negative limit":             {"usage", usage(`"type":"cost","credit_limit":-1`), []string{"credit_limit"}},
		"half a dollar":                {"usage", usage(`"type":"cost","credit_limit":0.5`), []string{"credit_limit"}},
		"few tokens":                   {"usage", usage(`"type":"tokens","credit_limit":99`), []string{"credit_limit"}},
		"half a request":               {"usage", usage(`"type":"requests","credit_limit":1.5`), []string{"credit_limit"}},
		"a huge limit":                 {"usage", usage(`"type":"cost","credit_limit":1e300`), []string{"credit_limit"}},
		"a limit that is no number":    {"usage", usage(`"type":"cost","credit_limit":"10"`), []string{"credit_limit"}},
		"a threshold at the limit":     {"usage", usage(`"type":"cost","credit_limit":10,"alert_threshold":10`), []string{"alert_threshold"}},
		"a threshold below 0 dollars":  {"usage", usage(`"type":"cost","credit_limit":0,"alert_threshold":0`), []string{"alert_threshold"}},
		"both cadences":                {"usage", usage(`"type":"cost","credit_limit":10,"periodic_reset":"weekly","periodic_reset_days":3`), []string{"periodic_reset_days"}},
		"a year and a day":             {"usage", usage(`"type":"cost","credit_limit":10,"periodic_reset_days":366`), []string{"periodic_reset_days"}},
		"no days":                      {"usage", usage(`"type":"cost","credit_limit":10,"periodic_reset_days":0`), []string{"periodic_reset_days"}},
		"an unknown cadence":           {"usage", usage(`"type":"cost","credit_limit":10,"periodic_reset":"daily"`), []string{"periodic_reset"}},
		"no time":                      {"usage", usage(`"type":"cost","credit_limit":10,"periodic_reset":"weekly","next_usage_reset_at":"soon"`), []string{"next_usage_reset_at"}},
		"an unknown type":              {"usage", usage(`"type":"euros","credit_limit":10`), []string{"type"}},
		"an unknown enforcement":       {"usage", usage(`"type":"cost","credit_limit":10,"enforcement":"lax"`), []string{"enforcement"}},
		"tools with a budget":          {"usage", usage(`"type":"cost","credit_limit":10,"target":"mcp_tools"`), []string{"target"}},
		"an unknown target":            {"rate", usage(`"type":"requests","unit":"rpm","value":1,"target":"x"`), []string{"target"}},
		"an unknown unit":              {"rate", usage(`"type":"requests","unit":"rps","value":1`), []string{"unit"}},
		"a rate of 0":                  {"rate", usage(`"type":"requests","unit":"rpm","value":0`), []string{"value"}},
		"a rate of cost":               {"rate", usage(`"type":"cost","unit":"rpm","value":1`), []string{"type"}},
		"a rate enforced otherwise":    {"rate", usage(`"type":"tokens","unit":"rpm","value":1,"enforcement":"lax"`), []string{"enforcement"}},
		"a huge rate":                  {"rate", usage(`"type":"requests","unit":"rpm","value":1e300`), []string{"value"}},
		"born archived":                {"rate", usage(`"type":"requests","unit":"rpm","value":1,"status":"archived"`), []string{"status"}},
		"a long name":                  {"usage", usage(`"type":"cost","credit_limit":10,"name":"` + strings.Repeat("x", 256) + `"`), []string{"name"}},
		"a long description":           {"usage", usage(`"type":"cost","credit_limit":10,"description":"` + strings.Repeat("x", 501) + `"`), []string{"description"}},
		"conditions that are none":     {"usage", with(`[]`, `[]`), []string{"conditions", "group_by"}},
		"no conditions":                {"usage", with(`null`, `null`), []string{"conditions", "group_by"}},
		"conditions of another kind":   {"usage", with(`"all"`, `{}`), []string{"conditions", "group_by"}},
		"10,000 conditions":            {"usage", with(`[`+many(10_000, condition)+`]`, `[{"key":"api_key"}]`), []string{"conditions"}},
		"21 conditions":                {"usage", with(`[`+many(21, condition)+`]`, `[{"key":"api_key"}]`), []string{"conditions"}},
		"six groups":                   {"usage", with(`[`+condition+`]`, `[`+many(6, `{"key":"api_key"}`)+`]`), []string{"group_by"}},
		"a group twice":                {"usage", with(`[`+condition+`]`, `[{"key":"api_key"},{"key":"api_key"}]`), []string{"group_by[1].key"}},
		"101 values":                   {"usage", with(`[{"key":"api_key","value":[`+many(101, `"v"`)+`]}]`, `[{"key":"api_key"}]`), []string{"conditions[0].value"}},
		"a long value":                 {"usage", with(`[{"key":"api_key","value":"`+strings.Repeat("x", 257)+`"}]`, `[{"key":"api_key"}]`), []string{"conditions[0].value"}},
		"empty values":                 {"usage", with(`[{"key":"api_key","value":""},{"key":"api_key","value":["a",""]},{"key":"api_key","value":[]}]`, `[{"key":"api_key"}]`), []string{"conditions[0].value", "conditions[1].value[1]", "conditions[2].value"}},
		"values that are no texts":     {"usage", with(`[{"key":"api_key","value":1},{"key":"api_key","value":[true]},{"key":"api_key","value":null,"excludes":{}}]`, `[{"key":"api_key"}]`), []string{"conditions[0].value", "conditions[1].value[0]", "conditions[2].value", "conditions[2].excludes"}},
		"unknown keys":                 {"usage", with(`[{"key":"colour","value":"red"},{"key":"metadata.","value":"v"},{"key":"endpoint_type","value":"v"}]`, `[{"key":"metadata"}]`), []string{"conditions[0].key", "conditions[1].key", "conditions[2].key", "group_by[0].key"}},
		"nothing in a condition":       {"usage", with(`[{}]`, `[{}]`), []string{"conditions[0].key", "conditions[0].value", "group_by[0].key"}},
		"tools are not models":         {"rate", `{"target":"mcp_tools","type":"requests","unit":"rpm","value":1,"conditions":[{"key":"model","value":"m"}],"group_by":[{"key":"mcp_tool"}]}`, []string{"conditions[0].key"}},
		"everything at once, by paths": {"usage", `{"name":1,"conditions":[{"key":"x","value":"v"}],"group_by":[{"key":"y"}],"type":"z","credit_limit":true,"periodic_reset":"w"}`, []string{"name", "conditions[0].key", "group_by[0].key", "type", "credit_limit", "periodic_reset"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.in(t).do(workspace, "POST", "/policies/"+tt.kind+"-limits", tt.body)
			got := r.problemPaths()
			slices.Sort(got)
			want := slices.Sorted(slices.Values(tt.paths))
			if r.status != 400 || !slices.Equal(got, want) {
				t.Errorf("%d, problems at %v, want %v: %.300s", r.status, got, want, r.text)
			}
		})
	}
	for name, tt := range map[string]struct{ actor, path string }{
		"an organisation key that names no workspace": {orgAdmin, "/policies/usage-limits"},
		"a status that is none":                       {workspace, "/policies/usage-limits?status=exhausted"},
	} {
		if r := w.do(tt.actor, "GET", tt.path, ""); r.status != 400 {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	if r := w.do(orgAdmin, "POST", "/policies/usage-limits", usage(`"type":"cost","credit_limit":0`)); r.status != 400 || !slices.Equal(r.problemPaths(), []string{"workspace_id"}) {
		t.Errorf("a policy of no workspace: %d %s", r.status, r.text)
	}
	w.must(workspace, "POST", "/policies/usage-limits", usage(`"type":"cost","credit_limit":0,"enforcement":"strict"`)) // 0 blocks
}

func TestBadChangesOfPolicies(t *testing.T) {
	w := newWorld(t)
	id := w.policy("usage-limits", aUsagePolicy)
	for name, tt := range map[string]struct {
		body  string
		paths []string
	}{
		"what never changes":            {`{"type":"tokens","group_by":[{"key":"model"}],"target":"mcp_tools"}`, []string{"type", "group_by", "target"}},
		"a threshold above":             {`{"alert_threshold":11}`, []string{"alert_threshold"}},
		"no limit":                      {`{"credit_limit":null}`, []string{"credit_limit"}},
		"no conditions":                 {`{"conditions":null}`, []string{"conditions"}},
		"days of a limit with a week":   {`{"periodic_reset":"weekly","periodic_reset_days":5}`, []string{"periodic_reset_days"}},
		"a status that is none":         {`{"status":"exhausted"}`, []string{"status"}},
		"a reset of a group of another": {`{"reset_usage_for_value":"metadata._user:ann,model:m"}`, []string{"reset_usage_for_value"}},
		"a reset of a long group":       {`{"reset_usage_for_value":"` + strings.Repeat("x", 129) + `"}`, []string{"reset_usage_for_value"}},
	} {
		r := w.do(workspace, "PUT", "/policies/usage-limits/"+id, tt.body)
		got := r.problemPaths()
		slices.Sort(got)
		if want := slices.Sorted(slices.Values(tt.paths)); r.status != 400 || !slices.Equal(got, want) {
			t.Errorf("%s: %d, problems at %v, want %v: %s", name, r.status, got, want, r.text)
		}
	}
}

// problemPaths are the paths of what is wrong with a request.
func (r response) problemPaths() (paths []string) {
	list, _ := r.object["problems"].([]any)
	for _, p := range list {
		path, _ := p.(map[string]any)["path"].(string)
		paths = append(paths, path)
	}
	return paths
}
