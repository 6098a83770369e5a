package overspend

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/test/harness"
)

// budget is one limit under test: of a lane, or of one user of its policy.
type budget struct {
	name    string // of the entity it sits on, in the table
	on      string // the same in the words of the API
	lane    int
	user    string // of the metadata; "" for all
	measure claviger.Measure
	limit   int64 // nano-dollars, tokens or requests
	rate    bool  // a rate of a day, refused with 429
}

// lane is a workspace with callers of its own and the limits that apply to them.
type lane struct {
	workspace string
	keys      []string // in plain
	loose     bool     // it has rates only, which are never strict
	users     []string // of the metadata; when there are several keys, one of each
}

// amounts of the limits, before they are fitted to the load.
const (
	dollar = int64(1e9)
	// usual is what a usual lane may spend.
	usual = 3 * dollar
)

// prices are of every model, in pico-dollars (1e-12 USD) per token, which are
// millionths of a dollar per million tokens.
type prices struct{ in, cached, out int64 }

// cost is in nano-dollars, rounded up.
func (p prices) cost(in, cached, out int64) int64 {
	return (in*p.in + cached*p.cached + out*p.out + 999) / 1000
}

// fitted are prices and limits for a load of a certain size.
type fitted struct {
	prices
	tokens   int64 // what a usual lane may use
	requests int64
}

// The means of planFor and of the callers' choices, for the fitting only.
const (
	meanIn  = 140
	meanOut = 430
	worked  = 86 // of 100 requests, those that are charged
)

// fit chooses prices and limits so that a usual lane has used up its limits
// after about so many requests.
func fit(requests int64) fitted {
	requests = max(requests, 50)
	// An odd price, so that costs do not come out round.
	in := usual*1000/(requests*(meanIn+2*meanOut)*worked/100) | 1
	return fitted{
		prices:   prices{in: in, cached: in/4 + 1, out: 2*in + 1},
		tokens:   requests * (meanIn + meanOut) * worked / 100,
		requests: requests,
	}
}

// models are enough to make markers of.
const models = 128

func modelName(i int) string { return fmt.Sprintf("mock-%03d", i) }

// world is the installation under test.
type world struct {
	server  *harness.Server
	strict  bool
	fitted  fitted
	lanes   []lane
	budgets []budget
}

func dollars(pico int64) json.Number { return json.Number(fmt.Sprintf("%d.%06d", pico/1e6, pico%1e6)) }

// limit is a usage limit as the API takes it.
func (w *world) limit(m claviger.Measure, amount int64) map[string]any {
	l := map[string]any{"type": string(m), "credit_limit": amount}
	if m == claviger.MeasureCost {
		l["credit_limit"] = amount / dollar
	}
	if w.strict {
		l["enforcement"] = "strict"
	}
	return l
}

// prepare stores the integration, its models, and a lane for each kind of limit.
func (w *world) prepare(providerURL string) {
	price := func(pico int64) map[string]any { return map[string]any{"price": dollars(pico)} }
	w.server.Admin().Must(http.MethodPost, "/v1/integrations", map[string]any{
		"slug": "mock", "name": "mock", "ai_provider_id": "openai", "key": "sk-" + harness.RandomHex(32),
		"configurations": map[string]any{"custom_host": providerURL},
	})
	var rows []any
	for i := range models {
		rows = append(rows, map[string]any{
			"slug": modelName(i), "enabled": true, "is_custom": true,
			"pricing_config": map[string]any{"type": "static", "pay_as_you_go": map[string]any{
				"request_token": price(w.fitted.in), "response_token": price(w.fitted.out), "cache_read_input_token": price(w.fitted.cached),
			}},
		})
	}
	w.server.Admin().Must(http.MethodPut, "/v1/integrations/mock/models", map[string]any{"models": rows})

	cost, tokens, requests := claviger.MeasureCost, claviger.MeasureTokens, claviger.MeasureRequests
	w.add("key", limits{key: of(cost, 2*dollar)})
	w.add("workspace", limits{workspace: of(cost, usual), keys: 2})
	w.add("integration", limits{access: of(cost, usual)})
	w.add("provider", limits{provider: of(cost, 2*dollar)})
	w.add("policy", limits{policy: of(cost, dollar), users: 3})
	w.add("key", limits{key: of(tokens, w.fitted.tokens)})
	w.add("key", limits{rpd: w.fitted.requests})
	w.add("all", limits{
		key: of(cost, 2*dollar), keys: 2, users: 2, workspace: of(tokens, w.fitted.tokens), access: of(cost, usual),
		provider: of(tokens, w.fitted.tokens), policy: of(requests, w.fitted.requests/2), rpd: w.fitted.requests,
	})
}

// amount is a limit to be; the zero value is none.
type amount struct {
	measure claviger.Measure
	limit   int64
}

func of(m claviger.Measure, limit int64) amount { return amount{m, limit} }

// limits are those of a lane.
type limits struct {
	key, workspace, access, provider, policy amount
	rpd                                      int64 // of each key
	keys, users                              int   // 0: 1
}

// add makes a lane.
func (w *world) add(name string, l limits) {
	at := len(w.lanes)
	admin := w.server.Admin()
	body := map[string]any{"name": fmt.Sprintf("Lane %d", at)}
	note := func(sits, user string, a amount) {
		on := map[string]string{"key": "api_key", "key's day": "api_key", "policy": "usage_policy"}[sits]
		if on == "" {
			on = sits
		}
		if name == "all" {
			sits = "all/" + sits
		}
		if user != "" {
			sits += " " + user
		}
		w.budgets = append(w.budgets, budget{name: sits, on: on, lane: at, user: user, measure: a.measure, limit: a.limit})
	}
	if l.workspace.limit > 0 {
		body["usage_limits"] = []any{w.limit(l.workspace.measure, l.workspace.limit)}
		note("workspace", "", l.workspace)
	}
	made := lane{workspace: admin.Must(http.MethodPost, "/v1/admin/workspaces", body).Text("id")}

	grant := map[string]any{"id": made.workspace, "enabled": true}
	if l.access.limit > 0 {
		grant["usage_limits"] = []any{w.limit(l.access.measure, l.access.limit)}
		note("integration", "", l.access)
	}
	admin.Must(http.MethodPut, "/v1/integrations/mock/workspaces", map[string]any{"workspaces": []any{grant}})
	if l.provider.limit > 0 {
		admin.Must(http.MethodPut, "/v1/providers/mock?workspace_id="+made.workspace, map[string]any{
			"usage_limits": w.limit(l.provider.measure, l.provider.limit)})
		note("provider", "", l.provider)
	}
	for i := range max(l.users, l.keys, 1) {
		made.users = append(made.users, fmt.Sprintf("user-%d", i))
	}
	if l.policy.limit > 0 {
		policy := w.limit(l.policy.measure, l.policy.limit)
		policy["name"], policy["workspace_id"] = "per user", made.workspace
		policy["conditions"] = []any{map[string]any{"key": "model", "value": "@mock/*"}}
		policy["group_by"] = []any{map[string]any{"key": "metadata._user"}}
		admin.Must(http.MethodPost, "/v1/policies/usage-limits", policy)
		for _, user := range made.users {
			note("policy", user, l.policy)
		}
	}
	made.loose = l.key.limit+l.workspace.limit+l.access.limit+l.provider.limit+l.policy.limit == 0
	w.addKeys(&made, l, note)
	w.lanes = append(w.lanes, made)
}

// addKeys makes the keys of a lane. Of several keys each has its own limits and
// its own users.
func (w *world) addKeys(made *lane, l limits, note func(sits, user string, a amount)) {
	for i := range max(l.keys, 1) {
		key := map[string]any{"name": fmt.Sprintf("key %d", i), "workspace_id": made.workspace, "scopes": []string{"completions.write"}}
		user := ""
		if l.keys > 1 {
			user = made.users[i]
		}
		if l.key.limit > 0 {
			key["usage_limits"] = w.limit(l.key.measure, l.key.limit)
			note("key", user, l.key)
		}
		if l.rpd > 0 {
			key["rate_limits"] = []any{map[string]any{"type": "requests", "unit": "rpd", "value": l.rpd}}
			note("key's day", user, of(claviger.MeasureRequests, l.rpd))
			w.budgets[len(w.budgets)-1].rate = true
		}
		made.keys = append(made.keys, w.server.Admin().Must(http.MethodPost, "/v1/api-keys/workspace/service", key).Text("key"))
	}
}

// show is an amount in words: dollars, or a count.
func (b budget) show(n int64) string {
	if b.measure != claviger.MeasureCost {
		return fmt.Sprint(n)
	}
	sign := "$"
	if n < 0 {
		sign, n = "-$", -n
	}
	text := fmt.Sprintf("%s%d.%09d", sign, n/dollar, n%dollar)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
