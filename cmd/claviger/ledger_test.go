package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store/sqlite"
)

// ledgerOf makes a store in a directory with two closed entries of one key,
// which count on its budget and on the group of a policy.
func ledgerOf(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	st, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	opened := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	charges := claviger.AppendCharge(nil, claviger.Charge{Counter: claviger.Counter{Kind: claviger.CountAPIKey, Measure: claviger.MeasureCost, Cadence: "none"}})
	charges = claviger.AppendCharge(charges, claviger.Charge{Counter: claviger.Counter{Kind: claviger.CountUsagePolicy, ID: "p", Measure: claviger.MeasureTokens,
		Cadence: "monthly", Value: "metadata._user:\x1b[31m"}, Window: opened})
	var entries []claviger.Entry
	for range 2 {
		id := claviger.NewEntryID()
		entries = append(entries, claviger.Entry{Status: claviger.EntryClosed,
			Opening: claviger.Opening{ID: id, OrganisationID: "o", APIKeyID: "k", OpenedAt: opened, Charges: string(charges)},
			Closing: claviger.Closing{ID: id, Outcome: claviger.Success, Tokens: claviger.Tokens{Input: 5}, Cost: 70, ClosedAt: opened}})
	}
	if err := st.Ship(t.Context(), "node", entries, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// inLedger runs a statement on the file beside whoever has it.
func inLedger(t *testing.T, dir, statement string) {
	t.Helper()
	inFile(t, filepath.Join(dir, sqlite.LedgerFile), statement)
}

func inFile(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestTheLedgerIsCheckedAndRepaired(t *testing.T) {
	const (
		lists = "All totals of lists are as counted.\n"
		all   = "2 counter(s), all as the entries of the ledger say.\n" + lists
	)
	tests := map[string]struct{ damage, says string }{
		"a counter of too much": {"UPDATE counters SET used = 999 WHERE kind = 'api_key'",
			"organisation o: api_key/k/cost/none: stored 999 since the beginning, recomputed 140 since the beginning\n"},
		"a counter below nothing": {"UPDATE counters SET used = -1 WHERE kind = 'api_key'",
			"organisation o: api_key/k/cost/none: stored -1 since the beginning, recomputed 140 since the beginning\n"},
		"a counter in another window": {"UPDATE counters SET window_us = window_us + 1 WHERE kind = 'usage_policy'",
			`organisation o: "usage_policy/p/tokens/monthly/metadata._user:\x1b[31m": stored 10 since 2026-03-04T05:06:07.000001Z, recomputed 10 since 2026-03-04T05:06:07Z` + "\n"},
		"a counter that is missing": {"DELETE FROM counters WHERE kind = 'api_key'",
			"organisation o: api_key/k/cost/none: stored nothing, recomputed 140 since the beginning\n"},
		"a counter of nobody": {"INSERT INTO counters VALUES ('o', 'provider', 'x', 'cost', 'none', '', 0, 7)",
			"organisation o: provider/x/cost/none: stored 7 since 1970-01-01T00:00:00Z, recomputed nothing\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := ledgerOf(t)
			check := func(flags ...string) (status int, stdout, stderr string) {
				var out, errs strings.Builder
				status = run(t.Context(), append([]string{"ledger", "check", "--data-dir", dir}, flags...), nil, &out, &errs)
				return status, out.String(), errs.String()
			}
			if status, out, _ := check(); status != exitOK || out != all {
				t.Errorf("a sound ledger: %d %q", status, out)
			}
			inLedger(t, dir, tt.damage)
			for range 2 { // looking changes nothing
				if status, out, errs := check(); status != exitFailed || !strings.HasPrefix(out, tt.says) || !strings.Contains(errs, "1 counter(s) and 0 total(s) differ") {
					t.Errorf("the damage: %d %q %q", status, out, errs)
				}
			}
			server, err := takeDataDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			if status, out, errs := check("--repair"); status != exitFailed || out != "" || !strings.Contains(errs, "another claviger process") {
				t.Errorf("a repair beside a server: %d %q %q", status, out, errs)
			}
			server.release()
			if status, out, _ := check("--repair"); status != exitOK || !strings.HasPrefix(out, tt.says) || !strings.HasSuffix(out, "1 of them repaired.\n"+lists) {
				t.Errorf("the repair: %d %q", status, out)
			}
			if status, out, _ := check(); status != exitOK || out != all {
				t.Errorf("after the repair: %d %q", status, out)
			}
		})
	}
}

func TestTotalsOfListsAreCheckedAndRepaired(t *testing.T) {
	dir := ledgerOf(t)
	inFile(t, filepath.Join(dir, sqlite.ControlFile), "INSERT INTO list_counts VALUES ('o', 'api_keys', 'w', 'workspace-user', 0, 7)")
	check := func(flags ...string) (int, string, string) {
		var out, errs strings.Builder
		status := run(t.Context(), append([]string{"ledger", "check", "--data-dir", dir}, flags...), nil, &out, &errs)
		return status, out.String(), errs.String()
	}
	const says = "organisation o: total api_keys/workspace-user of w: stored 7, counted 0\n"
	if status, out, errs := check(); status != exitFailed || !strings.HasPrefix(out, says) || !strings.Contains(errs, "0 counter(s) and 1 total(s) differ") {
		t.Errorf("the damage: %d %q %q", status, out, errs)
	}
	if status, out, _ := check("--repair"); status != exitOK || !strings.HasPrefix(out, says) || !strings.HasSuffix(out, "1 total(s) of lists repaired.\n") {
		t.Errorf("the repair: %d %q", status, out)
	}
	if status, out, _ := check(); status != exitOK || !strings.HasSuffix(out, "All totals of lists are as counted.\n") {
		t.Errorf("after it: %d %q", status, out)
	}
}
