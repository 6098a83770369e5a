package adminapi

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// use settles an amount against limits, as the gateway does.
func (w *world) use(rules []*limits.Rule, err error, a limits.Amount) {
	w.Helper()
	if err != nil || len(rules) == 0 {
		w.Fatalf("rules %v, %v", rules, err)
	}
	hold, err := w.limiter.Admit(context.Background(), rules, limits.Ask{Estimate: a})
	if err != nil {
		w.Fatal(err)
	}
	hold.Settle(a)
}

// limited is a thing with limits: where it is shown and changed, and how its
// limits are spent.
type limited struct {
	path, change string // of a PUT; %s is the fields of the change
	limit        string // a monthly limit of that many dollars, in its own shape
	list         string
	pick         func(map[string]any) map[string]any // out of what the path shows
	use          func(limits.Amount)
}

func limitedThings(w *world) map[string]limited {
	ws := w.made.Workspace
	w.must(orgAdmin, "POST", "/integrations", `{"name":"N","slug":"n","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(orgAdmin, "PUT", "/integrations/n/workspaces", `{"workspaces":[{"id":"`+ws.Slug+`","enabled":true}]}`)
	key := w.key("spender", "workspace/service", `{"name":"v","workspace_id":"`+ws.Slug+`","scopes":[]}`)
	whole := func(m map[string]any) map[string]any { return m }
	const array, object = `[{"credit_limit":%d,"periodic_reset":"monthly"}]`, `{"credit_limit":%d,"periodic_reset":"monthly"}`
	target := func() claviger.Target {
		t, err := w.store.Target(context.Background(), ws.OrganisationID, ws.ID, "n")
		if err != nil {
			w.Fatal(err)
		}
		return t
	}
	find := func(m map[string]any) map[string]any { return m["workspaces"].([]any)[0].(map[string]any) }
	return map[string]limited{
		"a key": {"/api-keys/" + key, "{%s}", object, "/api-keys?ids=" + key, whole, func(a limits.Amount) {
			k, _, err := w.store.APIKeyByHash(context.Background(), claviger.HashKey(w.keys["spender"]))
			if err != nil {
				w.Fatal(err)
			}
			rules, err := limits.OfKey(&k)
			w.use(rules, err, a)
		}},
		"a workspace": {"/admin/workspaces/" + ws.Slug, "{%s}", array, "/admin/workspaces", whole, func(a limits.Amount) {
			_, row, err := w.store.APIKeyByHash(context.Background(), claviger.HashKey(w.keys["spender"]))
			if err != nil {
				w.Fatal(err)
			}
			rules, err := limits.OfWorkspace(&row)
			w.use(rules, err, a)
		}},
		"a provider": {"/providers/n?workspace_id=" + ws.Slug, "{%s}", object, "/providers?workspace_id=" + ws.Slug, whole, func(a limits.Amount) {
			t := target()
			rules, err := limits.OfProvider(&t.Provider)
			w.use(rules, err, a)
		}},
		"a virtual key": {"/virtual-keys/n?workspace_id=" + ws.Slug, "{%s}", object, "/virtual-keys?workspace_id=" + ws.Slug, whole, func(a limits.Amount) {
			t := target()
			rules, err := limits.OfProvider(&t.Provider)
			w.use(rules, err, a)
		}},
		"access": {"/integrations/n/workspaces", `{"workspaces":[{"id":"` + ws.Slug + `","enabled":true,%s}]}`, array, "", find, func(a limits.Amount) {
			t := target()
			rules, err := limits.OfGrant(&t.Grant, "n")
			w.use(rules, err, a)
		}},
	}
}

func TestUsageIsShownAndResetByHand(t *testing.T) {
	for name := range limitedThings(newWorld(t)) {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			it := limitedThings(w)[name]
			change := func(fields string) { w.must(orgAdmin, "PUT", it.path, fmt.Sprintf(it.change, fields)) }
			read := func() map[string]any { return it.pick(w.must(orgAdmin, "GET", it.path, "")) }
			limit := func(v any) map[string]any {
				if list, ok := v.([]any); ok {
					v = list[0]
				}
				m, _ := v.(map[string]any)
				return m
			}
			change(`"usage_limits":` + fmt.Sprintf(it.limit, 10) + `,"rate_limits":[{"type":"requests","unit":"rpd","value":7}]`)
			got := read()
			unused, nextMonth := `"next_usage_reset_at":"2030-06-01T00:00:00.000Z",`, `[0,"2030-07-01T00:00:00.000Z","2030-06-01T00:00:00.000Z"]`
			if name == "a key" { // what the calendar moves is in its usage alone
				unused, nextMonth = "", ""
			}
			same(t, "unused", limit(got["usage_limits"]), `{"credit_limit":10,"periodic_reset":"monthly",`+unused+`"current_usage":0}`)
			if got["status"] != "active" || got["last_reset_at"] != nil {
				t.Errorf("new: status %v, reset at %v", got["status"], got["last_reset_at"])
			}
			it.use(limits.Amount{Requests: 1, Cost: 9_999_999_999})
			got = read()
			usage := got["usage"].([]any)
			first := usage[0].(map[string]any)
			same(t, "usage", map[string]any{"t": first["type"], "p": first["per"], "l": first["limit"], "u": first["current_usage"], "h": first["reserved"],
				"r": first["remaining"], "x": first["resets_at"]}, `{"t":"cost","p":"monthly","l":10,"u":9.999999999,"h":0,"r":0.000000001,"x":"2030-06-01T00:00:00.000Z"}`)
			same(t, "rate", map[string]any{"l": usage[1].(map[string]any)["limit"], "u": usage[1].(map[string]any)["current_usage"]}, `{"l":7,"u":1}`)
			same(t, "status", got["status"], `"active"`)
			it.use(limits.Amount{Requests: 1, Cost: 1})
			got = read()
			same(t, "spent", []any{got["status"], limit(got["usage_limits"])["current_usage"]}, `["exhausted",10]`)
			if it.list != "" {
				row := w.must(orgAdmin, "GET", it.list, "")["data"].([]any)[0].(map[string]any)
				same(t, "in a list", []any{row["status"], limit(row["usage_limits"])["current_usage"], len(row["usage"].([]any))}, `["exhausted",10,1]`)
			}

			change(`"usage_limits":` + fmt.Sprintf(it.limit, 11)) // raised
			same(t, "raised", read()["status"], `"active"`)
			change(`"usage_limits":` + fmt.Sprintf(it.limit, 10))
			same(t, "lowered again", read()["status"], `"exhausted"`)

			change(`"reset_usage":true`)
			got = read()
			same(t, "reset", []any{got["status"], limit(got["usage_limits"])["current_usage"], got["last_reset_at"] != nil}, `["active",0,true]`)
			if nextMonth == "" {
				nextMonth = `[0,null,` + jsonOf(t, got["last_reset_at"]) + `]`
			}
			it.use(limits.Amount{Requests: 1, Cost: 4e9})
			change(`"usage_limits":null`)
			change(`"usage_limits":` + fmt.Sprintf(it.limit, 10))
			same(t, "usage before the limit", limit(read()["usage_limits"])["current_usage"], `0`)
			it.use(limits.Amount{Requests: 1, Cost: 4e9})

			w.pass(30 * 24 * time.Hour)
			got = read()
			same(t, "next month", []any{limit(got["usage_limits"])["current_usage"], limit(got["usage_limits"])["next_usage_reset_at"], got["last_reset_at"]}, nextMonth)
			same(t, "window", got["usage"].([]any)[0].(map[string]any)["resets_at"], `"2030-07-01T00:00:00.000Z"`)
		})
	}
}

// Terraform takes the times of a key's limit for settings: they may not move when
// something else is changed.
func TestTimesOfAKeysLimitAreThoseThatWereGiven(t *testing.T) { // it is 2030-05-06
	w := newWorld(t)
	path := "/api-keys/" + w.key("k", "organisation/service", `{"name":"k","scopes":[]}`)
	for _, step := range []struct{ body, next string }{
		{`{"usage_limits":{"credit_limit":10,"periodic_reset":"monthly"}}`, `null`},
		{`{"usage_limits":{"credit_limit":10,"periodic_reset":"weekly"}}`, `null`},
		{`{"usage_limits":{"credit_limit":10,"periodic_reset_days":10}}`, `null`},
		{`{"usage_limits":{"credit_limit":10,"periodic_reset_days":20,"next_usage_reset_at":"2030-06-01T00:00:00Z"}}`, `"2030-06-01T00:00:00Z"`},
		{`{"usage_limits":{"credit_limit":20,"periodic_reset_days":20}}`, `"2030-06-01T00:00:00.000Z"`},
	} {
		w.must(orgAdmin, "PUT", path, step.body)
		got := w.must(orgAdmin, "GET", path, "")
		same(t, "next after "+step.body, got["usage_limits"].(map[string]any)["next_usage_reset_at"], step.next)
		same(t, "last", got["last_reset_at"], `null`)
	}
	w.must(orgAdmin, "PUT", path, `{"reset_usage":true}`)
	reset := w.must(orgAdmin, "GET", path, "")["last_reset_at"]
	for _, body := range []string{`{"usage_limits":{"credit_limit":10,"periodic_reset":"weekly"}}`, `{"usage_limits":{"type":"tokens","credit_limit":1000}}`,
		`{"usage_limits":null}`, `{"usage_limits":{"credit_limit":20,"periodic_reset_days":20,"next_usage_reset_at":"2030-06-01T00:00:00Z"}}`} {
		w.must(orgAdmin, "PUT", path, body)
		if got := w.must(orgAdmin, "GET", path, "")["last_reset_at"]; reset == nil || got != reset {
			t.Errorf("reset by hand at %v, after %s at %v", reset, body, got)
		}
	}
	w.pass(40 * 24 * time.Hour)
	got := w.must(orgAdmin, "GET", path, "")
	same(t, "once it came", []any{got["usage_limits"].(map[string]any)["next_usage_reset_at"], got["last_reset_at"]}, `[null,`+jsonOf(t, reset)+`]`)
	same(t, "window", got["usage"].([]any)[0].(map[string]any)["resets_at"], `"2030-06-21T00:00:00.000Z"`)
}

// What is shown may be sent back, and changes nothing.
func TestShownLimitsMayBeSentBack(t *testing.T) {
	for name := range limitedThings(newWorld(t)) {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			it := limitedThings(w)[name]
			put := func(fields string) { w.must(orgAdmin, "PUT", it.path, fmt.Sprintf(it.change, fields)) }
			put(`"usage_limits":` + fmt.Sprintf(it.limit, 10))
			it.use(limits.Amount{Requests: 1, Cost: 4e9})
			w.pass(time.Hour)
			before := it.pick(w.must(orgAdmin, "GET", it.path, ""))
			raw, err := json.Marshal(before["usage_limits"])
			if err != nil {
				t.Fatal(err)
			}
			put(`"usage_limits":` + string(raw))
			after := it.pick(w.must(orgAdmin, "GET", it.path, ""))
			same(t, "limits", after["usage_limits"], string(raw))
			same(t, "reset", after["last_reset_at"], `null`)
		})
	}
}
