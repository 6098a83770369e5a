// Package e2e drives the built server from outside: with the official SDKs and
// other clients against an emulator of the providers, and with requests that no
// client should send.
package e2e

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/store/storetest/pgtest"
	"github.com/claviger/claviger/test/exchange"
	"github.com/claviger/claviger/test/harness"
	"github.com/claviger/claviger/test/upstream"
)

// TestSDKs runs every check of every SDK program as a subtest of its own.
func TestSDKs(t *testing.T) {
	t.Run("on SQLite", func(t *testing.T) { runSDKs(t, harness.Config{}) })
	t.Run("on PostgreSQL", func(t *testing.T) {
		harness.Require(t)
		runSDKs(t, harness.Config{DatabaseURL: pgtest.URL(t)})
	})
}

func runSDKs(t *testing.T, config harness.Config) {
	server := harness.Start(t, config)
	providerKey := "sk-emulated-" + harness.RandomHex(24)
	emulator := startAimock(t, providerKey)
	scripted := upstream.New(t)

	server.Integrate("emulated", map[string]any{
		"ai_provider_id": "openai", "key": providerKey,
		"configurations": map[string]any{"custom_host": emulator},
	})
	server.Integrate("emulated-anthropic", map[string]any{
		"ai_provider_id": "anthropic", "key": providerKey,
		"configurations": map[string]any{"custom_host": emulator},
	})
	server.Integrate("scripted", map[string]any{
		"ai_provider_id": "openai", "key": providerKey,
		"configurations": map[string]any{"custom_host": scripted.URL},
	})
	environment := append(os.Environ(),
		"CLAVIGER_URL="+exchange.Proxy(t, server.URL), "ADMIN_KEY="+server.AdminKey, "WORKSPACE_KEY="+server.WorkspaceKey,
		"PROVIDER_KEY="+providerKey, "PROVIDER_URL="+emulator, "PYTHONDONTWRITEBYTECODE=1")

	python := filepath.Join(harness.Root(), ".cache", "venv", "bin", "python")
	for name, command := range map[string][]string{
		"Python openai":  {python, "test/python/sdk_openai.py"},
		"Python portkey": {python, "test/python/sdk_portkey.py"},
		"Node openai":    {"node", "test/node/sdk_openai.mjs"},
		"Node portkey":   {"node", "test/node/sdk_portkey.mjs"},
		"MCP admin":      {"node", "test/node/mcp_admin.mjs"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
			cmd.Dir, cmd.Env = harness.Root(), environment
			runChecks(t, cmd)
		})
	}
}

// runChecks runs a program that prints a line for each check.
func runChecks(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var rest strings.Builder
	cmd.Stderr = &rest
	out, err := cmd.Output()
	passed, failed := 0, 0
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "ok "); ok {
			passed++
			t.Run(name, func(*testing.T) {})
		} else if report, ok := strings.CutPrefix(line, "FAIL "); ok {
			failed++
			name, reason, _ := strings.Cut(report, "\t")
			t.Run(name, func(t *testing.T) { t.Error(reason) })
		} else {
			rest.WriteString(line + "\n")
		}
	}
	if passed == 0 || (err != nil && failed == 0) {
		t.Errorf("the program ended early (%v) after %d checks:\n%s", err, passed, rest.String())
	}
}

// startAimock runs the emulator until the test ends; only key opens it. It
// returns the base URL with the version path.
func startAimock(t *testing.T, key string) string {
	t.Helper()
	cmd := exec.Command("node", "aimock.mjs")
	cmd.Dir = filepath.Join(harness.Root(), "test", "node")
	cmd.Env = append(os.Environ(), "PROVIDER_KEY="+key)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe() // its end ends the emulator
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start aimock: %v (make setup)", err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait()
	})
	lines := bufio.NewReader(stdout)
	url, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("aimock said no address: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return strings.TrimSpace(url) + "/v1"
}
