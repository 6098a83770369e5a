package main

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/store/storetest/pgtest"
	"github.com/claviger/claviger/internal/vault/kek/file"
)

func masterKeyOf(letter string) string {
	return "CLAVIGER_MASTER_KEY=" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, file.Size)))
}

func TestServingFromPostgreSQL(t *testing.T) {
	database := pgtest.URL(t)
	s := &installation{t: t, dir: t.TempDir(), args: []string{"--database-url", database}, env: []string{
		masterKeyOf("a"), "CLAVIGER_BOOTSTRAP_KEY=" + adminKeyOfTests, "CLAVIGER_BOOTSTRAP_WORKSPACE_KEY=" + callerKeyOfTests,
	}}
	s.start()
	url, _ := providerOf(t)
	s.store(url)
	s.want(200, "POST", "/v1/chat/completions", callerKeyOfTests, question(false))
	if status := s.stop(); status != exitOK {
		t.Fatalf("status %d\n%s", status, s.log)
	}
	for _, name := range []string{file.Name, "claviger.db", keysFile} {
		if _, err := os.Stat(filepath.Join(s.dir, name)); err == nil {
			t.Errorf("%s was made beside PostgreSQL", name)
		}
	}

	var out log
	status := run(t.Context(), append([]string{"serve", "--listen=127.0.0.1:0", "--data-dir=" + s.dir}, s.args...), []string{masterKeyOf("b")}, &out, &out)
	if status != exitFailed || !strings.Contains(out.String(), "wrong master key") {
		t.Errorf("another master key: status %d\n%s", status, &out)
	}

	// A node whose database goes away serves on what it knows, and says so.
	s.start()
	s.want(200, "POST", "/v1/chat/completions", callerKeyOfTests, question(false))
	pgtest.Drop(t, database)
	s.want(200, "POST", "/v1/chat/completions", callerKeyOfTests, question(false))
	s.want(http.StatusServiceUnavailable, "POST", "/v1/chat/completions", "an unknown key", question(false))
	for { // a probe may show a state of up to a second ago
		res := s.send("GET", "/readyz", "", nil)
		res.Body.Close()
		if res.StatusCode == http.StatusServiceUnavailable {
			break
		}
	}
}
