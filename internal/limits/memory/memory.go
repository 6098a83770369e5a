// Package memory counts in the process: right for one node, and the near end of
// the leases that several nodes will share.
package memory

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// Options are what a limiter is made of.
type Options struct {
	// Source knows what was counted before this process; nil: nothing was.
	Source limits.Source
	// Flush brings what was settled before the call into Source; nil: there is no
	// saying when it is there. Whoever settles a hold has to have recorded the use
	// already by then. With it, what nobody used for hours is forgotten, and of a
	// policy that is full what is idle; both are read from Source when they come
	// again.
	Flush func(context.Context) error
	// Now is the clock; nil: the machine's. It may jump.
	Now func() time.Time
	// MaxGroups bounds the live counters of each policy, so that a caller who
	// makes up groups fills no memory; 0: 100,000. Without Flush, groups beyond it
	// are refused until a window ends.
	MaxGroups int
	// RoomTime is how long a request waits in all for what is idle to be forgotten,
	// when its policy is full; 0: a second.
	RoomTime time.Duration
}

// Limiter implements [limits.Limiter]. It is safe for concurrent use.
//
// Every counter has a lock of its own, and a rule remembers its counter, so that
// an admission looks nothing up and waits for nobody but those who use the same
// counter at that moment. What ends with its window is forgotten bit by bit, as
// new counters are made, and what rests for hours in the background; a policy that
// is full forgets more.
type Limiter struct {
	source    limits.Source
	flush     func(context.Context) error // nil: idle counters are kept
	now       func() time.Time
	maxGroups int
	roomTime  time.Duration
	begun     int64 // microseconds; when the limiter was made

	seed     maphash.Seed
	families [64]family // of all but policies, by hash

	mu       sync.RWMutex
	policies map[owner]*family
	tour     []*family // the same, in the order they forget
	turn     int       // whose turn it was

	tidied  atomic.Int64 // microseconds; when what rests was last looked for
	tidying atomic.Bool  // it is being looked for
	tidings int64        // how often it was; of whoever is tidying
}

// owner is a policy.
type owner struct {
	kind claviger.CounterKind
	id   string
}

// New returns a limiter.
func New(o Options) *Limiter {
	l := &Limiter{source: o.Source, now: o.Now, maxGroups: o.MaxGroups, roomTime: o.RoomTime, seed: maphash.MakeSeed(), policies: map[owner]*family{}}
	if l.now == nil {
		l.now = time.Now
	}
	if l.maxGroups <= 0 {
		l.maxGroups = 100_000
	}
	if l.roomTime <= 0 {
		l.roomTime = time.Second
	}
	if l.source != nil {
		l.flush = o.Flush
	}
	l.begun = l.now().UnixMicro()
	l.tidied.Store(l.begun)
	for i := range l.families {
		l.families[i].limiter = l
	}
	return l
}

// meetings is how often a request looks for a counter that is forgotten under
// its hands, which takes a clock that jumps from one window to the next and back.
const meetings = 8

// Admit reserves against every rule, or against none. Of several that refuse it
// names the first budget, or else the first rate. What cannot be read is an
// Unavailable error.
func (l *Limiter) Admit(ctx context.Context, rules []*limits.Rule, ask limits.Ask) (limits.Hold, error) {
	if len(rules) == 0 {
		return nothing{}, nil
	}
	a := admission{limiter: l, ask: ask}
	if err := a.run(ctx, rules); err != nil {
		return nil, err
	}
	if a.denied != nil {
		return nil, a.denied
	}
	return a.hold, nil
}

// run goes at it until every counter counts.
func (a *admission) run(ctx context.Context, rules []*limits.Rule) error {
	l := a.limiter
	a.now = l.now()
	l.tidy(a.now)
	var patience time.Time
	for met := range meetings {
		if again := a.reserve(rules); again {
			crowded, err := l.meet(ctx, rules, a.now)
			if err != nil {
				return err
			}
			if crowded == nil {
				continue
			}
			if met+1 < meetings && crowded.wait(ctx, &patience, l.roomTime) {
				a.now = l.now()
				continue
			}
			if err := a.crowd(ctx, rules, crowded.rule); err != nil {
				return err
			}
		}
		a.date()
		return nil
	}
	return errUnread
}

var errUnread = claviger.Fail(claviger.Unavailable, "what was used so far cannot be read")

// nothing is the hold of no rules.
type nothing struct{}

func (nothing) AppendCharges(b []byte, _ ...claviger.Measure) []byte { return b }
func (nothing) Rates(dst []limits.RateState) []limits.RateState      { return dst }
func (nothing) Lapsed(...claviger.Measure) bool                      { return false }
func (nothing) Settle(limits.Amount)                                 {}
func (nothing) Release()                                             {}
