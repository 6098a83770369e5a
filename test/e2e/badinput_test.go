package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/claviger/claviger/test/harness"
	"github.com/claviger/claviger/test/upstream"
)

// badInput is a request that must be refused.
type badInput struct {
	key          string // whose: "admin", "workspace", "reader", "other", "none", or the key itself
	method, path string
	body         any
	headers      []string
	status       int
	code         string   // of the admin API: "AB01"; "" for the gateway's errors
	contains     []string // in the body
	lacks        []string // nowhere in the body
}

const (
	good    = `{"model":"@scripted/ok","messages":[{"role":"user","content":"hello"}]}`
	chat    = "/v1/chat/completions"
	deep    = 20_000
	oneGood = `"name":"n","slug":"bad-input","ai_provider_id":"openai","key":"sk-must-not-be-shown"`
)

func TestBadInput(t *testing.T) {
	server := harness.Start(t, harness.Config{})
	scripted := upstream.New(t)
	server.Integrate("scripted", map[string]any{
		"ai_provider_id": "openai", "key": "sk-scripted-key-0123",
		"configurations": map[string]any{"custom_host": scripted.URL},
	})
	admin := server.Admin()
	mine := server.DefaultWorkspace()
	theirs := admin.Must(http.MethodPost, "/v1/admin/workspaces", map[string]any{"name": "another team"})
	admin.Must(http.MethodPost, "/v1/integrations", map[string]any{
		"name": "theirs", "slug": "theirs-only", "ai_provider_id": "openai", "key": "sk-of-another-team",
		"workspace_id": theirs.Text("id"),
	})
	newKey := func(workspace string, scopes ...string) string {
		return admin.Must(http.MethodPost, "/v1/api-keys/workspace/service", map[string]any{
			"name": "k", "workspace_id": workspace, "scopes": scopes,
		}).Text("key")
	}
	revoked := admin.Must(http.MethodPost, "/v1/api-keys/workspace/service", map[string]any{
		"name": "revoked", "workspace_id": mine, "scopes": []string{"completions.write"},
	})
	admin.Must(http.MethodDelete, "/v1/api-keys/"+revoked.Text("id"), nil)
	keys := map[string]string{
		"admin": server.AdminKey, "workspace": server.WorkspaceKey, "none": "",
		"reader": newKey(mine, "models.list"), "other": newKey(theirs.Text("id"), "completions.write"),
		"revoked": revoked.Text("key"),
	}

	before := state(t, admin)
	seen := len(scripted.Seen())
	for name, tt := range badInputs(mine) {
		t.Run(name, func(t *testing.T) {
			resp, err := server.As(keys[tt.key]).Try(tt.method, tt.path, tt.body, tt.headers...)
			if err != nil {
				t.Fatal(err)
			}
			check(t, tt, resp)
			if !server.Running() {
				t.Fatal("the server died")
			}
		})
	}
	if after := state(t, admin); after != before {
		t.Errorf("refused requests changed something:\nbefore %s\nafter  %s", before, after)
	}
	if got := len(scripted.Seen()); got != seen {
		t.Errorf("%d refused requests reached the provider", got-seen)
	}
}

func check(t *testing.T, tt badInput, resp harness.Response) {
	t.Helper()
	body := string(resp.Body)
	if resp.Status != tt.status {
		t.Fatalf("status %d, want %d: %s", resp.Status, tt.status, body)
	}
	if resp.Header.Get("x-portkey-request-id") == "" {
		t.Error("no x-portkey-request-id: SDKs would send the request again")
	}
	if tt.code != "" {
		obj, err := resp.Object()
		if err != nil {
			t.Fatalf("no JSON object: %s", body)
		}
		if obj.At("success") != false || obj.Text("data", "errorCode") != tt.code || obj.Text("data", "message") == "" {
			t.Errorf("not the documented shape with %s: %s", tt.code, body)
		}
		if obj.Text("error", "message") == "" {
			t.Errorf("no error.message, which the Python SDK reads: %s", body)
		}
	} else if !json.Valid(resp.Body) {
		t.Errorf("no JSON: %s", body)
	}
	for _, want := range tt.contains {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	for _, not := range append(tt.lacks, "sk-must-not-be-shown", "goroutine ", ".go:") {
		if strings.Contains(body, not) {
			t.Errorf("%q in %s", not, body)
		}
	}
}

// state is everything the admin API shows, as text to compare.
func state(t *testing.T, admin harness.Client) string {
	t.Helper()
	var b strings.Builder
	for _, path := range []string{
		"/v1/integrations", "/v1/integrations/scripted", "/v1/integrations/scripted/workspaces",
		"/v1/admin/workspaces", "/v1/api-keys", "/v1/virtual-keys", "/v1/providers",
	} {
		resp := admin.Do(http.MethodGet, path, nil)
		if resp.Status != http.StatusOK {
			t.Fatalf("GET %s: %d %s", path, resp.Status, resp.Body)
		}
		b.Write(resp.Body)
	}
	return b.String()
}
