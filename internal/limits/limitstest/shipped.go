package limitstest

import (
	"context"
	"strconv"
	"sync"

	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// mostGroups leaves room for some more than the model's own.
const mostGroups = 8

// group makes a rule the one of a group of the policy.
func group(r *limits.Rule) {
	r.Counter.Kind, r.Counter.Value, r.Counter.ID = claviger.CountUsagePolicy, r.Counter.ID, "p"
}

// flood has others make up groups, which use little or nothing.
func flood(t *rapid.T, l limits.Limiter, s *shipped) {
	for range rapid.IntRange(0, 20).Draw(t, "made up") {
		s.madeUp++
		r := on("made up "+strconv.Itoa(s.madeUp), requests, "none", 10)
		group(r)
		h, err := l.Admit(t.Context(), []*limits.Rule{r}, ask(1, 0, 0))
		if err != nil {
			t.Fatalf("a new group: %v", err)
		}
		if rapid.Bool().Draw(t, "fails") {
			h.Release()
			continue
		}
		s.record(t, h, limits.Amount{Requests: 1})
		h.Settle(limits.Amount{Requests: 1})
	}
}

// shipped is a source that knows what was settled once it was flushed, as the
// ledger does. The zero value knows nothing.
type shipped struct {
	madeUp int

	mu      sync.Mutex
	known   map[claviger.Counter]claviger.Usage
	waiting []claviger.Usage
}

// record notes what a hold is about to settle; nil does not.
func (s *shipped) record(t *rapid.T, h limits.Hold, used limits.Amount) {
	if s == nil {
		return
	}
	o := claviger.Opening{Charges: string(h.AppendCharges(nil))}
	charges, err := o.ChargesOf()
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range charges {
		s.waiting = append(s.waiting, claviger.Usage{Counter: c.Counter, Window: c.Window, Used: used.Of(c.Counter.Measure)})
	}
}

func (s *shipped) flush(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[claviger.Counter]claviger.Usage{}
	}
	for _, u := range s.waiting {
		before, ok := s.known[u.Counter]
		switch {
		case !ok || u.Window.After(before.Window):
			s.known[u.Counter] = u
		case u.Window.Equal(before.Window):
			before.Used += u.Used
			s.known[u.Counter] = before
		}
	}
	s.waiting = nil
	return nil
}

// Counters implements [limits.Source].
func (s *shipped) Counters(_ context.Context, _ claviger.OrganisationID, counters []claviger.Counter) (out []claviger.Usage, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range counters {
		if u, ok := s.known[c]; ok {
			out = append(out, u)
		}
	}
	return out, nil
}
