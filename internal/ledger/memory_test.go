package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
)

// memorySink keeps entries as a store would, and notes what a store could not
// have made sense of.
type memorySink struct {
	mu     sync.Mutex
	rows   map[claviger.EntryID]claviger.Entry
	pos    map[string][]byte
	down   error
	ships  int
	faults []string
}

func newSink() *memorySink {
	return &memorySink{rows: map[claviger.EntryID]claviger.Entry{}, pos: map[string][]byte{}}
}

func (m *memorySink) Ship(_ context.Context, node string, entries []claviger.Entry, position []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down != nil {
		return m.down
	}
	m.ships++
	for _, e := range entries {
		row, ok := m.rows[e.ID]
		switch {
		case !ok && e.OrganisationID == "":
			m.faults = append(m.faults, "a close without an opening: "+e.ID.String())
		case !ok:
			m.rows[e.ID] = e
		case row.Status == claviger.EntryClosed && e.Status == claviger.EntryClosed && row.Closing != e.Closing:
			m.faults = append(m.faults, "two different closes: "+e.ID.String())
		case e.Status == claviger.EntryClosed:
			row.Status, row.Closing = e.Status, e.Closing
			m.rows[e.ID] = row
		}
	}
	m.pos[node] = slices.Clone(position)
	return nil
}

func (m *memorySink) LedgerPosition(_ context.Context, node string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.pos[node], m.down
}

func (m *memorySink) Unsettle(_ context.Context, node string) (n int, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, row := range m.rows {
		if row.Node == node && row.Status == claviger.EntryOpen {
			row.Status = claviger.EntryUnsettled
			m.rows[id] = row
			n++
		}
	}
	return n, m.down
}

func (m *memorySink) setDown(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = err
}

func (m *memorySink) row(id claviger.EntryID) claviger.Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows[id]
}

// count says how many rows have each status, and that nothing odd was shipped.
func (m *memorySink) count(t testing.TB) map[claviger.EntryStatus]int {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.faults {
		t.Error(f)
	}
	out := map[claviger.EntryStatus]int{}
	for _, r := range m.rows {
		out[r.Status]++
	}
	return out
}

var errDown = errors.New("the store is down")

// hour is longer than any test: with it nothing ships, syncs or retries but
// when the test says so.
const hour = time.Hour

func testOptions(dir string, sink Sink) Options {
	return Options{Dir: dir, Sink: sink, SegmentBytes: 1, SyncEvery: hour, ShipEvery: hour, retryEvery: -1}
}

func mustOpen(t testing.TB, o Options) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// crash leaves the journal as a killed process would.
func crash(l *Ledger) {
	l.stopOnce.Do(func() {
		close(l.stop)
		l.cancel()
		l.running.Wait()
		l.lock.Close()
	})
}

func mustClose(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func opening(i int) claviger.Opening {
	return claviger.Opening{
		ID: claviger.NewEntryID(), RequestID: fmt.Sprintf("request-%d", i),
		OrganisationID: "2a0b1f0e-6f1f-4f3a-9d53-0a7f5a1c9a01", WorkspaceID: "7d6c0c52-0f43-4b70-8d7e-2f6f0c7f1b02",
		APIKeyID: "0f7d7b5e-5c36-4b8e-9df4-0a6f1c8d3e03", IntegrationID: "5b1e2c3d-4f5a-4b6c-8d7e-9f0a1b2c3d04",
		ProviderID: "6c2f3d4e-5a6b-4c7d-9e8f-0a1b2c3d4e05", ProviderSlug: "openai-main", AIProvider: "openai",
		Operation: "chatComplete", Model: "gpt-4o-mini", Stream: i%2 == 0, Attempt: 1,
		OpenedAt:    time.UnixMicro(1_760_000_000_000_000 + int64(i)).UTC(),
		EstimatedIn: 120, EstimatedOut: 800, EstimatedCost: 498_000, Price: "in 0.15, out 0.6 USD per million tokens",
		Charges: "kc:monthly:1759276800000000;wt:none:0;",
	}
}

func closing(id claviger.EntryID, i int) claviger.Closing {
	return claviger.Closing{
		ID: id, Outcome: claviger.Success, HTTPStatus: 200,
		Tokens: claviger.Tokens{Input: int64(i), Output: 21, Reasoning: 3}, Cost: 12_600, Model: "gpt-4o-mini-2024-07-18",
		ClosedAt:     time.UnixMicro(1_760_000_001_000_000 + int64(i)).UTC(),
		UpstreamTime: 300 * time.Millisecond, FirstByte: 310 * time.Millisecond,
	}
}

// admit and settle fail the test when refused.
func admit(t testing.TB, l *Ledger, i int) claviger.EntryID {
	t.Helper()
	o := opening(i)
	if err := l.Admit(o); err != nil {
		t.Fatal(err)
	}
	return o.ID
}

func settle(t testing.TB, l *Ledger, id claviger.EntryID, i int) {
	t.Helper()
	if err := l.Settle(closing(id, i)); err != nil {
		t.Fatal(err)
	}
}

func flush(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}
