// Package killtest kills the server under load, again and again, and checks
// that its ledger lost nothing and counted nothing twice.
package killtest

import (
	"os"
	"strconv"
	"testing"

	"github.com/claviger/claviger/internal/store/storetest/pgtest"
	"github.com/claviger/claviger/test/harness"
	"github.com/claviger/claviger/test/upstream"
)

func TestKillKeepsLedger(t *testing.T) {
	t.Run("on SQLite", func(t *testing.T) { killRounds(t, harness.Config{}) })
	t.Run("on PostgreSQL", func(t *testing.T) {
		harness.Require(t)
		killRounds(t, harness.Config{DatabaseURL: pgtest.URL(t)})
	})
}

// rounds is how often each installation is killed.
func rounds(t *testing.T) int {
	v := os.Getenv("CLAVIGER_KILL_ROUNDS")
	if v == "" {
		return 4
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		t.Fatalf("CLAVIGER_KILL_ROUNDS must be a number above 0")
	}
	return n
}

func killRounds(t *testing.T, config harness.Config) {
	server := harness.Start(t, config)
	provider := upstream.New(t)
	server.Integrate("scripted", map[string]any{
		"ai_provider_id": "openai", "key": "sk-scripted-provider-key",
		"configurations": map[string]any{"custom_host": provider.URL},
	})
	expected := newRecord()
	for round := range rounds(t) {
		load(t, server, round, expected)
		server.Start()
		checkLedger(t, server, provider, expected)
		if t.Failed() {
			t.Fatalf("after round %d", round+1)
		}
	}
	t.Logf("%d answers whose end arrived, %d requests in all, %d seen by the provider",
		len(expected.finished), expected.sent, len(provider.Seen()))
}
