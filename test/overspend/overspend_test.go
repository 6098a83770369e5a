// Package overspend tries to spend more than budgets allow: many callers, a
// provider that is slow, breaks off and fails, callers that leave, and a server
// that is killed again and again. Then it compares what the provider charges,
// what the ledger says and what the limits were, to the last nano-dollar.
package overspend

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/claviger/claviger/internal/store/storetest/pgtest"
	"github.com/claviger/claviger/test/harness"
)

// setting is a number of the environment.
func setting(t *testing.T, name string, usual uint64) uint64 {
	v := os.Getenv("CLAVIGER_OVERSPEND_" + name)
	if v == "" {
		return usual
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil || n < 1 {
		t.Fatalf("CLAVIGER_OVERSPEND_%s must be a number above 0", name)
	}
	return n
}

// trial says how hard to try.
type trial struct {
	strict  bool
	callers int
	length  time.Duration
	kills   int
	seed    uint64
}

func TestOverspend(t *testing.T) {
	harness.Require(t)
	var rows []row
	var books []string
	rounds := setting(t, "ROUNDS", 0)
	usual := uint64(1) // a taste is the same each time, as far as that goes
	if rounds > 0 {
		usual = rand.Uint64()>>1 | 1
	}
	seed := setting(t, "SEED", usual)
	for round := range max(rounds, 1) {
		for _, strict := range []bool{false, true} {
			for _, database := range []string{"SQLite", "PostgreSQL"} {
				if rounds == 0 && strict != (database == "PostgreSQL") {
					continue // a taste of both, with every test
				}
				enforcement := map[bool]string{false: "default", true: "strict"}[strict]
				t.Run(fmt.Sprintf("round %d, %s, %s", round+1, enforcement, database), func(t *testing.T) {
					config := harness.Config{}
					if database == "PostgreSQL" {
						config.DatabaseURL = pgtest.URL(t)
					}
					made := trial{
						strict: strict, seed: seed + round, callers: int(setting(t, "CALLERS", 40)), kills: int(setting(t, "KILLS", 2)),
						length: time.Duration(setting(t, "SECONDS", 3)) * time.Second,
					}
					t.Logf("seed %d", made.seed)
					all, said := made.run(t, config)
					for _, r := range all {
						r.enforcement, r.database = enforcement, database
						rows = append(rows, r)
					}
					books = append(books, fmt.Sprintf("%s, %s: %s", enforcement, database, said))
				})
			}
		}
	}
	printTable(os.Stdout, rows)
	fmt.Printf("%s\nseed %d\n", strings.Join(books, "\n"), seed)
}

// run tries once on a fresh installation. It returns what each budget came to,
// and how the ledger compares with the provider's book.
func (tr trial) run(t *testing.T, config harness.Config) (rows []row, books string) {
	mock := newProvider(t, tr.seed)
	// A lane's callers have four to six requests a second each, and a lane is to be
	// exhausted when most of the time is over.
	w := &world{server: harness.Start(t, config), strict: tr.strict,
		fitted: fit(int64(float64(tr.callers) / 8 * 4 * tr.length.Seconds() * 4 / 5))}
	w.prepare(mock.URL + "/v1")
	traffic := newTraffic(w, tr.seed, tr.callers)
	killed := tr.load(w, traffic)

	served, err := mock.book.services()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := w.shipped(served)
	if err != nil {
		t.Fatal(err)
	}
	e := &evidence{prices: w.fitted.prices, strict: tr.strict, entries: entries, served: served, sent: traffic.sent, killed: killed}
	gather(e)
	report(t, "entries", append(e.faults, traffic.strange...))
	w.same(t, "the process that counted", e)

	if err := w.server.Terminate(); err != nil {
		t.Errorf("the server ended badly: %v", err)
	}
	check(t, w.server, config)
	w.server.Start()
	w.same(t, "the process after it", e)
	if again, err := w.readLedger(); err != nil || !reflect.DeepEqual(again, entries) {
		t.Errorf("the ledger is another after a restart: %d entries, were %d: %v", len(again), len(entries), err)
	}
	for _, b := range w.budgets {
		r := row{account: e.account(b), calls: traffic.calls[b.lane], refused: traffic.refused[b.lane], kills: len(killed)}
		if v := r.verdict(); v != "ok" {
			t.Errorf("%s of the %s: %s: limit %d, settled %d, unsettled %d, served %d, allowed %d more. %s",
				b.measure, b.name, v, r.limit, r.settled, r.unsettled, r.served, r.slack, r.early)
		}
		rows = append(rows, r)
	}
	return rows, e.books()
}

// load runs the callers, kills the server under them, and ends once every lane
// is exhausted, or after four times the usual on a slow machine. It returns when
// servers were gone.
func (tr trial) load(w *world, traffic *traffic) (killed []time.Time) {
	traffic.at.set(w.server.URL)
	var callers sync.WaitGroup
	for i := range tr.callers {
		callers.Go(func() { traffic.call(i) })
	}
	defer traffic.http.CloseIdleConnections()
	defer callers.Wait()
	defer close(traffic.gone)

	r := rand.New(rand.NewPCG(tr.seed, 0))
	var moments []time.Duration
	for range tr.kills {
		moments = append(moments, tr.length/10+time.Duration(r.Int64N(int64(tr.length*9/10))))
	}
	slices.Sort(moments)
	began := time.Now()
	for _, moment := range moments {
		traffic.pause(time.Until(began.Add(moment)), nil)
		w.server.Kill()
		killed = append(killed, time.Now())
		w.server.Start()
		traffic.at.set(w.server.URL)
	}
	for time.Since(began) < tr.length || time.Since(began) < 4*tr.length && !traffic.exhausted(tr.callers) {
		traffic.pause(100*time.Millisecond, nil)
	}
	return killed
}

// same compares the counters of the running process with the ledger.
func (w *world) same(t *testing.T, where string, e *evidence) {
	t.Helper()
	faults, err := w.counters(e)
	if err != nil {
		t.Fatal(err)
	}
	report(t, "counters of "+where, faults)
}

// check has the program compare its counters with its ledger.
func check(t *testing.T, server *harness.Server, config harness.Config) {
	t.Helper()
	cmd := exec.Command(harness.Binary(t), "ledger", "check", "--data-dir", server.DataDir)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "CLAVIGER_") { // ours are no settings of the program
			cmd.Env = append(cmd.Env, v)
		}
	}
	if config.DatabaseURL != "" {
		cmd.Env = append(cmd.Env, "CLAVIGER_DATABASE_URL="+config.DatabaseURL)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("claviger ledger check: %v\n%s", err, out)
	}
}

// report shows the first of many faults.
func report(t *testing.T, what string, faults []string) {
	t.Helper()
	const shown = 10
	var b bytes.Buffer
	for i, f := range faults {
		if i == shown {
			fmt.Fprintf(&b, "and %d more\n", len(faults)-shown)
			break
		}
		fmt.Fprintln(&b, f)
	}
	if len(faults) > 0 {
		t.Errorf("%d faults of the %s:\n%s", len(faults), what, &b)
	}
}
