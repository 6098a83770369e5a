package gateway

import (
	"context"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
)

// estimate is what a request may use, in tokens, judged before it is sent.
type estimate struct{ in, out int64 }

const (
	// assumedOutput is booked for an answer whose caller set no bound.
	assumedOutput = 1024
	maxEstimate   = 1 << 40 // keeps a caller's absurd bound from overflowing sums
)

func (x *exchange) estimate() estimate {
	e := estimate{in: llm.EstimateInput(x.request.Body)}
	if operationOf(x.r.URL.Path) == provider.Embed {
		return e
	}
	e.out = assumedOutput
	if x.request.MaxOutput > 0 {
		e.out = min(x.request.MaxOutput, maxEstimate)
	}
	e.out = min(e.out*max(min(x.request.Choices, 128), 1), maxEstimate)
	return e
}

func (e estimate) amount() limits.Amount {
	return limits.Amount{Requests: 1, Tokens: e.in + e.out}
}

func (e estimate) tokens() claviger.Tokens { return claviger.Tokens{Input: e.in, Output: e.out} }

// attempt sends the request to one target. It holds that target's limits while
// it runs, and opens the ledger entry before a byte goes out. The amount is
// what the attempt used, also when it failed.
func (x *exchange) attempt(ctx context.Context, to route, operation provider.Operation, guess estimate) (used limits.Amount, err error) {
	a := &attempt{exchange: x, to: to, estimate: guess, operation: operation}
	call := provider.Call{Operation: operation, Request: x.request, Model: to.model, Strict: x.strict}
	up, err := to.target.account.Encode(call)
	if err != nil {
		return used, err
	}
	limit, err := a.headerLimit()
	if err != nil {
		return used, err
	}
	req, err := a.upstreamRequest(ctx, up)
	if err != nil {
		return used, err
	}
	hold, err := x.Limits.Admit(ctx, nil, limits.Ask{Estimate: a.estimate.amount()})
	if err != nil {
		return used, err
	}
	a.hold = hold
	defer hold.Release()
	a.opening = claviger.Opening{
		ID:             x.id,
		RequestID:      x.name,
		OrganisationID: x.who.Key.OrganisationID,
		WorkspaceID:    x.who.Workspace.ID,
		APIKeyID:       x.who.Key.ID,
		IntegrationID:  to.target.integrationID,
		ProviderID:     to.target.providerID,
		ProviderSlug:   to.target.slug,
		AIProvider:     to.target.aiProvider,
		Operation:      string(operation),
		Model:          to.model,
		Stream:         x.request.Stream,
		Attempt:        1,
		OpenedAt:       x.Now(),
		EstimatedIn:    a.estimate.in,
		EstimatedOut:   a.estimate.out,
	}
	if err := x.Ledger.Admit(a.opening); err != nil {
		return used, err
	}
	// Whatever happens from here on, a panic included, the attempt is booked.
	defer func() {
		a.settle(claviger.Failed, 500)
		used = a.used
	}()
	a.nameAttempt()
	return used, a.send(ctx, call, req, limit)
}
