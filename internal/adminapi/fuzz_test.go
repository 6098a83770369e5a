package adminapi

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// seeds are bodies that are nearly right.
var seeds = []string{
	``, `{}`, `[]`, `null`, `{"name":"n"}`, `{"name":"n","ai_provider_id":"openai","key":"k12345678","configurations":{"custom_headers":{"a":"b"}}}`,
	`{"name":"n","scopes":["completions.write"],"usage_limits":{"credit_limit":1},"defaults":{"metadata":{"a":"b"}},"expires_at":"2031-01-01T00:00:00Z"}`,
	`{"workspaces":[{"id":"x","enabled":true,"usage_limits":[{"credit_limit":1}]}],"global_workspace_access":{"enabled":true},"override_existing_workspace_access":true}`,
	`{"pricing_adjustments":{"multiplier":{"default":1,"image":{"default":1},"additional_units":{"a":1}}},"secret_mappings":[{"target_field":"key","secret_reference_id":"r"}]}`,
	"{\"a\":\"\xff\"}", `{"a":1,"a":2}`, `{"name":"\ud800"}`, strings.Repeat(`{"a":`, 2000), strings.Repeat(`[`, 9999) + strings.Repeat(`]`, 9999),
	`{"usage_limits":[{"credit_limit":1e999}]}`, `{"name":1e999}`, `{"configurations":{"custom_host":"http://[::1"}}`,
}

// poke sends body to every operation and looks at the answer.
func poke(w *world, path string, body []byte) {
	w.Helper()
	for _, op := range w.api.operations {
		filled := strings.NewReplacer("{type}", "workspace", "{subType}", "service").Replace(op.Path)
		for _, name := range []string{"{workspaceId}", "{id}", "{slug}"} {
			filled = strings.ReplaceAll(filled, name, path)
		}
		r := httptest.NewRequest(op.Method, "http://claviger.test/v1"+filled, bytes.NewReader(body))
		got := w.send(orgAdmin, r)
		if got.status >= http.StatusInternalServerError || strings.Contains(w.logs.String(), "panic") {
			w.Fatalf("%s: %d %.300s\n%.2000s", op.ID, got.status, got.text, w.logs.String())
		}
		if got.status != http.StatusOK {
			w.errorShape(got)
		}
	}
}

func TestNoBodyBreaksAnOperation(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	w := newWorld(t)
	random := rand.New(rand.NewPCG(1, 2))
	for _, s := range seeds {
		poke(w, "none", []byte(s))
		for range 3 {
			b := []byte(s)
			for range 1 + random.IntN(4) {
				if len(b) > 0 {
					b[random.IntN(len(b))] = byte(random.IntN(256))
				}
			}
			poke(w, "none", b)
		}
	}
}

func TestNoPathBreaksAnOperation(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	w := newWorld(t)
	for _, path := range []string{"%00", "%ff", "%2e%2e%2f", "a%2Fb", "%F0%9F%9A%80", strings.Repeat("x", 5000), "'%20OR%201=1", "%25", "*", "@slug"} {
		poke(w, path, []byte(`{"name":"n"}`))
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		poke(w.in(t), "none", body)
	})
}

func TestNoQueryBreaksAnOperation(t *testing.T) {
	w := newWorld(t)
	for _, query := range []string{
		"%zz", "&&&=", "page_size=%zz&currentPage=%", "page_size=99999999999999999999", "workspace_id=%00%ff", "name=%ff%00&exact_name=%00",
		"ids=,,,%00", "start_time=%00&end_time=++", "entry_id=%ff", "type=%00", strings.Repeat("a=b&", 5000), "status=active,,archived", ";;;",
	} {
		for _, op := range w.api.operations {
			if op.Method != http.MethodGet {
				continue
			}
			path := strings.NewReplacer("{workspaceId}", "x", "{id}", "x", "{slug}", "x").Replace(op.Path)
			r := httptest.NewRequest(op.Method, "http://claviger.test/v1"+path, nil)
			r.URL.RawQuery = query
			if got := w.send(orgAdmin, r); got.status >= http.StatusInternalServerError {
				t.Errorf("%s?%.40s: %d %s", op.ID, query, got.status, got.text)
			}
		}
	}
}
