package adminapi

import (
	"strings"
	"testing"
)

func TestProblemsAreWordedForWhoeverSentTheRequest(t *testing.T) {
	w := newWorld(t)
	w.must(workspace, "POST", "/virtual-keys", `{"name":"V","slug":"v","provider":"openai","key":"k12345678"}`)
	id := w.key("other", "workspace/service", `{"name":"K","scopes":[],"workspace_id":"`+w.made.Workspace.Slug+`"}`)
	long := strings.Repeat("n", 5000)
	tests := map[string]struct {
		method, path, body string
		says               []string
	}{
		"a virtual key that is not there":    {"GET", "/virtual-keys/none", "", []string{`"message":"virtual key not found"`}},
		"one that cannot be changed":         {"PUT", "/virtual-keys/none", "{}", []string{`"message":"virtual key not found"`}},
		"one that cannot be deleted":         {"DELETE", "/virtual-keys/none", "", []string{`"message":"virtual key not found"`}},
		"a provider that is not there":       {"GET", "/providers/none?workspace_id=" + w.made.Workspace.Slug, "", []string{`"message":"provider not found"`}},
		"a virtual key of an unknown kind":   {"POST", "/virtual-keys", `{"name":"V","provider":"nobody","workspace_id":"` + w.made.Workspace.Slug + `"}`, []string{`"path":"provider","message":"is no known provider; one of your own needs customHost"`}},
		"a limit of no type":                 {"PUT", "/api-keys/" + id, `{"usage_limits":{"credit_limit":5,"type":"x"}}`, []string{`"must be one of cost, tokens`}},
		"a period that is none":              {"PUT", "/api-keys/" + id, `{"usage_limits":{"credit_limit":5,"periodic_reset":"x"}}`, []string{`"must be one of monthly, weekly"`}},
		"a switch that is none":              {"PUT", "/api-keys/" + id, `{"reset_usage":"x"}`, []string{`"path":"reset_usage"`}},
		"names without end":                  {"PUT", "/api-keys/" + id, `{"defaults":{"` + long + `":1,"` + long + `":2}}`, []string{`"path":"defaults.` + long[:64] + `"`}},
		"problems in the order of the paths": {"POST", "/integrations", `{"ai_provider_id":7,"name":8,"description":9,"slug":10}`, []string{`[{"path":"ai_provider_id","message":"expected string"},{"path":"description","message":"expected string"},{"path":"name","message":"expected string"},{"path":"slug","message":"expected string"}]`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := w.in(t).do(orgAdmin, tt.method, tt.path, tt.body)
			if got.status < 400 || strings.Contains(got.text, `[\"`) || strings.Contains(got.text, ", \\\"") || strings.Contains(got.text, "schema") {
				t.Errorf("%d %s", got.status, got.text)
			}
			for _, says := range tt.says {
				if !strings.Contains(got.text, says) {
					t.Errorf("%d %s, without %s", got.status, got.text, says)
				}
			}
		})
	}
	got := w.do(orgAdmin, "PUT", "/virtual-keys/v?"+long+"=1", `{"`+long+`":1}`)
	if h := got.header.Get(ignoredHeader); h != long[:64]+","+long[:64] {
		t.Errorf("ignored %q", h)
	}
}

func TestWhatValidationSaysIsPutInWords(t *testing.T) {
	for said, want := range map[string]string{
		`expected value to be one of "monthly, weekly, "`:              "must be one of monthly, weekly",
		`expected value to be one of "<nil>, a, b"`:                    "must be one of a, b",
		"expected value to match exactly one schema but matched none":  "has none of the forms that it may have",
		"expected value to match at least one schema but matched none": "has none of the forms that it may have",
		"expected string": "expected string",
	} {
		if got := inWords(said); got != want {
			t.Errorf("%q is %q", said, got)
		}
	}
}
