package memory_test

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/limits/limitstest"
	"github.com/claviger/claviger/internal/limits/memory"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/postgres"
	"github.com/claviger/claviger/internal/store/sqlite"
	"github.com/claviger/claviger/internal/store/storetest/pgtest"
)

// shipper is a ledger without a journal: it ships to a store when it is flushed.
type shipper struct {
	store *store.Store

	mu      sync.Mutex
	waiting []claviger.Entry
}

func (s *shipper) flush(ctx context.Context) error {
	s.mu.Lock()
	entries := s.waiting
	s.waiting = nil
	s.mu.Unlock()
	return s.store.Ship(ctx, "n", entries, nil)
}

// spend admits a request that uses n tokens, and reports whether it passed.
func (s *shipper) spend(t *testing.T, l *memory.Limiter, r *limits.Rule, n int64, now time.Time) bool {
	h, err := l.Admit(t.Context(), []*limits.Rule{r}, limits.Ask{Estimate: limits.Amount{Tokens: n}})
	if err != nil {
		return false
	}
	id := claviger.NewEntryID()
	s.mu.Lock()
	s.waiting = append(s.waiting, claviger.Entry{
		Status: claviger.EntryClosed, Node: "n",
		Opening: claviger.Opening{ID: id, RequestID: "r", OrganisationID: r.OrganisationID, WorkspaceID: "w", ProviderSlug: "p", AIProvider: "openai",
			Operation: "chatComplete", Model: "m", Attempt: 1, OpenedAt: now, Charges: string(h.AppendCharges(nil))},
		Closing: claviger.Closing{ID: id, Outcome: claviger.Success, Tokens: claviger.Tokens{Input: n}, ClosedAt: now},
	})
	s.mu.Unlock()
	h.Settle(limits.Amount{Requests: 1, Tokens: n})
	return true
}

// Groups that are forgotten again and again, shipped to a database and read from
// there, are counted as in a map.
func TestForgottenGroupsAreReadFromRealDatabases(t *testing.T) {
	for name, open := range map[string]func() (*store.Store, error){
		"sqlite":   func() (*store.Store, error) { return sqlite.Open(t.Context(), t.TempDir()) },
		"postgres": func() (*store.Store, error) { return postgres.Open(t.Context(), pgtest.URL(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			st, err := open()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { st.Close() })
			if _, err := st.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			s, clock, used := &shipper{store: st}, limitstest.At(noon), map[string]int64{}
			l := memory.New(memory.Options{Source: st, Flush: s.flush, Now: clock.Now, MaxGroups: 8})
			draw := rand.New(rand.NewPCG(1, 2))
			for i := range 400 {
				if draw.IntN(40) == 0 {
					clock.Set(clock.Now().AddDate(0, 0, 1))
					used = map[string]int64{}
				}
				value := "g:" + strconv.Itoa(draw.IntN(20))
				r := group("b2b7cbd4-6fd0-4f9c-8a8c-7d1f1f0d5c11", value, "rpd")
				r.Counter.Measure = claviger.MeasureTokens
				n := draw.Int64N(5)
				fits := used[value] < r.Value && used[value]+n <= r.Value
				if passed := s.spend(t, l, r, n, clock.Now()); passed != fits {
					t.Fatalf("request %d of %s, which has used %d, asks %d: passed is %v", i, value, used[value], n, passed)
				}
				if fits {
					used[value] += n
				}
			}
		})
	}
}
