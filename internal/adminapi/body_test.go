package adminapi

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestNamesAreCaseSensitiveAllTheWayDown(t *testing.T) {
	w := newWorld(t)
	got := w.do(orgAdmin, "POST", "/admin/workspaces", `{"name":"n","NAME":"other","defaults":{"Metadata":{"a":"b"}}}`)
	if got.status != 200 || got.object["name"] != "n" || got.object["defaults"] != nil {
		t.Errorf("%d %s", got.status, got.text)
	}
	if h := got.header.Get(ignoredHeader); h != "NAME,defaults.Metadata" {
		t.Errorf("ignored %q", h)
	}
}

func TestWrongTypesDoNotHideOtherProblems(t *testing.T) {
	w := newWorld(t)
	got := w.do(orgAdmin, "POST", "/api-keys/workspace/service", `{"name":"n","workspace_id":"`+w.made.Workspace.Slug+`","scopes":[1,"nonsense"],"defaults":{"metadata":"x","config_id":7},"expires_at":"never"}`)
	for _, path := range []string{"scopes[0]", "scopes[1]", "defaults.metadata", "defaults.config_id", "expires_at"} {
		if !strings.Contains(got.text, `"path":"`+path+`"`) {
			t.Errorf("%s is not named: %s", path, got.text)
		}
	}
	if n := len(got.object["problems"].([]any)); n != 5 {
		t.Errorf("%d problems: %s", n, got.text)
	}
}

func TestAnswersToBodiesThatAreWrongAllOverAreBounded(t *testing.T) {
	w := newWorld(t)
	var units, rows strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&units, `"u%d":-1,`, i)
		rows.WriteString(`5,`)
	}
	for path, body := range map[string]string{
		"/integrations":                  `{"name":"n","ai_provider_id":"openai","key":"k12345678","pricing_adjustments":{"multiplier":{"additional_units":{` + strings.TrimSuffix(units.String(), ",") + `}}}}`,
		"/api-keys/organisation/service": `{"name":"n","scopes":[` + strings.TrimSuffix(rows.String(), ",") + `]}`,
	} {
		if got := w.do(orgAdmin, "POST", path, body); got.status != 400 || len(got.text) > 100_000 {
			t.Errorf("%s: %d, %d bytes", path, got.status, len(got.text))
		}
	}
}

func TestProblemsNeverHoldTheValue(t *testing.T) {
	w := newWorld(t)
	secret := w.plant("canary-value-that-was-sent")
	for _, body := range []string{
		`{"name":["` + secret + `"],"key":{"a":"` + secret + `"},"slug":"` + secret + `!","ai_provider_id":"` + secret + `","description":{"x":"` + secret + `"}}`,
		`{"key":"` + secret + `","name":"n","ai_provider_id":"openai","configurations":{"custom_host":"` + secret + `","custom_headers":"` + secret + `"}}`,
		`{"key":"` + secret, `"` + secret + `"`, `{"key":"` + secret + `","key":"` + secret + `"}`, `{"key":"` + secret + `\n","name":"n","ai_provider_id":"openai"}`,
	} {
		if got := w.do(orgAdmin, "POST", "/integrations", body); got.status != 400 {
			t.Errorf("%d %s", got.status, got.text)
		}
	}
}

func TestAnyContentTypeIsReadAsJSON(t *testing.T) {
	w := newWorld(t)
	for _, ct := range []string{"", "application/json; charset=utf-8", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "+;;"} {
		r := httptest.NewRequest("POST", "http://claviger.test/v1/integrations", strings.NewReader(`{"name":"n","ai_provider_id":"openai","key":"k12345678"}`))
		r.Header.Set("Content-Type", ct)
		r.Header.Set("Accept", "text/html")
		if got := w.send(orgAdmin, r); got.status != 200 {
			t.Errorf("%q: %d %s", ct, got.status, got.text)
		}
	}
}

func TestAnEmptyBodyIsToldWhatItLacksAndNothingElse(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]string{
		"/integrations": `["ai_provider_id","name"]`, "/virtual-keys": `["name","provider"]`, "/providers": `["integration_id","name"]`,
	} {
		got := w.do(workspace, "POST", path, `{}`)
		paths := []string{}
		for _, p := range got.object["problems"].([]any) {
			paths = append(paths, p.(map[string]any)["path"].(string))
		}
		slices.Sort(paths)
		same(t, path, paths, want)
	}
}
