package gateway

import (
	"context"

	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/provider"
)

// foretell asks what an admission would, in the order of an attempt, lists what
// the limits say, and returns the first refusal.
func (a *admission) foretell(ctx context.Context, e *explanation) (*httpx.Failure, error) {
	refusal, err := a.judge(ctx, a.own, e)
	if err != nil {
		return nil, err
	}
	call := provider.Call{Operation: a.operation, Request: a.request, Model: a.to.model, Strict: a.strict}
	if _, err := a.to.target.account.Encode(call); err != nil {
		if refusal != nil {
			return refusal, nil
		}
		return refusalOf(err)
	}
	rules, err := a.rules(ctx, nil)
	if err != nil {
		return nil, err
	}
	theirs, err := a.judge(ctx, rules, e)
	if refusal == nil {
		refusal = theirs
	}
	return refusal, err
}

// judge lists what rules say of the request, and returns what they would refuse
// it with.
func (a *admission) judge(ctx context.Context, rules ruleset, e *explanation) (*httpx.Failure, error) {
	verdicts, refusal, err := a.Limits.Judge(ctx, rules, a.ask(rules))
	if err != nil {
		return nil, err
	}
	for _, v := range verdicts {
		l := limitOf(&limits.Denied{Rule: v.Rule, State: v.State, Asked: v.Asked})
		e.Limits = append(e.Limits, &explainedLimit{l, v.Denied == nil})
	}
	if refusal == nil {
		return nil, nil
	}
	return denied(refusal), nil
}
