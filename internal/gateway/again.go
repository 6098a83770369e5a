package gateway

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// tries is how far a request is that may make several attempts; nil for one that
// makes one.
type tries struct {
	plan    *retry
	who     *caller            // whose limits are held
	made    int                // attempts in the ledger
	wait    time.Duration      // before the next
	heed    time.Duration      // what is left of heedMost
	spent   bool               // the last one cost something, which is booked
	charged bool               // an entry names what is held of the key and the workspace
	counts  ruleset            // on requests, which entries before name
	rates   []limits.RateState // of those, as they were then
}

// retries is how many attempts were made besides the first.
func (t *tries) retries() int {
	if t == nil {
		return 0
	}
	return max(t.made-1, 0)
}

// behind is how many attempts there are behind the request.
func (t *tries) behind() int {
	if t == nil {
		return 0
	}
	return t.made
}

// counted is the state of the limits that only the first attempt counted on.
func (t *tries) counted() []limits.RateState {
	if t == nil {
		return nil
	}
	return slices.Clip(t.rates)
}

// errAgain ends an attempt that is made again.
var errAgain = errors.New("the attempt is to be made again")

// run makes attempts until one is not made again.
func (a *admission) run(ctx context.Context) error {
	if a.config == nil || a.config.retry == nil {
		return a.attempt(ctx)
	}
	a.tries = &tries{plan: a.config.retry, who: callerOf(a.who), heed: heedMost}
	for {
		if err := a.attempt(ctx); err != errAgain {
			return err
		}
		if err := a.next(ctx); err != nil {
			return err
		}
	}
}

// again decides whether an attempt that ended with status is made again, before
// it is settled: then nothing of its answer is sent. broken says that there was
// no answer, whatever the status is called; header is the answer's.
func (a *attempt) again(status int, broken bool, header http.Header) bool {
	t := a.tries
	if t == nil || !broken && !t.plan.lists(status) {
		return false
	}
	said, found := time.Duration(0), false
	if t.plan.heed {
		said, found = saidWait(header, a.Now())
	}
	if t.retries() == t.plan.attempts || found && (said >= heedMost || said > t.heed) {
		a.w.Header()["X-Portkey-Retry-Attempt-Count"] = noMoreRetries
		return false
	}
	if t.wait = backoff(t.retries()); found {
		t.wait = said
		t.heed -= said
	}
	a.repeats = true
	a.metrics.retries[a.operation].Inc()
	a.Log.Info("an attempt failed and is made again", "request_id", a.name, "attempt", t.made,
		"provider", a.to.target.providerID, "status", status, "wait", t.wait)
	return true
}

// next waits, and then finds out anew who calls and where the request goes: in
// the meantime the key may have been revoked, or the credential rotated. Nothing
// is held but the limits of the key and the workspace.
func (a *admission) next(ctx context.Context) error {
	h := a.w.Header()
	h["X-Portkey-Retry-Attempt-Count"] = noMoreRetries // unless another attempt begins
	delete(h, "X-Claviger-Unpriced")
	for _, n := range []rateHeaders{requestHeaders, tokenHeaders} {
		delete(h, n.limit)
		delete(h, n.remaining)
		delete(h, n.reset)
	}
	if err := a.Pause(ctx, a.tries.wait); err != nil {
		return a.left(ctx)
	}
	where, err := a.authenticate(ctx)
	if err != nil {
		return err
	}
	if callerOf(a.who).fixed {
		return errFixed() // that it is tried again is what the config says
	}
	to, err := a.route(ctx, where)
	if err != nil {
		return err
	}
	return a.readmit(ctx, to)
}

// left is why a request ended between two attempts.
func (a *admission) left(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), errShutdown) {
		a.outcome = claviger.Shutdown
		return claviger.Fail(claviger.Unavailable, "The gateway is shutting down")
	}
	a.outcome = claviger.ClientGone
	return ctx.Err()
}

// pause waits for d, or until ctx ends: then it returns the error of ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
