package adminapi

import (
	"strings"
	"testing"
)

// A PUT that says what is there already leaves no trace: no entry in the audit
// log, no later time, and nothing for those to read again who hold the row.
func TestWhatChangesNothingLeavesNoTrace(t *testing.T) {
	w := newWorld(t)
	fill := furnish(w)
	const limits = `"usage_limits":[{"type":"cost","credit_limit":5,"periodic_reset":"weekly"}],"rate_limits":[{"type":"requests","unit":"rpm","value":9}]`
	const limit = `"usage_limits":{"credit_limit":5,"periodic_reset_days":3},"rate_limits":[{"type":"requests","unit":"rpm","value":9}],"expires_at":"2031-01-01T00:00:00+01:00"`
	global := `{"global_workspace_access":{"enabled":false,` + limits + `}}`
	tests := map[string]struct{ path, shown, body, change string }{
		"a workspace":            {"/admin/workspaces/{ws}", "", `{"name":"W","description":"d","defaults":{"metadata":{"b":"2","a":"1"}},` + limits + `}`, `{"description":"e"}`},
		"a key":                  {"/api-keys/{key}", "", `{"name":"K","scopes":["logs.list"],"defaults":{"metadata":{"b":"2","a":"1"}},"alert_emails":["a@example.com"],"rotation_policy":{"rotation_period":"weekly"},` + limit + `}`, `{"reset_usage":true}`},
		"an integration":         {"/integrations/{local}", "", `{"name":"I","description":"d","key":"sk-the-same-key-77","configurations":{"openai_project":"p","custom_headers":{"x-a":"secret-header-1"}},"tags":{"b":"2","a":"1"}}`, `{"key":"sk-another-key-78"}`},
		"the models of one":      {"/integrations/{local}/models", "", `{"allow_all_models":true,"models":[{"slug":"gpt-4o","enabled":true,"pricing_config":{"type":"static","pay_as_you_go":{"request_token":{"price":1}}}},{"slug":"mine","enabled":true,"is_custom":true,"configurations":{"custom_headers":{"x-a":"secret-header-2"}}}]}`, `{"models":[{"slug":"gpt-4o","enabled":false}]}`},
		"all models of one":      {"/integrations/{org}/models", "", `{"allow_all_models":false,"models":[]}`, `{"allow_all_models":true,"models":[]}`},
		"the access to one":      {"/integrations/{org}/workspaces", "", `{"workspaces":[{"id":"{ws}","enabled":true,` + limits + `}]}`, `{"workspaces":[{"id":"{ws}","enabled":true,"reset_usage":true}]}`},
		"the global access":      {"/integrations/{org}/workspaces", "/integrations/{org}", global, `{"global_workspace_access":null}`},
		"a provider":             {"/providers/{org}?workspace_id={ws}", "", `{"name":"P","note":"n",` + limit + `}`, `{"reset_usage":true}`},
		"a virtual key":          {"/virtual-keys/{org}?workspace_id={ws}", "", `{"name":"V","note":"n","rateLimits":[{"type":"requests","unit":"rpm","value":8}]}`, `{"note":"m"}`},
		"a virtual key's secret": {"/virtual-keys/{local}?workspace_id={ws}", "", `{"key":"sk-the-same-key-79"}`, `{"key":"sk-another-key-80"}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path, shown := fill.Replace(tt.path), fill.Replace(tt.shown)
			if shown == "" {
				shown = path
			}
			put := func(body string) (entries, changes int) {
				t.Helper()
				w.entries, w.changes = nil, nil
				w.must(orgAdmin, "PUT", path, fill.Replace(body))
				return len(w.entries), len(w.changes)
			}
			if entries, changes := put(tt.body); entries == 0 || changes == 0 {
				t.Fatal("the first PUT is not audited")
			}
			before := w.do(orgAdmin, "GET", shown, "").text
			for what, body := range map[string]string{"the same again": tt.body, "nothing": nothing(tt.body)} {
				if entries, changes := put(body); entries != 0 || changes != 0 {
					t.Errorf("%s: %d entries, %d rows to read again", what, entries, changes)
				}
				if after := w.do(orgAdmin, "GET", shown, "").text; after != before {
					t.Errorf("%s: was %s\nand is %s", what, before, after)
				}
			}
			if entries, _ := put(tt.change); entries == 0 {
				t.Error("a change is not audited")
			}
		})
	}
}

// A key that is sent back as it is shown is not changed, whatever wrote its times.
func TestAKeySentBackAsItIsShownIsNotChanged(t *testing.T) {
	w := newWorld(t)
	for name, more := range map[string]string{
		"a computed rotation":                  `"rotation_policy":{"rotation_period":"weekly"}`,
		"a rotation after days":                `"rotation_policy":{"rotation_period_days":30,"key_transition_period_ms":1800000}`,
		"a date of a rotation":                 `"rotation_policy":{"next_rotation_at":"2031-01-01"}`,
		"a date of a rotation, as it is shown": `"rotation_policy":{"next_rotation_at":"2031-01-01T00:00:00.000Z"}`,
		"a date of a rotation in words":        `"rotation_policy":{"next_rotation_at":"2031-01-01T00:00:00Z"}`,
		"a computed reset":                     `"usage_limits":{"credit_limit":5,"periodic_reset":"weekly"}`,
		"a reset after days":                   `"usage_limits":{"credit_limit":5,"periodic_reset_days":3}`,
		"a given reset":                        `"usage_limits":{"credit_limit":5,"periodic_reset":"weekly","next_usage_reset_at":"2031-01-01T00:00:00Z"}`,
		"a given reset after days":             `"usage_limits":{"credit_limit":5,"periodic_reset_days":3,"next_usage_reset_at":"2031-01-01T00:00:00.000Z"}`,
		"everything":                           `"rate_limits":[{"type":"requests","unit":"rpm","value":9}],"defaults":{"metadata":{"a":"b"}},"alert_emails":["a@example.com"],"expires_at":"2031-01-01T00:00:00+01:00"`,
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			path := "/api-keys/" + w.key("k", "organisation/service", `{"name":"k","scopes":["logs.list"],`+more+`}`)
			shown := w.must(orgAdmin, "GET", path, "")
			w.entries = nil
			w.must(orgAdmin, "PUT", path, jsonOf(t, shown))
			if len(w.entries) > 0 {
				t.Errorf("it was changed to %s", w.entries[0].After)
			}
			if again := w.must(orgAdmin, "GET", path, ""); jsonOf(t, again) != jsonOf(t, shown) {
				t.Errorf("was %s\nand is %s", jsonOf(t, shown), jsonOf(t, again))
			}
		})
	}
}

// nothing is a body that names no change, of the kind that body is.
func nothing(body string) string {
	if strings.Contains(body, `"models"`) {
		return `{"models":[]}`
	}
	return `{}`
}
