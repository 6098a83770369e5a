package httpx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
)

func TestErrorsBecomeTheDocumentedAnswers(t *testing.T) {
	down := claviger.Fail(claviger.Unavailable, "store is down").Because(errors.New("dial 10.0.0.9: refused"))
	busy := &claviger.Error{Code: claviger.TooMany, Message: "slow down", RetryAfter: 1200 * time.Millisecond}
	tests := map[string]struct {
		err        error
		status     int
		admin      claviger.Code
		retryAfter string
		gateway    string
		code       any // of the gateway form
	}{
		"a missing thing":         {claviger.Missing("integration"), 404, claviger.NotFound, "", "integration not found", nil},
		"a wrapped missing thing": {fmt.Errorf("read: %w", claviger.Missing("provider")), 404, claviger.NotFound, "", "provider not found", nil},
		"a wrong field":           {&claviger.Error{Code: claviger.Invalid, Message: "Invalid request", Problems: claviger.Problems{{Path: "name", Message: "is required"}}}, 400, claviger.Invalid, "", "Invalid request: name: is required", nil},
		"a refusal":               {claviger.Fail(claviger.Forbidden, "no"), 403, claviger.Forbidden, "", "no", "033"},
		"a bad key":               {claviger.Fail(claviger.Unauthorised, "whatever"), 401, claviger.Unauthorised, "", "Portkey Error: Invalid API Key. Error Code: 03", "03"},
		"a taken slug":            {claviger.Fail(claviger.Conflict, "taken"), 409, claviger.Conflict, "", "taken", nil},
		"a stale write":           {claviger.Fail(claviger.Stale, "changed"), 409, claviger.Conflict, "", "changed", nil},
		"a body too large":        {TooLarge(32 << 20), 413, claviger.Invalid, "", "Payload size exceeds the limit of 32MB", nil},
		"too many":                {busy, 429, claviger.TooMany, "2", "slow down", nil},
		"a part that is down":     {down, 503, claviger.Internal, "", "store is down", nil},
		"anything else":           {errors.New("pq: password=hunter2"), 500, claviger.Internal, "", fixed, nil},
		"an error without a code": {&claviger.Error{Message: "hunter2"}, 500, claviger.Internal, "", fixed, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			log := slog.New(slog.NewTextHandler(&logged, nil))

			w := httptest.NewRecorder()
			WriteAdmin(w, log, tt.err)
			var a AdminError
			decode(t, w, tt.status, &a)
			if a.Success || a.Data.ErrorCode != string(tt.admin) || *a.Error.Code != string(tt.admin) || a.Data.Message != a.Error.Message {
				t.Errorf("admin form: %s", w.Body)
			}
			if got := w.Header().Get("Retry-After"); got != tt.retryAfter {
				t.Errorf("admin Retry-After = %q, want %q", got, tt.retryAfter)
			}

			w = httptest.NewRecorder()
			if got := WriteGateway(w, log, tt.err); got != tt.status {
				t.Errorf("WriteGateway = %d, want %d", got, tt.status)
			}
			var g struct {
				Status, Message string
				Error           struct {
					Message           string
					Type, Param, Code any
				}
			}
			decode(t, w, tt.status, &g)
			if g.Status != "failure" || g.Message != tt.gateway || g.Error.Message != tt.gateway || g.Error.Code != tt.code || g.Error.Param != nil {
				t.Errorf("gateway form: %s", w.Body)
			}
			if got := w.Header().Get("X-Portkey-Gateway-Exception"); (got == "true") != (tt.status == 500) {
				t.Errorf("gateway exception header = %q at %d", got, tt.status)
			}
			if strings.Contains(w.Body.String(), "hunter2") || strings.Contains(w.Body.String(), "10.0.0.9") {
				t.Errorf("internal detail left the house: %s", w.Body)
			}
			if noisy := tt.status >= 500; noisy != (logged.Len() > 0) {
				t.Errorf("logged %q at status %d", logged.String(), tt.status)
			}
		})
	}
}

func decode(t *testing.T, w *httptest.ResponseRecorder, status int, v any) {
	t.Helper()
	if w.Code != status || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("status %d, type %q; want %d, JSON", w.Code, w.Header().Get("Content-Type"), status)
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
}

func TestOwnFailuresKeepTheirWords(t *testing.T) {
	w := httptest.NewRecorder()
	f := &Failure{Status: 408, Message: "Request exceeded the timeout sent in the request: 5ms", Type: "timeout_error"}
	WriteGateway(w, slog.New(slog.DiscardHandler), fmt.Errorf("attempt: %w", f))
	want := `{"status":"failure","message":"Request exceeded the timeout sent in the request: 5ms","error":{"message":"Request exceeded the timeout sent in the request: 5ms","type":"timeout_error","param":null,"code":null}}`
	if w.Code != 408 || w.Body.String() != want {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if bytes.ContainsRune(f.Body(), '\n') {
		t.Error("a body with a line end breaks an event")
	}
	if got := ExpiredKey.Message; got != "Portkey Error: Portkey API Key Expired. Error Code: 01" {
		t.Errorf("expired key: %q", got)
	}
}

func TestProblemsAreNamedOneByOne(t *testing.T) {
	var p claviger.Problems
	p.Add("name", "is required")
	p.Add("workspaces[1].id", "must be a string")
	status, body := Admin(p.Err())
	if status != 400 || len(body.Problems) != 2 || body.Problems[1].Path != "workspaces[1].id" || body.Error.Param != nil {
		t.Errorf("got %d %+v", status, body)
	}
	if _, body := Admin(p[:1].Err()); *body.Error.Param != "name" {
		t.Errorf("a single problem names its parameter: %+v", body.Error)
	}
}

func TestAClientThatLeftIsNoError(t *testing.T) {
	var logged bytes.Buffer
	Report(slog.New(slog.NewTextHandler(&logged, nil)), "id", fmt.Errorf("read: %w", context.Canceled))
	if logged.Len() > 0 {
		t.Errorf("logged %s", &logged)
	}
}

func TestUnknownRoutesAnswerInTheEnvelope(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/things/{id}", func(w http.ResponseWriter, r *http.Request) {
		WriteJSON(w, 200, map[string]string{"id": r.PathValue("id")})
	})
	mux.HandleFunc("DELETE /v1/things/{id}", func(w http.ResponseWriter, _ *http.Request) { WriteJSON(w, 200, struct{}{}) })
	h := Enveloped(slog.New(slog.DiscardHandler), mux)
	tests := map[string]struct {
		method, target string
		status         int
		holds          string
	}{
		"a known route":                     {"GET", "/v1/things/a", 200, `"id":"a"`},
		"a known route with an empty query": {"GET", "/v1/things/a?", 200, `"id":"a"`},
		"an unknown path":                   {"GET", "/v1/nothing", 404, `"errorCode":"AB08"`},
		"a route that is not served":        {"POST", "/v1/responses", 404, `serves no such route; docs/compatibility.md`},
		"a base URL without the version":    {"POST", "/chat/completions", 404, `the API is below /v1`},
		"a base URL with the version twice": {"GET", "/v1/v1/things/a", 404, `has the version twice`},
		"a path that looks like a version":  {"GET", "/v12/things", 404, `the API is below /v1`},
		"an unknown method":                 {"PATCH", "/v1/things/a", 405, `"message":"Method not allowed"`},
		"a path with an empty element":      {"GET", "/v1//things/a", 404, `"AB08"`},
		"a path with dots":                  {"GET", "/v1/x/../things/a", 404, `"AB08"`},
		"the whole server":                  {"OPTIONS", "*", 404, `"AB08"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, "/", nil)
			target := tt.target
			path, query, _ := strings.Cut(target, "?")
			r.URL.Path, r.URL.RawQuery, r.RequestURI = path, query, target
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.holds) {
				t.Errorf("got %d %s, want %d with %s", w.Code, w.Body, tt.status, tt.holds)
			}
			if allow := w.Header().Get("Allow"); tt.status == 405 && !strings.Contains(allow, "DELETE") {
				t.Errorf("Allow = %q", allow)
			}
		})
	}
}
