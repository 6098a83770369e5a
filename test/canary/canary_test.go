// Package canary plants secrets in every sensitive field, drives every route
// and an upstream that echoes all it gets, and searches everything the server
// lets out: answers, logs, files, metrics. Nothing may be found.
package canary

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/store/storetest/pgtest"
	"github.com/claviger/claviger/test/harness"
	"github.com/claviger/claviger/test/upstream"
)

func TestNoSecretLeaks(t *testing.T) {
	t.Run("on SQLite", func(t *testing.T) { leaks(t, "") })
	t.Run("on PostgreSQL", func(t *testing.T) {
		harness.Require(t)
		leaks(t, pgtest.URL(t))
	})
}

func leaks(t *testing.T, database string) {
	server := harness.Start(t, harness.Config{DatabaseURL: database, Env: []string{"CLAVIGER_LOG_LEVEL=debug"}})
	d := &drive{t: t, server: server, provider: upstream.New(t)}
	d.know(given("bootstrap admin key", server.AdminKey), given("bootstrap workspace key", server.WorkspaceKey))
	raw, err := base64.StdEncoding.DecodeString(server.MasterKey)
	if err != nil {
		t.Fatal(err)
	}
	d.know(given("master key", server.MasterKey), given("master key, raw", string(raw)),
		given("master key in hex", hex.EncodeToString(raw)))

	d.store()
	d.gateway()
	d.strangers()
	d.routes()
	d.change()
	d.collect("/metrics", "/openapi.json", "/docs", "/healthz", "/readyz")
	d.files("running")
	if err := server.Terminate(); err != nil {
		t.Errorf("the server did not end well: %v", err)
	}
	d.outputs = append(d.outputs, output{where: "log", data: server.Log()})
	d.files("stopped")
	if database != "" {
		dump, err := exec.CommandContext(t.Context(), pgDump(t), "--dbname", database).Output()
		if err != nil {
			t.Fatalf("pg_dump: %v", err)
		}
		d.outputs = append(d.outputs, output{where: "database", data: dump})
	}
	d.report()
}

// report fails for each place where a secret was seen.
func (d *drive) report() {
	d.t.Helper()
	seen := map[string]bool{}
	for _, h := range search(d.secrets, d.outputs) {
		seen[h.secret+" in "+h.where+" ("+h.form+")"] = true
	}
	lines := make([]string, 0, len(seen))
	for line := range seen {
		lines = append(lines, line)
	}
	sort.Strings(lines)
	for _, line := range lines {
		d.t.Error("leak: " + line)
	}
	arrived := strings.Builder{}
	for _, r := range d.provider.Seen() {
		_ = r.Header.Write(&arrived)
		head := strings.Builder{}
		_ = r.Header.Write(&head) // a Builder takes everything
		for _, key := range []string{d.server.AdminKey, d.server.WorkspaceKey} {
			if strings.Contains(head.String()+string(r.Body), key) {
				d.t.Errorf("a gateway key went to the provider: %s %s", r.Method, r.Path)
			}
		}
	}
	for _, s := range d.secrets {
		if strings.HasSuffix(s.name, " key") && strings.HasPrefix(s.value, "sk-") || strings.HasSuffix(s.name, "header") {
			if !strings.Contains(arrived.String(), s.value) {
				d.t.Errorf("the provider never got the %s: the search for it proves nothing", s.name)
			}
		}
	}
	d.t.Logf("%d secrets, %d outputs", len(d.secrets), len(d.outputs))
}

// files collects every file of the installation.
func (d *drive) files(when string) {
	d.t.Helper()
	err := filepath.WalkDir(d.server.DataDir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a segment of the journal that was done with
		}
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		name, _ := filepath.Rel(d.server.DataDir, path)
		d.outputs = append(d.outputs, output{where: "file " + name + ", " + when, data: data})
		return err
	})
	if err != nil {
		d.t.Error(err)
	}
}

// collect keeps what a few open paths answer.
func (d *drive) collect(paths ...string) {
	d.t.Helper()
	for _, path := range paths {
		d.send(d.server.As(""), http.MethodGet, path, nil)
	}
}

func pgDump(t *testing.T) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if len(found) > 0 {
		return found[len(found)-1]
	}
	path, err := exec.LookPath("pg_dump")
	if err != nil {
		t.Fatal("no pg_dump; it comes with PostgreSQL's client programs")
	}
	return path
}
