package adminapi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
)

func TestRotation(t *testing.T) {
	w := newWorld(t)
	ws := w.made.Workspace.Slug
	id := w.key("app", "workspace/service", `{"name":"app","workspace_id":"`+ws+`","scopes":["workspaces.read"],"usage_limits":{"credit_limit":5},"defaults":{"metadata":{"a":"b"}}}`)
	path := "/api-keys/" + id
	before := w.must(orgAdmin, "GET", path, "")
	w.keys["old app"] = w.keys["app"]

	made := w.must(orgAdmin, "POST", path+"/rotate", "")
	if made["id"] != id || !claviger.WellFormed(made["key"].(string)) || len(made) != 3 {
		t.Errorf("rotated: %v", made)
	}
	end, err := time.Parse(time.RFC3339, made["key_transition_expires_at"].(string))
	if left := end.Sub(w.moment()); err != nil || left > 30*time.Minute || left < 29*time.Minute {
		t.Errorf("the old secret works for another %v, %v", left, err)
	}
	w.keys["app"] = made["key"].(string)
	detail := w.must(orgAdmin, "GET", path, "")
	for _, same := range []string{"id", "name", "scopes", "usage_limits", "defaults", "created_at", "status", "type"} {
		if a, b := jsonOf(t, before[same]), jsonOf(t, detail[same]); a != b {
			t.Errorf("%s was %s and is %s", same, a, b)
		}
	}
	if detail["key"] == before["key"] && w.keys["app"][:2]+w.keys["app"][len(w.keys["app"])-2:] != strings.ReplaceAll(before["key"].(string), "*", "") {
		t.Error("the mask is the old one's")
	}
	if detail["last_rotated_at"] == nil || detail["last_rotated_at"] != detail["last_updated_at"] || detail["key_transition_expires_at"] != made["key_transition_expires_at"] {
		t.Errorf("times: %v", detail)
	}

	read := "/admin/workspaces/" + ws
	w.must("app", "GET", read, "")
	w.must("old app", "GET", read, "")
	again := w.do(orgAdmin, "POST", path+"/rotate", `{}`)
	if again.status != 400 || !strings.Contains(again.text, "AB01") || !strings.Contains(again.text, "key_transition_expires_at") || !strings.Contains(again.text, `"path":"id"`) {
		t.Errorf("a second rotation within the transition: %d %s", again.status, again.text)
	}
	w.must("old app", "GET", read, "")

	w.pass(30 * time.Minute)
	if got := w.do("old app", "GET", read, ""); got.status != 401 {
		t.Errorf("the old secret after its end: %d", got.status)
	}
	w.must("app", "GET", read, "")
	if detail := w.must(orgAdmin, "GET", path, ""); detail["key_transition_expires_at"] != nil {
		t.Errorf("a transition that is over: %v", detail["key_transition_expires_at"])
	}
	made = w.must(orgAdmin, "POST", path+"/rotate", `{"key_transition_period_ms":3600000}`)
	w.keys["newest"] = made["key"].(string)
	w.pass(59 * time.Minute)
	w.must("app", "GET", read, "")
	w.must(orgAdmin, "DELETE", path, "")
	for _, actor := range []string{"old app", "app", "newest"} {
		if got := w.do(actor, "GET", read, ""); got.status != 401 {
			t.Errorf("%s of a deleted key: %d", actor, got.status)
		}
	}
	log := w.audit()
	for _, want := range []string{"rotate api_key", `"rotation_mode":"manual"`, `"api_key_id":"` + id, `"old_key_masked":"cl*******`, `"transition_expires_at"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the audit log has no %s", want)
		}
	}
	for _, secret := range []string{w.keys["old app"], w.keys["app"], w.keys["newest"]} {
		if strings.Contains(log, secret) {
			t.Error("the audit log has a key")
		}
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRotationPolicies(t *testing.T) { // it is Monday, 2030-05-06
	w := newWorld(t)
	ok := map[string]struct{ policy, want string }{
		"weekly":               {`{"rotation_period":"weekly"}`, `["weekly",null,"2030-05-13T00:00:00.000Z",null]`},
		"monthly":              {`{"rotation_period":"monthly","key_transition_period_ms":86400000}`, `["monthly",null,"2030-06-01T00:00:00.000Z",86400000]`},
		"days":                 {`{"rotation_period_days":90,"rotation_period":null}`, `[null,90,"2030-08-04T00:00:00.000Z",null]`},
		"a date":               {`{"next_rotation_at":"2030-07-01T15:30:00+02:00"}`, `[null,null,"2030-07-01T00:00:00.000Z",null]`},
		"a period and a date":  {`{"rotation_period":"weekly","next_rotation_at":"2030-07-03T00:00:00Z"}`, `["weekly",null,"2030-07-03T00:00:00Z",null]`},
		"the default, said":    {`{"rotation_period":"weekly","key_transition_period_ms":1800000}`, `["weekly",null,"2030-05-13T00:00:00.000Z",1800000]`},
		"a midnight elsewhere": {`{"next_rotation_at":"2030-07-01T02:00:00+02:00"}`, `[null,null,"2030-07-01T02:00:00+02:00",null]`},
		"a date in local time": {`{"next_rotation_at":"2030-07-01T00:30:00+02:00"}`, `[null,null,"2030-06-30T00:00:00.000Z",null]`},
	}
	for name, tt := range ok {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			id := w.key("k", "organisation/service", `{"name":"k","scopes":[],"rotation_policy":`+tt.policy+`}`)
			p := w.must(orgAdmin, "GET", "/api-keys/"+id, "")["rotation_policy"].(map[string]any)
			same(t, "policy", []any{p["rotation_period"], p["rotation_period_days"], p["next_rotation_at"], p["key_transition_period_ms"]}, tt.want)
			if p["status"] != "ACTIVE" {
				t.Errorf("status %v", p["status"])
			}
			w.must(orgAdmin, "PUT", "/api-keys/"+id, `{"rotation_policy":`+jsonOf(t, p)+`}`) // as it was shown
			if again := w.must(orgAdmin, "GET", "/api-keys/"+id, "")["rotation_policy"]; jsonOf(t, again) != jsonOf(t, p) {
				t.Errorf("sent back it became %v", again)
			}
			w.must(orgAdmin, "PUT", "/api-keys/"+id, `{"name":"renamed"}`)
			if again := w.must(orgAdmin, "GET", "/api-keys/"+id, "")["rotation_policy"]; jsonOf(t, again) != jsonOf(t, p) {
				t.Errorf("a PUT without it made it %v", again)
			}
			w.must(orgAdmin, "PUT", "/api-keys/"+id, `{"rotation_policy":null}`)
			if gone := w.must(orgAdmin, "GET", "/api-keys/"+id, "")["rotation_policy"]; gone != nil {
				t.Errorf("removed: %v", gone)
			}
		})
	}
	id := w.key("due", "organisation/service", `{"name":"k","scopes":[],"rotation_policy":{"rotation_period":"weekly","key_transition_period_ms":7200000}}`)
	wrong := map[string]struct{ method, path, body, at string }{
		"nothing in it":                        {"PUT", "", `{"rotation_policy":{}}`, "rotation_policy"},
		"a transition alone":                   {"PUT", "", `{"rotation_policy":{"key_transition_period_ms":1800000}}`, "rotation_policy"},
		"another period":                       {"PUT", "", `{"rotation_policy":{"rotation_period":"daily"}}`, "rotation_policy.rotation_period"},
		"both kinds of period":                 {"PUT", "", `{"rotation_policy":{"rotation_period":"weekly","rotation_period_days":7}}`, "rotation_policy.rotation_period_days"},
		"no days":                              {"PUT", "", `{"rotation_policy":{"rotation_period_days":0}}`, "rotation_policy.rotation_period_days"},
		"more days than a year":                {"PUT", "", `{"rotation_policy":{"rotation_period_days":366}}`, "rotation_policy.rotation_period_days"},
		"a date today":                         {"PUT", "", `{"rotation_policy":{"next_rotation_at":"2030-05-06T23:00:00Z"}}`, "rotation_policy.next_rotation_at"},
		"no date":                              {"PUT", "", `{"rotation_policy":{"next_rotation_at":"soon"}}`, "rotation_policy.next_rotation_at"},
		"a transition under half an hour":      {"PUT", "", `{"rotation_policy":{"rotation_period":"weekly","key_transition_period_ms":1799999}}`, "rotation_policy.key_transition_period_ms"},
		"a transition of the whole period":     {"PUT", "", `{"rotation_policy":{"rotation_period":"weekly","key_transition_period_ms":604800000}}`, "rotation_policy.key_transition_period_ms"},
		"a policy that is none":                {"PUT", "", `{"rotation_policy":"weekly"}`, "rotation_policy"},
		"a rotation with too short an end":     {"POST", "/rotate", `{"key_transition_period_ms":1}`, "key_transition_period_ms"},
		"a rotation longer than the period":    {"POST", "/rotate", `{"key_transition_period_ms":604800000}`, "key_transition_period_ms"},
		"a rotation with an end of words":      {"POST", "/rotate", `{"key_transition_period_ms":"1h"}`, "key_transition_period_ms"},
		"a rotation with an end beyond counts": {"POST", "/rotate", `{"key_transition_period_ms":9223372036854775807}`, "key_transition_period_ms"},
	}
	for name, tt := range wrong {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			got := w.do(orgAdmin, tt.method, "/api-keys/"+id+tt.path, tt.body)
			if got.status != 400 || !strings.Contains(got.text, `"path":"`+tt.at+`"`) {
				t.Errorf("%d %s", got.status, got.text)
			}
			w.errorShape(got)
		})
	}
	// A key that is overdue goes on working, its date stays to be seen, and the
	// next rotation brings the next date.
	w.pass(8 * 24 * time.Hour)
	if p := w.must(orgAdmin, "GET", "/api-keys/"+id, "")["rotation_policy"].(map[string]any); p["next_rotation_at"] != "2030-05-13T00:00:00.000Z" {
		t.Errorf("overdue: %v", p)
	}
	w.must(orgAdmin, "PUT", "/api-keys/"+id, `{"rotation_policy":`+jsonOf(t, w.must(orgAdmin, "GET", "/api-keys/"+id, "")["rotation_policy"])+`}`)
	made := w.must(orgAdmin, "POST", "/api-keys/"+id+"/rotate", `{"key_transition_period_ms":null}`)
	if end := made["key_transition_expires_at"].(string); !strings.HasPrefix(end, "2030-05-14T09:") {
		t.Errorf("the policy's transition ends at %v", end)
	}
	if p := w.must(orgAdmin, "GET", "/api-keys/"+id, "")["rotation_policy"].(map[string]any); p["next_rotation_at"] != "2030-05-20T00:00:00.000Z" {
		t.Errorf("after the rotation: %v", p)
	}
}

func TestWhoMayRotate(t *testing.T) {
	w := newWorld(t)
	ws := w.made.Workspace.Slug
	key := func(actor, scopes string) string {
		return w.key(actor, "workspace/service", `{"name":"k","workspace_id":"`+ws+`","scopes":[`+scopes+`]}`)
	}
	weak := key("weak", `"providers.list"`)
	strong := key("strong", `"providers.list","providers.create"`)
	self := key("rotator", `"workspace_service_api_keys.rotate","providers.list"`)
	tests := map[string]struct {
		actor, id string
		status    int
	}{
		"a key that holds less": {"rotator", weak, 200},
		"itself":                {"rotator", self, 200},
		"a key that holds more: it would be seen": {"rotator", strong, 403},
		"without the scope":                       {"weak", strong, 403},
		"a key of another kind":                   {"rotator", w.key("user", "workspace/user", `{"name":"k","workspace_id":"`+ws+`","scopes":[]}`), 403},
		"a key that is not there":                 {"rotator", "11111111-2222-3333-4444-555555555555", 404},
	}
	for name, tt := range tests {
		if got := w.do(tt.actor, "POST", "/api-keys/"+tt.id+"/rotate", ""); got.status != tt.status {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
}

func TestEveryFieldOfAKeyHasThreeStates(t *testing.T) {
	w := newWorld(t)
	const config = "0a1b2c3d-0000-4000-8000-00000000abcd"
	id := w.key("k", "organisation/service", `{"name":"k","description":"d","scopes":["audit_logs.list"],"usage_limits":{"credit_limit":5},
		"rate_limits":[{"type":"tokens","unit":"rpw","value":0}],"alert_emails":["a@example.com"],"expires_at":"2031-01-01T00:00:00Z",
		"defaults":{"metadata":{"a":"b"},"config_id":"`+strings.ToUpper(config)+`","allow_config_override":false},"rotation_policy":{"rotation_period":"weekly"}}`)
	path := "/api-keys/" + id
	detail := func() map[string]any { return w.must(orgAdmin, "GET", path, "") }
	before := detail()
	same(t, "defaults", before["defaults"], `{"metadata":{"a":"b"},"config_id":"`+config+`","allow_config_override":false}`)
	w.must(orgAdmin, "PUT", path, `{}`)
	w.must(orgAdmin, "PUT", path, jsonOf(t, before)) // as it was shown
	after := detail()
	delete(before, "last_updated_at")
	delete(after, "last_updated_at")
	if a, b := jsonOf(t, before), jsonOf(t, after); a != b {
		t.Errorf("was %s\nand is %s", a, b)
	}
	same(t, "nothing was reset", []any{after["reset_usage"], after["last_reset_at"]}, `[0,null]`)
	w.must(orgAdmin, "PUT", path, `{"reset_usage":true}`)
	if detail()["last_reset_at"] == nil {
		t.Error("a reset leaves no time")
	}
	w.must(orgAdmin, "PUT", path, `{"defaults":{"config_id":null}}`)
	same(t, "config unbound", detail()["defaults"], `{"metadata":{"a":"b"},"config_id":null,"allow_config_override":false}`)
	w.must(orgAdmin, "PUT", path, `{"description":null,"usage_limits":null,"rate_limits":null,"alert_emails":null,"expires_at":null,"defaults":null,"rotation_policy":null,"reset_usage":null}`)
	for _, field := range []string{"description", "usage_limits", "expires_at", "rotation_policy", "allow_config_override", "reset_usage"} {
		if v := detail()[field]; v != nil {
			t.Errorf("%s = %v after null", field, v)
		}
	}
	bare := detail()
	none := []any{bare["rate_limits"], bare["alert_emails"], bare["defaults"]}
	same(t, "what is empty after null", none, `[[],[],{"metadata":{},"config_id":null}]`)
	w.must(orgAdmin, "PUT", path, jsonOf(t, bare)) // as it was shown
	again := detail()
	same(t, "sent back", []any{again["rate_limits"], again["alert_emails"], again["defaults"]}, jsonOf(t, none))
	for _, body := range []string{`{"name":null}`, `{"scopes":null}`, `{"reset_usage":2}`, `{"reset_usage":"yes"}`, `{"defaults":{"config_id":"no slug"}}`} {
		if got := w.do(orgAdmin, "PUT", path, body); got.status != 400 {
			t.Errorf("%s: %d %s", body, got.status, got.text)
		}
	}
	w.must(orgAdmin, "PUT", path, `{"expires_at":"2030-05-06T08:00:00Z"}`)
	w.pass(time.Hour)
	if got := detail()["status"]; got != "expired" {
		t.Errorf("status %v after the end", got)
	}
	w.must(orgAdmin, "PUT", path, `{"expires_at":"2031-01-01T00:00:00Z"}`)
	if got := detail()["status"]; got != "active" {
		t.Errorf("status %v after it was prolonged", got)
	}
}
