package contract

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi-validator/responses"

	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/test/exchange"
	"github.com/claviger/claviger/test/openapi"
)

// keptVariable names the directory that other tests left their answers in.
const keptVariable = "CLAVIGER_CONTRACT"

// TestAnswersAreAsDocumented holds every answer of the admin API that other
// tests got against the document, and asks that they got a good one from each
// operation.
func TestAnswersAreAsDocumented(t *testing.T) {
	dir := os.Getenv(keptVariable)
	if dir == "" {
		t.Skip("needs the answers that other tests got: make contract")
	}
	v := newValidator(t, closed(t)).GetResponseBodyValidator()
	all, err := openapi.Operations()
	if err != nil || len(all) < 20 {
		t.Fatalf("%d operations, %v", len(all), err)
	}
	good := map[string]bool{}
	checked, wrong := 0, map[string]bool{}
	err = exchange.Read(dir, func(e exchange.Exchange) error {
		id, op, ok := match(all, e)
		if !ok {
			if _, model := gateway.Routes()[e.Path]; !model && e.Status < http.StatusBadRequest {
				t.Errorf("%s %s answered %d and is not in the document", e.Method, e.Path, e.Status)
			}
			return nil
		}
		checked++
		good[id] = good[id] || e.Status == http.StatusOK
		if what := fault(v, op, e); what != "" && !wrong[id+what] {
			wrong[id+what] = true
			t.Errorf("%s %s, %d: %s: %s%.2000s", e.Method, e.Path, e.Status, id, what, e.Body)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d answers of %d operations", checked, len(good))
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if !good[id] && !all[id].Root { // what tests keep is of the versioned API
			t.Errorf("no test got a good answer from %s", id)
		}
	}
}

// fault says in what an answer is not as documented; "" when it is.
func fault(v responses.ResponseBodyValidator, op openapi.Operation, e exchange.Exchange) string {
	if len(e.Body) == 0 {
		return "no body" // which the validator takes for none that is to be looked at
	}
	path := strings.NewReplacer("{", "", "}", "").Replace(op.Path)
	request := httptest.NewRequest(op.Method, "http://claviger.test/v1"+path, nil)
	answer := &http.Response{StatusCode: e.Status, Request: request,
		Header: http.Header{"Content-Type": {e.ContentType}}, Body: io.NopCloser(bytes.NewReader(e.Body))}
	_, errs := v.ValidateResponseBody(request, answer)
	return explain(errs)
}

// What would a comparison be worth that finds nothing?
func TestWrongAnswersAreFound(t *testing.T) {
	const (
		json  = "application/json"
		right = `{"id":"6f1ed002-ab12-4bcd-8ef0-0123456789ab","slug":"a","object":"integration"}`
		error = `{"success":false,"data":{"message":"m","errorCode":"AB01"},"message":"m","error":{"message":"m","type":null,"param":null,"code":null}}`
	)
	tests := map[string]struct {
		status      int
		contentType string
		body        string
		wrong       bool
	}{
		"the documented answer":         {200, json, right, false},
		"the documented error":          {400, json, error, false},
		"a status that is not there":    {418, json, error, true},
		"another good status":           {201, json, right, true},
		"another content type":          {200, "text/plain", right, true},
		"no content type":               {200, "", right, true},
		"a field of another type":       {200, json, strings.Replace(right, `"a"`, `7`, 1), true},
		"null where there is always":    {200, json, strings.Replace(right, `"a"`, `null`, 1), true},
		"an id that is no UUID":         {200, json, strings.Replace(right, "6f1e", "nope", 1), true},
		"a field that is missing":       {200, json, strings.Replace(right, `"slug":"a",`, ``, 1), true},
		"a field that is not there":     {200, json, strings.Replace(right, `"slug"`, `"new":1,"slug"`, 1), true},
		"an error that lacks its parts": {400, json, `{"success":false,"message":"m"}`, true},
		"no body":                       {200, json, ``, true},
		"an array":                      {200, json, `[]`, true},
	}
	v := newValidator(t, closed(t)).GetResponseBodyValidator()
	all, err := openapi.Operations()
	if err != nil {
		t.Fatal(err)
	}
	op := all["create-integration"]
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			what := fault(v, op, exchange.Exchange{Status: tt.status, ContentType: tt.contentType, Body: []byte(tt.body)})
			if (what != "") != tt.wrong {
				t.Errorf("found %q", what)
			}
		})
	}
}

// match finds the operation that was asked.
func match(all map[string]openapi.Operation, e exchange.Exchange) (id string, op openapi.Operation, ok bool) {
	_, path, _ := strings.Cut(strings.TrimPrefix(e.Path, "/"), "/") // without the version
	parts := strings.Split(path, "/")
	best := -1
	for candidate, o := range all {
		if literal := fits(strings.Split(o.Path[1:], "/"), parts); o.Method == e.Method && literal > best {
			id, op, ok, best = candidate, o, true, literal
		}
	}
	return id, op, ok
}

// fits counts the literal elements that path shares with a template; -1: it is
// another path.
func fits(template, path []string) int {
	if len(template) != len(path) {
		return -1
	}
	literal := 0
	for i, part := range template {
		switch {
		case strings.HasPrefix(part, "{"):
			if value, err := url.PathUnescape(path[i]); err != nil || value == "" {
				return -1
			}
		case part == path[i]:
			literal++
		default:
			return -1
		}
	}
	return literal
}
