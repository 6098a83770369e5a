// Package limits holds what bounds the use of a key, a workspace, an integration,
// a provider or a group of requests: which limits there are, when their windows
// begin and end, and the seam to whoever counts. A request reserves before it is
// sent and settles, or releases, exactly once on every exit.
//
// The gateway admits in two levels: one hold for the request, against its key
// and workspace, and one for each attempt, against the integration, the provider
// and the policies.
package limits

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	claviger "github.com/claviger/claviger"
)

// Amount is what is reserved or used. The zero value is nothing.
type Amount struct {
	Requests int64
	Tokens   int64
	Cost     int64 // nano-dollars (1e-9 USD)
}

// Of is the amount in one measure.
func (a Amount) Of(m claviger.Measure) int64 {
	switch m {
	case claviger.MeasureRequests:
		return a.Requests
	case claviger.MeasureTokens:
		return a.Tokens
	default:
		return a.Cost
	}
}

// Rule is one limit, ready to be enforced. It is immutable, and handed on by
// pointer. Two rules may count on one counter, so a limit can change while it
// counts.
type Rule struct {
	OrganisationID claviger.OrganisationID
	Counter        claviger.Counter
	// Name is what the limit sits on, in the words of whom it concerns: the slug
	// of a workspace, an integration or a provider, the name of a key or policy.
	Name string
	// Value is the most that may be used in a window, in the counter's measure.
	// 0 lets nothing through.
	Value  int64
	Window Window
	// Since is when counting began, or began again by hand; zero: always counted.
	Since time.Time
	// Strict reserves an upper bound instead of an estimate, and refuses what has
	// none. It says nothing about requests, of which each is one.
	Strict bool

	memo atomic.Pointer[any]
}

// Remember keeps what a limiter found for the rule, in place of what was kept
// before, so that it need not look for it again. It is safe for concurrent use.
func (r *Rule) Remember(v any) { r.memo.Store(&v) }

// Recall is what was kept last, by whichever limiter; nil for nothing.
func (r *Rule) Recall() any {
	if v := r.memo.Load(); v != nil {
		return *v
	}
	return nil
}

// Rate reports whether the rule is a rate limit; otherwise it is a budget.
func (r *Rule) Rate() bool { return r.Window.rate() }

// Start is when the window that holds now began for this rule. It is never in a
// window before Since.
func (r *Rule) Start(now time.Time) time.Time {
	start := r.Window.Start(now)
	if r.Since.After(start) {
		return r.Since
	}
	return start
}

// Next is when the window that holds now ends for this rule; zero when it never
// does.
func (r *Rule) Next(now time.Time) time.Time {
	if now.Before(r.Since) {
		now = r.Since
	}
	return r.Window.Next(now)
}

// Ask is what a request asks for. The zero value asks for nothing.
type Ask struct {
	Estimate Amount
	// Bound is what it cannot exceed, for strict rules. It is asked for only when
	// there is one; the error says why there is no bound. nil: Estimate.
	Bound func() (Amount, error)
}

// Limiter admits and counts. It is safe for concurrent use.
type Limiter interface {
	// Admit reserves against every rule, or against none. The error is a *Denied
	// when a rule refuses; any other says that the counters cannot be read, and
	// nothing may be sent then.
	Admit(ctx context.Context, rules []*Rule, ask Ask) (Hold, error)
	// Judge says what Admit would answer, and holds nothing: what each rule says, in
	// their order, and the refusal, nil when all that is asked for is there. The
	// error says that the counters cannot be read.
	Judge(ctx context.Context, rules []*Rule, ask Ask) ([]Verdict, *Denied, error)
	// Usage is the state of each rule's counter, in their order.
	Usage(ctx context.Context, rules []*Rule) ([]State, error)
}

// Hold is a reservation. Of all calls of Settle and Release the first one
// counts; the others do nothing. It is safe for concurrent use.
type Hold interface {
	// AppendCharges adds what the hold counts on to the text of an opening's
	// charges, without the counters of the measures left out.
	AppendCharges(b []byte, without ...claviger.Measure) []byte
	// Rates adds the state of the rate limits held, right after the reservation,
	// to dst.
	Rates(dst []RateState) []RateState
	// Lapsed reports whether a window that something is held in has ended, of any
	// measure but those left out: what is held there bounds nothing that is used
	// from now on.
	Lapsed(without ...claviger.Measure) bool
	// Settle turns the reservation into what was really used, in the window that
	// admitted it.
	Settle(used Amount)
	// Release gives the reservation back.
	Release()
}

// State is the state of a rule's counter at one time. Used is what is settled,
// in the rule's measure, Reserved what is held besides.
type State struct {
	Used, Reserved int64
	// Start and Next are the ends of the window; Next is zero when it never ends.
	Start, Next time.Time
}

// RateState is the state of a rate limit.
type RateState struct {
	Rule  *Rule
	State State
}

// Verdict is what one rule, by itself, says of an ask.
type Verdict struct {
	Rule  *Rule
	State State
	// Asked is what it is asked for, in its measure.
	Asked int64
	// Denied is how it refuses; nil when it does not.
	Denied *Denied
}

// Denied says which rule refused. State is as it was found; Asked is what did
// not fit.
type Denied struct {
	Rule  *Rule
	State State
	Asked int64
	// Unbounded says why a strict rule could not be kept; nil when it was full.
	Unbounded error
	// Crowded: the policy has more groups of requests than are counted.
	Crowded bool
	// RetryAfter is when trying again may help; zero: not by waiting.
	RetryAfter time.Duration
}

func (d *Denied) Error() string {
	return fmt.Sprintf("the %s limit of the %s is reached", d.Rule.Counter.Measure, d.Rule.Counter.Kind)
}

// Unwrap is why there was no bound.
func (d *Denied) Unwrap() error { return d.Unbounded }

// Source knows what was counted before: the ledger.
type Source interface {
	// Counters returns the state of those counters that were ever counted on.
	Counters(ctx context.Context, org claviger.OrganisationID, counters []claviger.Counter) ([]claviger.Usage, error)
}
