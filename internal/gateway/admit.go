package gateway

import (
	"context"
	"net/http"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/provider"
)

// admission is what a request asks of its limits.
type admission struct {
	*exchange
	to        route
	operation provider.Operation
	priced    *priced
	estimate  estimate
	own       ruleset     // of the key and the workspace
	hold      limits.Hold // on those
	tries     *tries      // nil: there is one attempt

	judged    bool     // most and unbounded are known
	most      estimate // see bound
	unbounded error
}

// admission judges a request before it is sent.
func (x *exchange) admission(to route, operation provider.Operation) (*admission, error) {
	c := callerOf(x.who)
	if c.err != nil {
		return nil, c.err
	}
	m := to.target.prices.of(to.model)
	if m.broken != nil {
		return nil, m.broken
	}
	return &admission{exchange: x, to: to, operation: operation, priced: m, own: c.rules,
		estimate: x.guess(m, operation)}, nil
}

// ask is what the request asks of rules. Where one is strict, the bound is what
// will be booked if the use never becomes known.
func (a *admission) ask(rules ruleset) limits.Ask {
	ask := limits.Ask{Estimate: a.estimate.amount()}
	strict, cost := rules.strict()
	if !strict {
		return ask
	}
	ask.Bound = func() (limits.Amount, error) {
		e, err := a.bound(cost)
		return e.amount(), err
	}
	return ask
}

// rules adds the rules of one attempt: of the integration, the provider and the
// policies.
func (a *admission) rules(ctx context.Context, dst ruleset) (ruleset, error) {
	t := a.to.target
	dst = append(dst, t.limits...)
	who := a.who
	set, err := a.policies.cache.get(ctx, policyKey{who.Key.OrganisationID, who.Workspace.ID})
	if err != nil {
		return nil, err
	}
	about := limits.Attributes{
		APIKeyID: who.Key.ID, WorkspaceID: who.Workspace.ID, OrganisationID: who.Key.OrganisationID,
		VirtualKey: t.slug, Provider: t.aiProvider, Model: a.to.model, Models: a.priced.names, EndpointType: string(a.operation),
	}
	if set.NeedsMetadata() {
		if about.Metadata, err = metadataOf(a.r.Header, who, callerOf(who).metadata); err != nil {
			return nil, err
		}
	}
	return set.Match(&about, dst), nil
}

// attempt sends the request to one target. It holds that target's limits while
// it runs, and opens the ledger entry before a byte goes out. The error is
// errAgain when it is to be made again.
func (a *admission) attempt(ctx context.Context) error {
	t := &attempt{admission: a, stop: a.stop}
	if a.tries != nil { // what stops one attempt must not stop the next
		ctx, t.stop = context.WithCancelCause(ctx)
		defer t.stop(nil)
	}
	req, err := t.prepare(ctx)
	if err != nil {
		return err
	}
	if err := t.admit(ctx); err != nil {
		return err
	}
	defer t.here.Release()
	if err := t.record(); err != nil {
		return err
	}
	// Whatever happens from here on, a panic included, the attempt is booked.
	defer t.settle(claviger.Failed, http.StatusInternalServerError)
	t.nameAttempt()
	t.nameRates()
	if t.unpriced {
		t.w.Header()["X-Claviger-Unpriced"] = yes
	}
	return t.send(ctx, req)
}

// prepare makes the request that goes out. What it needs for that must not lie
// on the stack of a stream for as long as that lasts.
func (t *attempt) prepare(ctx context.Context) (*http.Request, error) {
	t.call = provider.Call{Operation: t.operation, Request: t.request, Model: t.to.model, Strict: t.strict}
	up, err := t.to.target.account.Encode(t.call)
	if err != nil {
		return nil, err
	}
	if t.limit, err = t.headerLimit(); err != nil {
		return nil, err
	}
	return t.upstreamRequest(ctx, t.to.target, up)
}

// admit takes the limits of the target.
func (t *attempt) admit(ctx context.Context) error {
	var room [8]*limits.Rule
	rules, err := t.rules(ctx, room[:0])
	if err != nil {
		return err
	}
	t.unpriced = !t.priced.Priced() && (t.own.costs() || rules.costs())
	if t.here, err = t.Limits.Admit(ctx, rules, t.ask(rules)); err != nil {
		return err
	}
	if err := t.expect(rules); err != nil {
		t.here.Release()
		return err
	}
	return nil
}

// record opens the ledger entry.
func (t *attempt) record() error {
	t.open()
	err := t.Ledger.Admit(t.opening)
	if err == nil && t.tries != nil {
		t.tries.made++
		t.tries.charged = true
	}
	return err
}

// expect sets what is booked when the use never becomes known: the estimate, or
// the bound where a strict limit must not be passed even then.
func (t *attempt) expect(rules ruleset) error {
	t.expected = t.estimate
	own, ownCost := t.own.strict()
	here, hereCost := rules.strict()
	if !own && !here {
		return nil
	}
	most, err := t.bound(ownCost || hereCost)
	if err != nil { // which a limiter asks before it admits
		return &limits.Denied{Rule: strictest(t.own, rules), Unbounded: err}
	}
	t.bounded, t.expected = true, most
	return nil
}

// open makes the record of the attempt.
func (t *attempt) open() {
	id, without := t.id, []claviger.Measure(nil)
	if t.tries.behind() > 0 {
		id = claviger.NewEntryID()
		if t.tries.charged { // the key and the workspace count one request, whatever it takes
			without = []claviger.Measure{claviger.MeasureRequests}
		}
	}
	charges := t.here.AppendCharges(t.hold.AppendCharges(nil, without...))
	to := t.to.target
	t.opening = claviger.Opening{
		ID:             id,
		RequestID:      t.name,
		OrganisationID: t.who.Key.OrganisationID,
		WorkspaceID:    t.who.Workspace.ID,
		APIKeyID:       t.who.Key.ID,
		IntegrationID:  to.integrationID,
		ProviderID:     to.providerID,
		ProviderSlug:   to.slug,
		AIProvider:     to.aiProvider,
		Operation:      string(t.operation),
		Model:          t.to.model,
		Stream:         t.request.Stream,
		Attempt:        t.tries.behind() + 1,
		OpenedAt:       t.Now(),
		EstimatedIn:    t.expected.in,
		EstimatedOut:   t.expected.out,
		EstimatedCost:  t.expected.cost,
		Price:          t.priced.Text(),
		Charges:        string(charges),
	}
}
