package adminapi

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
)

// What requests for policies end in, so that a workspace can go in front.
const (
	aUsagePolicy = `"name":"Team","conditions":[{"key":"api_key","value":"*"}],"group_by":[{"key":"api_key"}],"type":"cost","credit_limit":10}`
	aRatePolicy  = `"conditions":[{"key":"api_key","value":"*"}],"group_by":[{"key":"api_key"}],"type":"requests","unit":"rpm","value":5}`
)

// spend books an attempt that a group of a usage policy is charged for, in
// nano-dollars.
func (w *world) spend(policy, group, cadence string, window time.Time, cost int64) {
	w.Helper()
	id := claviger.NewEntryID()
	e := claviger.Entry{
		Status: claviger.EntryClosed, Node: "n",
		Opening: claviger.Opening{ID: id, RequestID: "r", OrganisationID: w.made.Organisation.ID, WorkspaceID: w.made.Workspace.ID,
			ProviderSlug: "p", AIProvider: "openai", Operation: "chatComplete", Model: "m", Attempt: 1, OpenedAt: window,
			Charges: string(claviger.AppendCharge(nil, claviger.Charge{Window: window, Counter: claviger.Counter{
				Kind: claviger.CountUsagePolicy, ID: policy, Measure: claviger.MeasureCost, Cadence: cadence, Value: group}}))},
		Closing: claviger.Closing{ID: id, Outcome: claviger.Success, Cost: cost, ClosedAt: window},
	}
	if err := w.store.Ship(context.Background(), "n", []claviger.Entry{e}, nil); err != nil {
		w.Fatal(err)
	}
}

// policy makes a policy in the first workspace.
func (w *world) policy(kind, body string) string {
	w.Helper()
	made := w.must(orgAdmin, "POST", "/policies/"+kind, `{"workspace_id":"`+string(w.made.Workspace.ID)+`",`+body)
	if want := "policy_" + strings.ReplaceAll(kind, "-", "_"); made["object"] != want {
		w.Errorf("object %v, want %v", made["object"], want)
	}
	return made["id"].(string)
}

func TestAUsagePolicyFromBirthToDeath(t *testing.T) {
	w := newWorld(t)
	id := w.policy("usage-limits", `"name":"Per user","description":"d","conditions":[{"value":["gpt-*","@openai/o1"],"key":"model","excludes":"gpt-4"},{"key":"metadata.team","value":"red"}],
		"group_by":[{"key":"metadata._user"},{"key":"model"}],"type":"cost","credit_limit":10.50,"alert_threshold":8,"periodic_reset":"weekly","enforcement":"strict"}`)
	path := "/policies/usage-limits/" + id
	org, ws := string(w.made.Organisation.ID), string(w.made.Workspace.ID)
	got := w.must(workspace, "GET", path, "")
	created := got["created_at"]
	same(t, "policy", got, fmt.Sprintf(`{"id":%q,"name":"Per user","description":"d",
		"conditions":[{"value":["gpt-*","@openai/o1"],"key":"model","excludes":"gpt-4"},{"key":"metadata.team","value":"red"}],
		"group_by":[{"key":"metadata._user"},{"key":"model"}],"type":"cost","target":"llm","credit_limit":10.50,"alert_threshold":8,"periodic_reset":"weekly",
		"periodic_reset_days":null,"next_usage_reset_at":"2030-05-13T00:00:00.000Z","last_reset_at":null,"enforcement":"strict","status":"active",
		"workspace_id":%q,"organisation_id":%q,"created_at":%q,"last_updated_at":%q,"object":"policy_usage_limits"}`, id, ws, org, created, created))

	w.changes = nil
	same(t, "answer to a change", w.must(orgAdmin, "PUT", path, `{"credit_limit":20,"alert_threshold":null,"periodic_reset":null,"periodic_reset_days":30,"name":"New",
		"type":"cost","group_by":[{"key":"metadata._user"},{"key":"model"}],"status":"active","conditions":[{"key":"api_key","value":"*"}]}`), `{}`)
	if len(w.changes) != 1 || w.changes[0].Kind != claviger.PolicyChanged || w.changes[0].ID != ws {
		t.Errorf("told of %v", w.changes)
	}
	got = w.must(orgAdmin, "GET", path, "")
	same(t, "changed", map[string]any{"n": got["name"], "c": got["credit_limit"], "a": got["alert_threshold"], "p": got["periodic_reset"],
		"d": got["periodic_reset_days"], "x": got["next_usage_reset_at"], "e": got["enforcement"], "o": got["conditions"]},
		`{"n":"New","c":20,"a":null,"p":null,"d":30,"x":"2030-06-05T00:00:00.000Z","e":"strict","o":[{"key":"api_key","value":"*"}]}`)
	w.pass(40 * 24 * time.Hour)
	w.must(orgAdmin, "PUT", path, `{"credit_limit":21,"periodic_reset_days":30}`)
	if got := w.must(orgAdmin, "GET", path, "")["next_usage_reset_at"]; got != "2030-07-05T00:00:00.000Z" {
		t.Errorf("the days began anew: %v", got)
	}
	same(t, "answer to a deletion", w.must(orgAdmin, "DELETE", path, ""), `{}`)
	for _, gone := range []string{path, path + "?status=active", path + "/entities"} {
		if r := w.do(orgAdmin, "GET", gone, ""); r.status != 404 {
			t.Errorf("%s: %d", gone, r.status)
		}
	}
	if got := w.must(orgAdmin, "GET", path+"?status=archived", ""); got["status"] != "archived" {
		t.Errorf("status %v", got["status"])
	}
	for _, m := range []string{"PUT", "DELETE"} {
		if r := w.do(orgAdmin, m, path, `{}`); r.status != 404 {
			t.Errorf("%s of what is archived: %d", m, r.status)
		}
	}
}

func TestARatePolicy(t *testing.T) {
	w := newWorld(t)
	id := w.policy("rate-limits", `"conditions":[{"key":"endpoint_type","value":"chatComplete"}],"group_by":[{"key":"api_key"}],"type":"tokens","unit":"rpw","value":100.0,"enforcement":"strict"}`)
	path := "/policies/rate-limits/" + id
	got := w.must(workspace, "GET", path, "")
	same(t, "policy", map[string]any{"n": got["name"], "t": got["type"], "u": got["unit"], "v": got["value"], "g": got["target"], "o": got["object"], "e": got["enforcement"]},
		`{"n":null,"t":"tokens","u":"rpw","v":100,"g":"llm","o":"policy_rate_limits","e":"strict"}`)
	w.must(workspace, "PUT", path, `{"unit":"rph","value":7}`)
	got = w.must(workspace, "GET", path, "")
	same(t, "changed", map[string]any{"t": got["type"], "u": got["unit"], "v": got["value"], "e": got["enforcement"]}, `{"t":"tokens","u":"rph","v":7,"e":"strict"}`)
	w.must(workspace, "PUT", path, `{"enforcement":null}`)
	if got := w.must(workspace, "GET", path, "")["enforcement"]; got != nil {
		t.Errorf("null leaves %v", got)
	}
	tools := w.policy("rate-limits", `"conditions":[{"key":"mcp_tool","value":"*"}],"group_by":[{"key":"mcp_server"}],"type":"requests","unit":"rpm","value":1,"target":"mcp_tools"}`)
	for query, total := range map[string]float64{"": 2, "?type=tokens": 1, "?unit=rpm": 1, "?type=tokens&unit=rpm": 0, "?status=archived": 0, "?page_size=1": 2} {
		if got := w.must(workspace, "GET", "/policies/rate-limits"+query, ""); got["total"] != total || got["object"] != "list" {
			t.Errorf("%q lists %v", query, got["total"])
		}
	}
	w.must(workspace, "PUT", "/policies/rate-limits/"+tools, `{"status":"archived"}`)
	w.must(workspace, "GET", "/policies/rate-limits/"+tools+"?status=archived", "")
	if r := w.do(workspace, "GET", "/policies/usage-limits/"+id, ""); r.status != 404 {
		t.Errorf("a rate policy is read as a usage policy: %d", r.status)
	}
}

func TestGroupsOfAPolicy(t *testing.T) {
	w := newWorld(t)
	id := w.policy("usage-limits", `"conditions":[{"key":"api_key","value":"*"}],"group_by":[{"key":"metadata._user"}],"type":"cost","credit_limit":2,"periodic_reset":"monthly"}`)
	path := "/policies/usage-limits/" + id
	month := w.moment() // that is when it began to count
	w.spend(id, "metadata._user:ann", "monthly", month, 2_000_000_001)
	w.spend(id, "metadata._user:bob", "monthly", month, 1)
	w.spend(id, "metadata._user:old", "monthly", month.AddDate(0, -1, 0), 5)
	entities := func(query string) []any {
		t.Helper()
		return w.must(workspace, "GET", path+"/entities"+query, "")["data"].([]any)
	}
	all := entities("")
	if len(all) != 2 {
		t.Fatalf("entities: %v", all)
	}
	ann := all[0].(map[string]any)
	same(t, "an entity", map[string]any{"k": ann["value_key"], "u": ann["current_usage"], "s": ann["status"]}, `{"k":"metadata._user:ann","u":2.000000001,"s":"exhausted"}`)
	for query, n := range map[string]int{"?status=exhausted": 1, "?status=active": 1, "?search=bob": 1, "?search=BOB": 0, "?page_size=1&current_page=1": 1, "?page_size=1&current_page=2": 0} {
		if got := entities(query); len(got) != n {
			t.Errorf("%s: %v", query, got)
		}
	}
	got := w.must(workspace, "GET", path+"?include_usage=true", "")["value_key_usage_map"]
	same(t, "usage", got, `{"metadata._user:ann":{"current_usage":2.000000001,"status":"exhausted","is_threshold_alerts_sent":false,"is_exhausted_alerts_sent":false},
		"metadata._user:bob":{"current_usage":0.000000001,"status":"active","is_threshold_alerts_sent":false,"is_exhausted_alerts_sent":false}}`)
	w.changes = nil
	same(t, "answer to a reset", w.must(workspace, "PUT", path+"/entities/"+ann["id"].(string)+"/reset", ""), `{}`)
	if len(w.changes) != 1 || w.changes[0].Kind != claviger.PolicyChanged {
		t.Errorf("told of %v", w.changes)
	}
	if got := entities("?status=exhausted"); len(got) != 0 {
		t.Errorf("exhausted after a reset: %v", got)
	}
	if got := entities("?status=active&page_size=1&current_page=1"); len(got) != 1 {
		t.Errorf("the second page of active ones: %v", got)
	}
	if at := w.must(workspace, "GET", path, "")["last_reset_at"]; at == nil {
		t.Error("the reset is not shown")
	}
	w.must(workspace, "PUT", path, `{"reset_usage_for_value":"bob"}`)
	if got := entities("?search=bob")[0].(map[string]any)["current_usage"]; got != 0.0 {
		t.Errorf("used after a reset by value: %v", got)
	}
	policies, err := w.store.Policies(context.Background(), w.made.Organisation.ID, w.made.Workspace.ID)
	if err != nil || len(policies) != 1 || len(policies[0].Resets) != 2 {
		t.Errorf("the gateway is told of %+v, %v", policies, err)
	}
	for _, none := range []string{"metadata._user:nobody", "bm9ib2R5", "%00", "x"} {
		if r := w.do(workspace, "PUT", path+"/entities/"+none+"/reset", ""); r.status != 404 {
			t.Errorf("reset of %s: %d", none, r.status)
		}
	}
}

func TestAWorkspaceHasFiftyPoliciesOfAKind(t *testing.T) {
	w := newWorld(t)
	for range 50 {
		w.policy("rate-limits", aRatePolicy)
	}
	r := w.do(workspace, "POST", "/policies/rate-limits", `{`+aRatePolicy)
	if r.status != 409 || !strings.Contains(r.text, "50 active") {
		t.Errorf("the 51st: %d %s", r.status, r.text)
	}
	w.policy("usage-limits", aUsagePolicy)
}

func TestAPageOfGroupsHasAHundredAtMost(t *testing.T) {
	w := newWorld(t)
	id := w.policy("usage-limits", `"conditions":[{"key":"api_key","value":"*"}],"group_by":[{"key":"metadata._user"}],"type":"cost","credit_limit":2}`)
	window := w.moment()
	for i := range 101 {
		w.spend(id, fmt.Sprintf("metadata._user:%03d", i), "none", window, 1)
	}
	got := w.must(workspace, "GET", "/policies/usage-limits/"+id+"/entities?page_size=101", "")
	if n := len(got["data"].([]any)); n != 100 || got["total"] != 101.0 {
		t.Errorf("%d of %v", n, got["total"])
	}
}
