package adminapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestEveryOperationDeclaresScopesAndBodyLimit(t *testing.T) {
	w := newWorld(t)
	if len(w.api.operations) < 20 {
		t.Fatalf("only %d operations", len(w.api.operations))
	}
	for _, op := range w.api.operations {
		if len(op.Scopes) == 0 {
			t.Errorf("%s declares no scope", op.ID)
		}
		for _, s := range op.Scopes {
			if !s.Known() {
				t.Errorf("%s declares %s, which is no scope", op.ID, s)
			}
		}
		if op.Body <= 0 || op.Body > fullBody {
			t.Errorf("%s declares a body limit of %d", op.ID, op.Body)
		}
		if op.Summary == "" || op.Tag == "" {
			t.Errorf("%s is not described", op.ID)
		}
	}
}

func TestEveryOperationIsServedUnderBothPrefixesToCallersOnly(t *testing.T) {
	w := newWorld(t)
	for _, op := range w.api.operations {
		for _, prefix := range []string{"/v1", "/v2"} {
			path := prefix + strings.NewReplacer("{", "", "}", "").Replace(op.Path)
			r, err := http.NewRequest(op.Method, "http://claviger.test"+path, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			got := w.send(nobody, r)
			if got.status != http.StatusUnauthorized || !strings.Contains(got.text, `"errorCode":"AB05"`) {
				t.Errorf("%s %s without a key: %d %s", op.Method, path, got.status, got.text)
			}
			if got.header.Get("x-portkey-request-id") == "" {
				t.Errorf("%s %s: no request id", op.Method, path)
			}
		}
	}
}

func TestOperationsRefuseKeysWithoutTheirScopes(t *testing.T) {
	w := newWorld(t)
	w.key("powerless", "organisation/service", `{"name":"powerless","scopes":["plugins.list"]}`)
	for _, op := range w.api.operations {
		got := w.do("powerless", op.Method, strings.NewReplacer("{", "", "}", "").Replace(op.Path), "not even json")
		if got.status != http.StatusForbidden || !strings.Contains(got.text, `"errorCode":"AB03"`) {
			t.Errorf("%s: %d %s", op.ID, got.status, got.text)
		}
	}
}

func TestUnknownRoutesKeepTheEnvelope(t *testing.T) {
	w := newWorld(t)
	tests := map[string]struct {
		method, path string
		status       int
	}{
		"unknown path":     {"GET", "/nothing", 404},
		"unknown method":   {"PATCH", "/integrations", 405},
		"doubled slash":    {"GET", "//integrations", 404},
		"dot segments":     {"GET", "/integrations/../api-keys", 404},
		"slash at the end": {"GET", "/integrations/", 404},
		"other letters":    {"GET", "/Integrations", 404},
	}
	for name, tt := range tests {
		got := w.do(orgAdmin, tt.method, tt.path, "")
		if got.status != tt.status || got.object["success"] != false {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
}

func TestDocuments(t *testing.T) {
	w := newWorld(t)
	get := func(path string) (string, http.Header) {
		r, err := http.NewRequest("GET", "http://claviger.test"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		if rec.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, rec.Code)
		}
		return rec.Body.String(), rec.Result().Header
	}
	spec, _ := get("/openapi.json")
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	if err := json.Unmarshal([]byte(spec), &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Fatalf("not an OpenAPI 3.1 document: %v", err)
	}
	page, header := get("/docs")
	if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("docs have the policy %q", csp)
	}
	for _, loaded := range []string{"src=", "http://", "https://", "<script"} {
		if strings.Contains(page, loaded) {
			t.Errorf("the docs page loads something: %s", loaded)
		}
	}
	for _, op := range w.api.operations {
		if doc.Paths[op.Path][strings.ToLower(op.Method)] == nil {
			t.Errorf("%s is not in the document", op.ID)
		}
		if !strings.Contains(page, op.Method+" /v1"+op.Path) {
			t.Errorf("%s is not on the docs page", op.ID)
		}
	}
	if strings.Contains(spec, "$schema") {
		t.Error("the document speaks of $schema")
	}
}
