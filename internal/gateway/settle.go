package gateway

import (
	"errors"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/ledger"
	"github.com/claviger/claviger/internal/limits"
)

// settle books the end of the attempt: in the ledger first, then on the holds,
// before the caller gets the last byte. The first call counts.
func (a *attempt) settle(outcome claviger.Outcome, status int) {
	if a.settled {
		return
	}
	a.settled = true
	a.outcome = outcome
	c := claviger.Closing{
		ID:           a.opening.ID,
		Outcome:      outcome,
		HTTPStatus:   status,
		ClosedAt:     a.Now(),
		UpstreamTime: a.upstreamTime,
		FirstByte:    a.firstByte,
	}
	c.Tokens, c.Estimated, c.Model = a.usage()
	c.Cost = a.priced.Cost(c.Tokens)
	if c.Estimated && c.Tokens == a.expected.tokens() {
		c.Cost = a.expected.cost // as it was held, which may be at dearer rates
	}
	if !c.Estimated {
		a.priced.learn(c.Tokens)
	}
	used := limits.Amount{Requests: 1, Tokens: c.Tokens.In() + c.Tokens.Out(), Cost: c.Cost}
	a.metrics.booked(a.operation, &c)
	switch err := a.Ledger.Settle(c); {
	case errors.Is(err, ledger.ErrDeferred):
		a.Log.Warn("the end of an attempt is not on disk yet and is written again; if the process dies before, the attempt is booked at its estimate",
			"request_id", a.name, "error", err)
	case err != nil:
		// The entry stays open and is booked at its estimate on the next start.
		a.Log.Error("an attempt could not be booked", "request_id", a.name, "error", err)
	}
	// After the ledger: a counter may be forgotten once the ledger has all of it.
	a.here.Settle(used)
	if a.repeats {
		if used.Tokens == 0 && used.Cost == 0 {
			return // what is held of the key and the workspace is for the next one
		}
		a.tries.spent = true
	}
	a.hold.Settle(used)
}

// usage is what to book. What the provider said counts; where it said nothing
// but may have worked, an estimate does, so that leaving early is not free.
func (a *attempt) usage() (t claviger.Tokens, estimated bool, model string) {
	if a.decoder == nil {
		if a.mayHaveWorked {
			return a.expected.tokens(), true, ""
		}
		return claviger.Tokens{}, false, ""
	}
	u, known := a.decoder.Usage()
	if known {
		return u.Tokens, false, u.Model
	}
	if a.bounded {
		return a.expected.tokens(), true, u.Model // the provider may charge what never came
	}
	t = u.Tokens // said in part, or counted from the content that came
	if !u.InputSaid {
		t.Input += max(a.expected.in-t.In(), 0)
	}
	if !u.OutputSaid {
		t.Output += a.generated(t) - t.Out()
	}
	return t, true, u.Model
}

// generated guesses the output of an answer that did not say it, from what came:
// with it comes what the model usually makes besides and shows to nobody. Of an
// answer of which nothing was seen, a stream is as long as usual, and a body as
// long as it could be.
func (a *attempt) generated(t claviger.Tokens) int64 {
	switch seen := t.Out(); {
	case seen > 0:
		hidden := max(a.priced.reasoning.Load()-t.Reasoning, 0)
		return min(seen+hidden, max(a.expected.out, seen))
	case a.streamed:
		return min(a.priced.usual(), a.expected.out)
	default:
		return a.expected.out
	}
}
