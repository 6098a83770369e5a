package limits_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

func usagePolicy(conditions, group string) claviger.Policy {
	return claviger.Policy{
		ID: "u", OrganisationID: "o", WorkspaceID: "w", Kind: claviger.UsagePolicy, Name: "team budget", Status: claviger.Active,
		Conditions: json.RawMessage(conditions), GroupBy: json.RawMessage(group),
		Limit: json.RawMessage(`{"type":"cost","credit_limit":5,"periodic_reset":"weekly"}`), CreatedAt: utc("2026-01-15 10:00:00"),
	}
}

func ratePolicy(conditions, group string) claviger.Policy {
	p := usagePolicy(conditions, group)
	p.ID, p.Kind, p.Limit, p.Target = "r", claviger.RatePolicy, json.RawMessage(`{"type":"tokens","unit":"rpw","value":9}`), "llm"
	return p
}

func toolPolicy(conditions, group string) claviger.Policy {
	p := ratePolicy(conditions, group)
	p.Target = "mcp_tools"
	return p
}

var chat = limits.Attributes{
	APIKeyID: "key-1", WorkspaceID: "w", OrganisationID: "o", VirtualKey: "prod", Provider: "openai", Config: "pc-1", Prompt: "pp-1",
	Model: "gpt-4o", EndpointType: "chatComplete", Metadata: map[string]string{"_user": "alice", "env": "prod,eu"},
}

func match(t *testing.T, p claviger.Policy, a limits.Attributes) []*limits.Rule {
	t.Helper()
	set, err := limits.CompilePolicies([]claviger.Policy{p})
	if err != nil {
		t.Fatal(err)
	}
	return set.Match(&a, nil)
}

func TestConditions(t *testing.T) {
	long := chat
	long.Model = strings.Repeat("m", 500)
	bare := limits.Attributes{APIKeyID: "key-1", WorkspaceID: "w"}
	tests := map[string]struct {
		conditions string
		request    limits.Attributes
		want       bool
	}{
		"no condition matches":                     {`[]`, chat, true},
		"an equal value":                           {`[{"key":"api_key","value":"key-1"}]`, chat, true},
		"another value":                            {`[{"key":"api_key","value":"key-2"}]`, chat, false},
		"one of a list":                            {`[{"key":"provider","value":["anthropic","openai"]}]`, chat, true},
		"none of a list":                           {`[{"key":"provider","value":["anthropic","groq"]}]`, chat, false},
		"all conditions":                           {`[{"key":"provider","value":"openai"},{"key":"config","value":"pc-1"},{"key":"prompt","value":"pp-1"}]`, chat, true},
		"all but one":                              {`[{"key":"provider","value":"openai"},{"key":"config","value":"pc-2"}]`, chat, false},
		"a star is any value":                      {`[{"key":"virtual_key","value":"*"}]`, chat, true},
		"a star is no missing value":               {`[{"key":"virtual_key","value":"*"}]`, bare, false},
		"a prefix":                                 {`[{"key":"virtual_key","value":"pr*"}]`, chat, true},
		"a suffix":                                 {`[{"key":"virtual_key","value":"*od"}]`, chat, true},
		"stars inside":                             {`[{"key":"api_key","value":"k*y*1"}]`, chat, true},
		"letters have their case":                  {`[{"key":"provider","value":"OpenAI"}]`, chat, false},
		"an excluded value":                        {`[{"key":"provider","value":"*","excludes":"openai"}]`, chat, false},
		"excluded by a pattern in a list":          {`[{"key":"provider","value":"*","excludes":["x","open*"]}]`, chat, false},
		"others are excluded":                      {`[{"key":"provider","value":"*","excludes":["groq"]}]`, chat, true},
		"empty and null excludes":                  {`[{"key":"provider","value":"openai","excludes":[]},{"key":"config","value":"pc-1","excludes":null},{"key":"prompt","value":"*","excludes":""}]`, chat, true},
		"a model by its slug":                      {`[{"key":"model","value":"@prod/gpt-4o"}]`, chat, true},
		"a model by its provider":                  {`[{"key":"model","value":"@openai/gpt-4o"}]`, chat, true},
		"all models of a slug":                     {`[{"key":"model","value":"@prod/*"}]`, chat, true},
		"all models of another slug":               {`[{"key":"model","value":"@test/*"}]`, chat, false},
		"a family of models":                       {`[{"key":"model","value":"@openai/gpt-4*"}]`, chat, true},
		"a model wherever it is":                   {`[{"key":"model","value":"*/gpt-4o"}]`, chat, true},
		"a model without its provider":             {`[{"key":"model","value":"gpt-4o"}]`, chat, true},
		"any model":                                {`[{"key":"model","value":"*"}]`, chat, true},
		"any model, but there is none":             {`[{"key":"model","value":"*"}]`, bare, false},
		"all models of a slug but one":             {`[{"key":"model","value":"@prod/*","excludes":"@openai/gpt-4o"}]`, chat, false},
		"a long model":                             {`[{"key":"model","value":"@prod/mmm*m"}]`, long, true},
		"metadata":                                 {`[{"key":"metadata._user","value":"alice"}]`, chat, true},
		"other metadata":                           {`[{"key":"metadata._user","value":"bob"}]`, chat, false},
		"metadata that are missing":                {`[{"key":"metadata.team","value":"*"}]`, chat, false},
		"organisation and workspace":               {`[{"key":"organisation_id","value":"o"},{"key":"workspace_id","value":"w"}]`, chat, true},
		"an empty list of conditions that is null": {`null`, chat, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, p := range []claviger.Policy{usagePolicy(tt.conditions, `[]`), ratePolicy(tt.conditions, `[]`)} {
				if got := len(match(t, p, tt.request)) == 1; got != tt.want {
					t.Errorf("%s: matches = %v", p.Kind, got)
				}
			}
		})
	}
}

func TestPoliciesOfTools(t *testing.T) {
	call := limits.Attributes{APIKeyID: "key-1", WorkspaceID: "w", MCPServer: "files", MCPTool: "read"}
	onTool := `[{"key":"mcp_server","value":"files"},{"key":"mcp_tool","value":"re*"}]`
	if n := len(match(t, toolPolicy(onTool, `[{"key":"mcp_tool"}]`), call)); n != 1 {
		t.Errorf("a call of the tool: %d rules", n)
	}
	if n := len(match(t, toolPolicy(`[]`, `[]`), chat)); n != 0 {
		t.Errorf("a request to a model: %d rules", n)
	}
	if n := len(match(t, ratePolicy(`[]`, `[]`), call)); n != 0 {
		t.Errorf("a policy of models, on a call of a tool: %d rules", n)
	}
	onEndpoint := `[{"key":"endpoint_type","value":["chatComplete","embed"]}]`
	if n := len(match(t, ratePolicy(onEndpoint, `[]`), chat)); n != 1 {
		t.Errorf("a rate of an endpoint type: %d rules", n)
	}
}

func hashed(value string) string { return fmt.Sprintf("%%~%x", sha256.Sum256([]byte(value))) }

func TestGroups(t *testing.T) {
	user := func(value string) limits.Attributes {
		a := chat
		a.Metadata = map[string]string{"_user": value}
		return a
	}
	tests := map[string]struct {
		group   string
		request limits.Attributes
		want    string // "": the policy does not apply
	}{
		"without group_by there is one":    {`[]`, chat, "default"},
		"a user":                           {`[{"key":"metadata._user"}]`, chat, "metadata._user:alice"},
		"several keys":                     {`[{"key":"metadata._user"},{"key":"api_key"}]`, chat, "metadata._user:alice,api_key:key-1"},
		"a model":                          {`[{"key":"model"}]`, chat, "model:@openai/gpt-4o"},
		"a comma is escaped":               {`[{"key":"metadata.env"}]`, chat, "metadata.env:prod%2Ceu"},
		"so are percents and line feeds":   {`[{"key":"metadata._user"}]`, user("100%\n"), "metadata._user:100%25%0A"},
		"letters of the world stay":        {`[{"key":"metadata._user"}]`, user("Zoë 水"), "metadata._user:Zoë 水"},
		"what is no UTF-8 is escaped":      {`[{"key":"metadata._user"}]`, user("a\xff\xc3"), "metadata._user:a%FF%C3"},
		"a missing part":                   {`[{"key":"api_key"},{"key":"metadata.team"}]`, chat, ""},
		"an empty part":                    {`[{"key":"metadata._user"}]`, user(""), ""},
		"the longest that stays whole":     {`[{"key":"metadata._user"}]`, user(strings.Repeat("a", 128)), "metadata._user:" + strings.Repeat("a", 128)},
		"one longer is cut and hashed":     {`[{"key":"metadata._user"}]`, user(strings.Repeat("a", 129)), "metadata._user:" + strings.Repeat("a", 62) + hashed(strings.Repeat("a", 129))},
		"it is not cut inside a character": {`[{"key":"metadata._user"}]`, user(strings.Repeat("水", 100)), "metadata._user:" + strings.Repeat("水", 20) + hashed(strings.Repeat("水", 100))},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rules := match(t, usagePolicy(`[]`, tt.group), tt.request)
			got := ""
			if len(rules) == 1 {
				got = rules[0].Counter.Value
			}
			if got != tt.want {
				t.Errorf("the group is %q, want %q", got, tt.want)
			}
		})
	}
}

func TestRulesOfPolicies(t *testing.T) {
	budget, rate := usagePolicy(`[]`, `[{"key":"metadata._user"}]`), ratePolicy(`[]`, `[{"key":"api_key"}]`)
	reset := utc("2026-03-05 08:00:00")
	budget.Resets = map[string]time.Time{"metadata._user:alice": reset, "metadata._user:old": utc("2020-01-01 00:00:00")}
	rate.Name = ""
	idle := usagePolicy(`[]`, `[]`)
	idle.ID, idle.Status = "idle", claviger.Archived
	set, err := limits.CompilePolicies([]claviger.Policy{rate, idle, budget})
	if err != nil {
		t.Fatal(err)
	}
	rules := set.Match(&chat, nil)
	if len(rules) != 2 {
		t.Fatalf("%d rules", len(rules))
	}
	u, r := rules[0], rules[1]
	if want := (claviger.Counter{Kind: claviger.CountUsagePolicy, ID: "u", Measure: "cost", Cadence: "weekly", Value: "metadata._user:alice"}); u.Counter != want {
		t.Errorf("the budget counts on %+v", u.Counter)
	}
	if want := (claviger.Counter{Kind: claviger.CountRatePolicy, ID: "r", Measure: "tokens", Cadence: "rpw", Value: "api_key:key-1"}); r.Counter != want {
		t.Errorf("the rate counts on %+v", r.Counter)
	}
	if u.Value != 5_000_000_000 || u.Name != "team budget" || u.OrganisationID != "o" || !u.Since.Equal(reset) || u.Window.Week != time.Monday {
		t.Errorf("the budget is %d of %q, since %v, weeks from %v", u.Value, u.Name, u.Since, u.Window.Week)
	}
	if r.Value != 9 || r.Name != "r" || !r.Since.IsZero() || r.Window.Week != time.Monday {
		t.Errorf("the rate is %d of %q, since %v, weeks from %v", r.Value, r.Name, r.Since, r.Window.Week)
	}
	for _, user := range []string{"bob", "old"} {
		a := chat
		a.Metadata = map[string]string{"_user": user}
		if got := set.Match(&a, nil)[0].Since; !got.Equal(budget.CreatedAt) {
			t.Errorf("%s counts since %v", user, got)
		}
	}
	if again := set.Match(&chat, nil); again[0] != u || again[1] != r {
		t.Error("the rules of a group are made anew")
	}
	if !set.NeedsMetadata() {
		t.Error("needs no metadata")
	}
	none, err := limits.CompilePolicies([]claviger.Policy{rate})
	if err != nil || none.NeedsMetadata() || (*limits.PolicySet)(nil).NeedsMetadata() || (*limits.PolicySet)(nil).Match(&chat, nil) != nil {
		t.Errorf("a policy without metadata, or none: %v", err)
	}
}

func TestTheRuleOfOneGroup(t *testing.T) {
	p := usagePolicy(`[]`, `[{"key":"metadata._user"}]`)
	r, err := limits.OfPolicy(&p, "metadata._user:alice")
	if err != nil || r.Counter != match(t, p, chat)[0].Counter || r.Value != 5_000_000_000 {
		t.Errorf("OfPolicy = %+v, %v", r, err)
	}
	p.Limit = nil
	if _, err := limits.OfPolicy(&p, "default"); err == nil {
		t.Error("a policy without a limit has a rule")
	}
}

func TestPoliciesThatCannotBeRead(t *testing.T) {
	with := func(change func(*claviger.Policy)) claviger.Policy {
		p := usagePolicy(`[]`, `[]`)
		change(&p)
		return p
	}
	tests := map[string]claviger.Policy{
		"an unknown key":                usagePolicy(`[{"key":"colour","value":"red"}]`, `[]`),
		"metadata without a name":       usagePolicy(`[{"key":"metadata.","value":"red"}]`, `[]`),
		"an endpoint type of a budget":  usagePolicy(`[{"key":"endpoint_type","value":"embed"}]`, `[]`),
		"a model of tools":              toolPolicy(`[{"key":"model","value":"*"}]`, `[]`),
		"a tool of models":              ratePolicy(`[{"key":"mcp_tool","value":"*"}]`, `[]`),
		"a condition without a value":   usagePolicy(`[{"key":"api_key"}]`, `[]`),
		"an empty value":                usagePolicy(`[{"key":"api_key","value":["a",""]}]`, `[]`),
		"a value that is a number":      usagePolicy(`[{"key":"api_key","value":7}]`, `[]`),
		"conditions that are an object": usagePolicy(`{"key":"api_key","value":"a"}`, `[]`),
		"a group by an unknown key":     usagePolicy(`[]`, `[{"key":"colour"}]`),
		"groups that are texts":         usagePolicy(`[]`, `["api_key"]`),
		"a budget of tools": with(func(p *claviger.Policy) {
			p.Target = "mcp_tools"
			p.Conditions = json.RawMessage(`[{"key":"api_key","value":"a"}]`)
		}),
		"a budget without a limit":           with(func(p *claviger.Policy) { p.Limit = json.RawMessage(`{"type":"cost"}`) }),
		"no limit at all":                    with(func(p *claviger.Policy) { p.Limit = nil }),
		"an unknown target, with conditions": with(func(p *claviger.Policy) { p.Target = "x"; p.GroupBy = json.RawMessage(`[{"key":"api_key"}]`) }),
	}
	for name, p := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := limits.CompilePolicies([]claviger.Policy{p}); err == nil {
				t.Error("was compiled")
			}
			p.Status = claviger.Archived
			if _, err := limits.CompilePolicies([]claviger.Policy{p}); err != nil {
				t.Errorf("archived: %v", err)
			}
		})
	}
}

func TestPolicyKeys(t *testing.T) {
	usage := limits.PolicyKeys(claviger.UsagePolicy, "llm")
	if slices.Contains(usage, "endpoint_type") || !slices.Contains(limits.PolicyKeys(claviger.RatePolicy, ""), "endpoint_type") {
		t.Error("endpoint types are for rates alone")
	}
	if limits.PolicyKeys(claviger.UsagePolicy, "mcp_tools") != nil || limits.PolicyKey(claviger.UsagePolicy, "mcp_tools", "metadata.a") {
		t.Error("budgets are not for tools")
	}
	usage[0] = "changed"
	if limits.PolicyKeys(claviger.UsagePolicy, "llm")[0] == "changed" {
		t.Error("the list is not the caller's own")
	}
}

func TestNoSpellingOfAModelEscapes(t *testing.T) {
	set, err := limits.CompilePolicies([]claviger.Policy{{
		ID: "p", Kind: claviger.UsagePolicy, Status: claviger.Active, Conditions: []byte(`[{"key":"model","value":"@Acc/GPT-4o"}]`),
		GroupBy: []byte(`[{"key":"model"}]`), Limit: []byte(`{"type":"requests","credit_limit":1}`),
	}})
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]limits.Attributes{
		"as it is":                    {Model: "gpt-4o"},
		"in other letters":            {Model: "GPT-4O"},
		"behind a deployment":         {Model: "mine", Models: []string{"mine", "gpt-4o"}},
		"by the name of a deployment": {Model: "", Models: []string{"gpt-4o"}},
	} {
		a.VirtualKey, a.Provider = "acc", "openai"
		rules := set.Match(&a, nil)
		if len(rules) != 1 || rules[0].Counter.Value != "model:@openai/gpt-4o" {
			t.Errorf("%s: %v", name, rules)
		}
	}
}

func TestMatchingAllocatesNothing(t *testing.T) {
	var policies []claviger.Policy
	for i := range 20 {
		p := usagePolicy(fmt.Sprintf(`[{"key":"model","value":"@none-%d/*"},{"key":"metadata._user","value":"*"}]`, i), `[{"key":"metadata._user"}]`)
		policies = append(policies, p)
	}
	policies = append(policies, usagePolicy(`[{"key":"model","value":"@openai/*"}]`, `[{"key":"metadata._user"},{"key":"model"}]`))
	set, err := limits.CompilePolicies(policies)
	if err != nil {
		t.Fatal(err)
	}
	rules := make([]*limits.Rule, 0, 8)
	if n := testing.AllocsPerRun(100, func() { rules = set.Match(&chat, rules[:0]) }); n != 0 || len(rules) != 1 {
		t.Errorf("%v allocations, %d rules", n, len(rules))
	}
}
