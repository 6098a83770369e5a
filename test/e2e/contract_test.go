package e2e

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/claviger/claviger/internal/store/storetest/pgtest"
	"github.com/claviger/claviger/test/harness"
	"github.com/claviger/claviger/test/upstream"
)

// installed is a server with one scripted provider, "@scripted".
func installed(t *testing.T, config harness.Config) (*harness.Server, *upstream.Server) {
	t.Helper()
	server := harness.Start(t, config)
	scripted := upstream.New(t)
	server.Integrate("scripted", map[string]any{
		"ai_provider_id": "openai", "key": "sk-scripted-key-0123",
		"configurations": map[string]any{"custom_host": scripted.URL},
	})
	return server, scripted
}

// open starts a stream and returns once its headers are there.
func open(t *testing.T, ctx context.Context, c harness.Client, model string) *http.Response {
	t.Helper()
	req, err := c.Request(http.MethodPost, chat, map[string]any{
		"model": "@scripted/" + model, "stream": true, "messages": []any{map[string]any{"role": "user", "content": "x"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req.WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d", resp.StatusCode)
	}
	return resp
}

// until waits for a condition that requests and departures at the provider may
// bring about.
func until(t *testing.T, scripted *upstream.Server, what string, met func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		changed := scripted.Changed()
		if met() {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

func TestStopDrainsOpenStreams(t *testing.T) {
	server, scripted := installed(t, harness.Config{})
	resp := open(t, t.Context(), server.Workspace(), "stall")
	stopped := make(chan error, 1)
	go func() { stopped <- server.Terminate() }()

	// Released only once the server takes nobody new.
	deadline := time.Now().Add(20 * time.Second)
	for {
		answer, err := server.As("").Try(http.MethodGet, "/readyz", nil)
		if err != nil || answer.Status != http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the server goes on taking requests after SIGTERM")
		}
	}
	scripted.Release()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.HasSuffix(string(body), "data: [DONE]\n\n") {
		t.Errorf("the open stream did not end well: %v, ...%s", err, body[max(0, len(body)-100):])
	}
	if err := <-stopped; err != nil {
		t.Errorf("exit after SIGTERM: %v, want status 0", err)
	}
}

func TestClientThatLeavesCancelsTheProvider(t *testing.T) {
	server, scripted := installed(t, harness.Config{})
	ctx, leave := context.WithCancel(t.Context())
	resp := open(t, ctx, server.Workspace(), "stall")
	if _, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	leave()
	until(t, scripted, "the provider sees that the caller left", func() bool { return scripted.Gone() == 1 })
}

func TestRevokedKeyIsRefusedAtOnce(t *testing.T) {
	server, _ := installed(t, harness.Config{})
	made := server.Admin().Must(http.MethodPost, "/v1/api-keys/workspace/service", map[string]any{
		"name": "short-lived", "workspace_id": server.DefaultWorkspace(), "scopes": []string{"completions.write"},
	})
	app := server.As(made.Text("key"))
	app.Must(http.MethodPost, chat, good)
	server.Admin().Must(http.MethodDelete, "/v1/api-keys/"+made.Text("id"), nil)
	if resp := app.Do(http.MethodPost, chat, good); resp.Status != http.StatusUnauthorized {
		t.Errorf("status %d after the key was deleted, want 401", resp.Status)
	}
}

func TestRotatedCredentialIsUsedAtOnce(t *testing.T) {
	server, scripted := installed(t, harness.Config{})
	server.Workspace().Must(http.MethodPost, chat, good)
	server.Admin().Must(http.MethodPut, "/v1/integrations/scripted", map[string]any{"key": "sk-rotated-key-4567"})
	server.Workspace().Must(http.MethodPost, chat, good)
	seen := scripted.Seen()
	if got := seen[len(seen)-1].Header.Get("Authorization"); got != "Bearer sk-rotated-key-4567" {
		t.Errorf("the provider got %q after the rotation", got)
	}
}

func TestRestartKeepsEverything(t *testing.T) {
	for name, url := range map[string]func(*testing.T) string{
		"on SQLite":     func(*testing.T) string { return "" },
		"on PostgreSQL": func(t *testing.T) string { harness.Require(t); return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			server, _ := installed(t, harness.Config{DatabaseURL: url(t)})
			first := server.Workspace().Do(http.MethodPost, chat, good)
			if err := server.Terminate(); err != nil {
				t.Fatalf("exit: %v", err)
			}
			server.Start()
			server.Workspace().Must(http.MethodPost, chat, good)
			list := server.Admin().Must(http.MethodGet, "/v1/usage/entries", nil)
			ids := map[string]string{}
			rows, _ := list.At("data").([]any)
			for i := range rows {
				ids[list.Text("data", i, "id")] = list.Text("data", i, "status")
			}
			if id := first.Header.Get("x-claviger-entry-id"); ids[id] != "closed" {
				t.Errorf("entry %q of the first run is %q, want closed, among %v", id, ids[id], ids)
			}
		})
	}
}

func TestWrongMasterKeyRefusesToStart(t *testing.T) {
	server, _ := installed(t, harness.Config{})
	if err := server.Terminate(); err != nil {
		t.Fatalf("exit: %v", err)
	}
	right := server.MasterKey
	server.MasterKey = harness.NewMasterKey()
	if err := server.Attempt(); err == nil {
		t.Fatal("it started with another master key")
	}
	if log := string(server.Log()); !strings.Contains(log, "master key") {
		t.Errorf("the log does not say that the master key is wrong:\n%s", log)
	}
	server.MasterKey = right
	server.Start()
	server.Workspace().Must(http.MethodPost, chat, good)
}

func TestCommandLine(t *testing.T) {
	harness.Require(t)
	tests := map[string]struct {
		args     []string
		env      []string
		fails    bool
		contains []string
	}{
		"version says what it is": {args: []string{"version"}, contains: []string{"claviger"}},
		"help names the commands": {args: []string{"help"}, contains: []string{"serve", "migrate", "admin-key", "version"}},
		"every fault of the settings is named at once": {
			args: []string{"serve", "--listen", "nowhere", "--log-level", "loud"},
			env:  []string{"CLAVIGER_MASTER_KEY=short", "CLAVIGER_BOOTSTRAP_KEY=short"}, fails: true,
			contains: []string{"listen", "log-level", "CLAVIGER_MASTER_KEY", "CLAVIGER_BOOTSTRAP_KEY"}},
		"PostgreSQL without a master key is refused": {
			args: []string{"serve", "--database-url", "postgres://localhost:1/none"}, fails: true, contains: []string{"master"}},
		"an unknown command is refused": {args: []string{"frobnicate"}, fails: true, contains: []string{"frobnicate"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), harness.Binary(t), tt.args...)
			cmd.Dir = t.TempDir()
			cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir}, tt.env...)
			out, err := cmd.CombinedOutput()
			if (err != nil) != tt.fails {
				t.Fatalf("ended with %v: %s", err, out)
			}
			for _, want := range tt.contains {
				if !strings.Contains(string(out), want) {
					t.Errorf("no %q in %s", want, out)
				}
			}
		})
	}
}

func TestLostAdminKeyIsReplaced(t *testing.T) {
	server, _ := installed(t, harness.Config{})
	file := filepath.Join(t.TempDir(), "key")
	cmd := exec.CommandContext(t.Context(), harness.Binary(t), "admin-key", "--data-dir", server.DataDir, "--output", file)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "CLAVIGER_MASTER_KEY=" + server.MasterKey}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("admin-key: %v: %s", err, out)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key's file: %v, %v, want mode 0600", info, err)
	}
	key, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	server.As(strings.TrimSpace(string(key))).Must(http.MethodGet, "/v1/integrations", nil)
}
