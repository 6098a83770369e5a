package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/store/sqlite"
)

func TestTheCheckOfTheLedgerReadsTheFilesFirst(t *testing.T) {
	for _, name := range []string{sqlite.ControlFile, sqlite.LedgerFile} {
		dir := ledgerOf(t)
		path := filepath.Join(dir, name)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		damage := bytes.Repeat([]byte("damage "), 1000)
		if err := os.WriteFile(path, append(content[:8192:8192], damage...), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs strings.Builder
		status := run(t.Context(), []string{"ledger", "check", "--data-dir", dir}, nil, &out, &errs)
		if status != exitFailed || !strings.Contains(errs.String(), name) || !strings.Contains(errs.String(), "it is damaged") {
			t.Errorf("%s: status %d, %s%s", name, status, out.String(), errs.String())
		}
	}
}
