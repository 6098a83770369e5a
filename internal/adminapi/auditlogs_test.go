package adminapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const everAfter = "/audit-logs?start_time=2000-01-01T00:00:00Z&end_time=2100-01-01T00:00:00Z"

func (w *world) records(actor, query string) []map[string]any {
	w.Helper()
	var out []map[string]any
	for _, r := range w.must(actor, "GET", everAfter+query, "")["records"].([]any) {
		out = append(out, r.(map[string]any))
	}
	return out
}

func TestAuditLog(t *testing.T) {
	w := newWorld(t)
	secret := w.plant("sk-canary-audited-0123456789-zz")
	w.must(orgAdmin, "POST", "/integrations", `{"name":"Audited","slug":"audited","ai_provider_id":"openai","key":"`+secret+`"}`)
	put := w.do(orgAdmin, "PUT", "/integrations/audited", `{"name":"Renamed","key":"`+w.plant("sk-canary-rotated-0123456789-yy")+`"}`)
	w.must(orgAdmin, "PUT", "/integrations/audited/workspaces", `{"workspaces":[{"id":"`+w.made.Workspace.Slug+`","enabled":true}]}`)
	w.must(orgAdmin, "DELETE", "/integrations/audited", "")

	all := w.must(orgAdmin, "GET", everAfter, "")
	if all["object"] != "analytics-graph" || all["total"] != float64(len(all["records"].([]any))) || all["data"] != nil {
		t.Errorf("the list: %v, %v", all["object"], all["total"])
	}
	id := put.header.Get("x-portkey-request-id")
	got := w.records(orgAdmin, "&request_id="+id)
	if len(got) != 1 {
		t.Fatalf("%d records of one request", len(got))
	}
	r := got[0]
	who := w.must(orgAdmin, "GET", "/api-keys", "")["data"].([]any)
	var admin map[string]any
	for _, k := range who {
		if k := k.(map[string]any); k["type"] == "organisation-service" {
			admin = k
		}
	}
	same(t, "record", map[string]any{
		"method": r["method"], "uri": r["uri"], "user_id": r["user_id"], "user_type": r["user_type"], "org": r["organisation_id"],
		"ws": r["workspace_id"], "status": r["response_status_code"], "type": r["resource_type"], "action": r["action"],
		"ip": r["client_ip"], "country": r["country"], "headers": r["request_headers"], "params": r["query_params"], "attempts": r["attempts"],
	}, `{"method":"PUT","uri":"/v1/integrations/audited","user_id":"`+admin["id"].(string)+`","user_type":"api_key","org":"`+string(w.made.Organisation.ID)+`",
		"ws":null,"status":200,"type":"integration","action":"update","ip":"192.0.2.1","country":null,"headers":"{}","params":"{}","attempts":1}`)
	body, before := r["request_body"].(string), r["before"].(string)
	if !strings.Contains(body, `"name":"Renamed"`) || !strings.Contains(before, `"name":"Audited"`) || strings.Contains(body, `"slug"`) {
		t.Errorf("body %s, before %s", body, before)
	}
	if made := w.records(orgAdmin, "&action=create&resource_type=integration"); len(made) != 1 || made[0]["before"] != "{}" || !strings.Contains(made[0]["request_body"].(string), `"slug":"audited"`) {
		t.Errorf("creation: %v", made)
	}
	total := len(all["records"].([]any))
	for query, want := range map[string]int{
		"":                                       total,
		"&method=DELETE":                         2, // the integration and its provider
		"&uri=/v1/integrations/audited":          3,
		"&uri=/v1/integrations":                  1,
		"&user_id=" + admin["id"].(string):       len(w.records(orgAdmin, "&user_type=api_key")),
		"&user_type=user":                        0,
		"&user_type=operator":                    4, // what the first start made
		"&method=CLI":                            4,
		"&response_status_code=200":              total,
		"&response_status_code=403":              0,
		"&client_ip=192.0.2.1":                   total - 4,
		"&client_ip=192.0.2.9":                   0,
		"&country=CH":                            0,
		"&resource_type=nothing":                 0,
		"&action=delete&method=DELETE":           2,
		"&workspace_id=" + w.made.Workspace.Slug: len(w.records(orgAdmin, "&workspace_id="+string(w.made.Workspace.ID))),
		"&organisation_id=" + string(w.made.Organisation.ID): total,
		"&page_size=2":                   2,
		"&page_size=2&current_page=1000": 0,
	} {
		if got := len(w.records(orgAdmin, query)); got != want {
			t.Errorf("%q: %d records, want %d", query, got, want)
		}
	}
	// Newest first, page by page, and bounded by time.
	var times []string
	for page := range total {
		times = append(times, w.records(orgAdmin, fmt.Sprintf("&page_size=1&current_page=%d", page))[0]["timestamp"].(string))
	}
	for i := 1; i < len(times); i++ {
		if times[i] > times[i-1] {
			t.Errorf("%s comes after %s", times[i], times[i-1])
		}
	}
	if got := w.must(orgAdmin, "GET", "/audit-logs?start_time=2030-05-06T09:08:08+02:00&end_time="+times[0], ""); got["total"] != float64(total-2) {
		t.Errorf("until the last request: %v of %d", got["total"], total)
	}
}

func TestAuditLogRefusals(t *testing.T) {
	w := newWorld(t)
	w.foreign("stranger")
	tests := map[string]struct {
		actor, path string
		status      int
		contain     string
	}{
		"no times":                      {orgAdmin, "/audit-logs", 400, `"path":"end_time"`},
		"no start":                      {orgAdmin, "/audit-logs?end_time=2030-01-01", 400, `"path":"start_time"`},
		"times that are none":           {orgAdmin, "/audit-logs?start_time=then&end_time=now", 400, `"path":"start_time"`},
		"times the wrong way":           {orgAdmin, "/audit-logs?start_time=2031-01-01&end_time=2030-01-01", 400, `"path":"end_time"`},
		"a method that changes nothing": {orgAdmin, everAfter + "&method=GET", 400, `"path":"method"`},
		"a negative page":               {orgAdmin, everAfter + "&current_page=-1", 400, `"path":"current_page"`},
		"a workspace key":               {workspace, everAfter, 403, "AB03"},
		"another organisation":          {"stranger", everAfter + "&organisation_id=" + string(w.made.Organisation.ID), 403, "AB03"},
		"no such organisation":          {"stranger", everAfter + "&organisation_id=11111111-2222-3333-4444-555555555555", 403, "AB03"},
		"a workspace by wrong slug":     {orgAdmin, everAfter + "&workspace_id=ws-none", 403, "AB03"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			got := w.do(tt.actor, "GET", tt.path, "")
			if got.status != tt.status || !strings.Contains(got.text, tt.contain) {
				t.Errorf("%d %s", got.status, got.text)
			}
			w.errorShape(got)
		})
	}
	if got := w.must("stranger", "GET", everAfter+"&workspace_id="+string(w.made.Workspace.ID), ""); got["total"] != 0.0 {
		t.Errorf("another organisation's workspace: %v", got)
	}
	if got := w.must("stranger", "GET", everAfter, ""); got["total"] != 0.0 {
		t.Errorf("a stranger sees %v records", got["total"])
	}
}

func TestRefusedChangesAreInTheAuditLog(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	w := newWorld(t)
	w.key("powerless", "organisation/service", `{"name":"p","scopes":[]}`)
	w.foreign("stranger")
	for range 500 {
		w.do("powerless", "DELETE", "/integrations/any", "")
		w.do(nobody, "POST", "/api-keys/workspace/service", "{}")
	}
	w.do(workspace, "POST", "/admin/workspaces", "{}")                        // the operation's scopes
	w.do("stranger", "PUT", "/admin/workspaces/"+w.made.Workspace.Slug, "{}") // the use case's own look
	w.do("powerless", "GET", "/integrations", "")                             // changes nothing
	w.do(orgAdmin, "PUT", "/integrations/none", "{}")                         // is not refused, but missing
	w.do(orgAdmin, "POST", "/integrations", "{}")                             // a mistake is not refused
	if err := w.refusals.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, actor := range []string{orgAdmin, "stranger"} {
		for _, r := range w.records(actor, "") {
			if r["response_status_code"] == 200.0 {
				continue
			}
			key := fmt.Sprint(actor, " ", r["response_status_code"], " ", r["method"], " ", r["uri"], " ", r["resource_id"], " ", r["action"], " ", r["resource_type"], " ", r["user_type"])
			got[key] += r["attempts"].(float64)
			if r["request_body"] != "{}" || r["client_ip"] != "192.0.2.1" || (r["user_id"] == nil) != (r["user_type"] == "unknown") {
				t.Errorf("record %v", r)
			}
		}
	}
	slug := w.made.Workspace.Slug
	same(t, "refused", got, `{
		"org admin 403 DELETE /v1/integrations/any any delete integration api_key": 500,
		"org admin 401 POST /v1/api-keys/workspace/service <nil> create api_key unknown": 500,
		"org admin 404 PUT /v1/integrations/none none update integration api_key": 1,
		"org admin 403 POST /v1/admin/workspaces <nil> create workspace api_key": 1,
		"stranger 403 PUT /v1/admin/workspaces/`+slug+` `+slug+` update workspace api_key": 1}`)
}

func TestEveryChangeIsInTheAuditLog(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	th := newTheatre(t)
	for _, op := range th.w.api.operations {
		if op.Method == http.MethodGet {
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			w, fill := th.stage(t)
			a := matrix[op.ID]
			r := httptest.NewRequest(op.Method, "http://claviger.test/v1"+fill.Replace(a.path), strings.NewReader(fill.Replace(a.body)))
			got := w.send(orgAdmin, r)
			if got.status != http.StatusOK {
				t.Fatalf("%d %s", got.status, got.text)
			}
			if all := w.records(orgAdmin, "&request_id="+got.header.Get("x-portkey-request-id")); len(all) == 0 {
				t.Error("the audit log knows nothing of it")
			}
		})
	}
}
