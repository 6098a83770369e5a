package exchange

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeepsOneOfAKind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(Variable, dir)
	t.Cleanup(func() { file = nil })
	kept := Exchange{Method: "GET", Path: "/v1/things/6f1ed002-ab12-4bcd-8ef0-0123456789ab", Status: 200, ContentType: "application/json", Body: []byte(`{"at":"2030-01-02T03:04:05.678Z"}`)}
	like, other := kept, kept
	like.Path, like.Body = "/v1/things/11111111-ab12-4bcd-8ef0-0123456789ab", []byte(`{"at":"2031-01-02T03:04:05.678Z"}`)
	other.Status = 404
	for _, e := range []Exchange{
		kept, like, other, kept, {Method: "GET", Path: "/healthz", Status: 200},
	} {
		if err := Record(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "killed.jsonl"), []byte(`{"Method":"GE`), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []Exchange
	if err := Read(dir, func(e Exchange) error { got = append(got, e); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Exchange{kept, other}, got); diff != "" {
		t.Error(diff)
	}
}

func TestProxyKeepsWhatPasses(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusConflict)
		fmt.Fprintf(w, `{"path":%q}`, r.URL.Path)
	}))
	defer server.Close()
	t.Setenv(Variable, "")
	if got := Proxy(t, server.URL); got != server.URL {
		t.Errorf("a way that keeps nothing leads over %s", got)
	}
	dir := t.TempDir()
	t.Setenv(Variable, dir)
	t.Cleanup(func() { file = nil })
	answer, err := http.Get(Proxy(t, server.URL) + "/v1/things?a=b")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || string(body) != `{"path":"/v1/things"}` {
		t.Fatalf("%v, %s", err, body)
	}
	var got []Exchange
	if err := Read(dir, func(e Exchange) error { got = append(got, e); return nil }); err != nil {
		t.Fatal(err)
	}
	want := []Exchange{{Method: "GET", Path: "/v1/things", Status: http.StatusConflict, ContentType: "application/json", Body: body}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
