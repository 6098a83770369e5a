package ledger_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/ledger"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/sqlite"
)

// childDir is set for the process that is killed.
const childDir = "CLAVIGER_TEST_LEDGER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, child(dir)) // it ends by being killed
		os.Exit(3)
	}
	os.Exit(m.Run())
}

const tenant claviger.OrganisationID = "2a0b1f0e-6f1f-4f3a-9d53-0a7f5a1c9a01"

func openBoth(ctx context.Context, dir string) (*ledger.Ledger, *store.Store, error) {
	s, err := sqlite.Open(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	if _, err := s.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	l, err := ledger.Open(ctx, ledger.Options{
		Dir: filepath.Join(dir, "journal"), Sink: s, SegmentBytes: 64 << 10,
		SyncEvery: time.Millisecond, ShipEvery: time.Millisecond, BatchEntries: 40,
	})
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return l, s, nil
}

// child makes attempts from several goroutines at once and tells the parent, by
// one write each, what it did: A admitted, B about to settle, S settled. Some
// attempts it never settles.
func child(dir string) error {
	l, _, err := openBoth(context.Background(), dir)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for worker := range 8 {
		go func() {
			for i := 0; ; i++ {
				o := claviger.Opening{ID: claviger.NewEntryID(), OrganisationID: tenant, APIKeyID: "key", Model: "m",
					Attempt: 1, OpenedAt: claviger.Now(time.Now()), EstimatedIn: 7, EstimatedOut: 9, EstimatedCost: 50, Charges: charges(worker)}
				if err := l.Admit(o); err != nil {
					failed <- err
				}
				fmt.Printf("A %s\n", o.ID)
				if i%20 == 19 {
					continue
				}
				fmt.Printf("B %s\n", o.ID)
				c := claviger.Closing{ID: o.ID, Outcome: claviger.Success, HTTPStatus: 200,
					Tokens: claviger.Tokens{Input: 3, Output: 4}, Cost: 20, ClosedAt: claviger.Now(time.Now())}
				if err := l.Settle(c); err != nil {
					failed <- err
				}
				fmt.Printf("S %s\n", o.ID)
				if worker == 0 && i%30 == 0 {
					if err := l.Flush(context.Background()); err != nil {
						failed <- err
					}
				}
			}
		}()
	}
	return <-failed
}

// charges are a budget that all share, and a group of each worker.
func charges(worker int) string {
	b := claviger.AppendCharge(nil, claviger.Charge{Counter: budget})
	return string(claviger.AppendCharge(b, claviger.Charge{Counter: group(worker), Window: time.Unix(0, 0)}))
}

var budget = claviger.Counter{Kind: claviger.CountAPIKey, ID: "key", Measure: claviger.MeasureCost, Cadence: "none"}

func group(worker int) claviger.Counter {
	return claviger.Counter{Kind: claviger.CountUsagePolicy, ID: "policy", Measure: claviger.MeasureTokens, Cadence: "monthly", Value: fmt.Sprint(worker)}
}

// life runs a child until it has said lines things, kills it, and adds what it
// said to told: the last letter of each attempt.
func life(t *testing.T, dir string, lines int, told map[claviger.EntryID]byte) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for s := bufio.NewScanner(out); s.Scan(); { // what is in the pipe at the kill counts as well
		line := s.Text()
		id, err := claviger.ParseEntryID(line[2:])
		if err != nil {
			t.Fatalf("the child said %q", line)
		}
		told[id] = line[0]
		if seen++; seen == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // "signal: killed"
	if seen < lines {
		t.Fatalf("the child ended by itself after saying %d things", seen)
	}
}

func TestKilledAgainAndAgain(t *testing.T) {
	dir := t.TempDir()
	told := map[claviger.EntryID]byte{}
	random := rand.New(rand.NewPCG(1, 2))
	for range lives {
		life(t, dir, 20+random.IntN(2500), told)
	}
	l, s, err := openBoth(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows := map[claviger.EntryID]claviger.Entry{}
	all, total, err := s.Entries(t.Context(), tenant, claviger.EntryQuery{Page: claviger.Page{Size: 1_000_000}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		rows[e.ID] = e
	}
	if len(rows) != total {
		t.Errorf("%d rows of %d attempts", total, len(rows))
	}
	checkTold(t, told, rows)
	checkCounters(t, s, all)
}

// checkCounters compares the counters with the sums of the ledger.
func checkCounters(t *testing.T, s *store.Store, all []claviger.Entry) {
	t.Helper()
	want := map[claviger.Counter]int64{}
	for _, e := range all {
		charges, err := e.ChargesOf()
		if err != nil || len(charges) != 2 {
			t.Fatalf("%s counts on %q: %v", e.ID, e.Charges, err)
		}
		for _, c := range charges {
			want[c.Counter] += e.Amount(c.Counter.Measure)
		}
	}
	got, err := s.Counters(t.Context(), tenant, slices.Collect(maps.Keys(want)))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) || len(want) < 2 {
		t.Errorf("%d counters, want %d", len(got), len(want))
	}
	for _, u := range got {
		if u.Used != want[u.Counter] {
			t.Errorf("%s is %d, the entries sum up to %d", u.Counter, u.Used, want[u.Counter])
		}
	}
	seen, err := s.CheckCounters(t.Context(), func(store.CounterDifference) error { return nil })
	if err != nil || seen != (store.Recount{Counters: len(want)}) {
		t.Errorf("%+v, %v", seen, err)
	}
}

// checkTold compares what a child said with what the ledger says.
func checkTold(t *testing.T, told map[claviger.EntryID]byte, rows map[claviger.EntryID]claviger.Entry) {
	t.Helper()
	counts := map[string]int{}
	for id, last := range told {
		row, ok := rows[id]
		counts[string(last)+" "+string(row.Status)]++
		switch {
		case !ok:
			t.Errorf("%s was admitted and is not in the ledger", id)
		case last == 'S' && (row.Status != claviger.EntryClosed || row.Closing.Tokens.Output != 4):
			t.Errorf("%s was settled and is %s", id, row.Status)
		case last == 'A' && (row.Status != claviger.EntryUnsettled || row.Closing.Tokens.Output != 9):
			t.Errorf("%s was left open and is %s", id, row.Status)
		case row.Status == claviger.EntryOpen: // a B may be either, by when it died
			t.Errorf("%s is still open", id)
		}
	}
	for id, row := range rows {
		if _, ok := told[id]; !ok && row.Status != claviger.EntryUnsettled {
			t.Errorf("%s is %s, and was never said to be admitted", id, row.Status)
		}
	}
	if counts["S closed"] == 0 || counts["A unsettled"] == 0 {
		t.Errorf("the test saw too little: %v", counts)
	}
	t.Logf("%d attempts: %v", len(told), counts)
}
