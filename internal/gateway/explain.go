package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/provider"
)

// explanation is what would become of a request, without sending it.
type explanation struct {
	Object  string          `json:"object"`
	Allowed bool            `json:"allowed"`
	Refusal json.RawMessage `json:"refusal"` // the answer's body; null when allowed
	Status  int             `json:"refusal_status,omitempty"`
	// RetryAfter is of the refusal, in seconds; absent when waiting does not help.
	RetryAfter int64 `json:"refusal_retry_after,omitempty"`

	Target   *explainedTarget  `json:"target"`
	Price    *explainedPrice   `json:"price"`
	Estimate *explainedAmount  `json:"estimate"`
	Bound    *explainedAmount  `json:"bound"` // null when there is none
	NoBound  string            `json:"unbounded_because,omitempty"`
	Limits   []*explainedLimit `json:"limits"`
	Retry    *explainedRetry   `json:"retry"` // null when there is one attempt
	// Timeout is of each attempt until its answer begins, in milliseconds.
	Timeout int64 `json:"request_timeout"`
}

type explainedRetry struct {
	Attempts int   `json:"attempts"` // at most, besides the first
	Statuses []int `json:"on_status_codes"`
	Heed     bool  `json:"use_retry_after_headers"`
}

type explainedTarget struct {
	Slug          string `json:"slug"` // empty when the caller brings the credential
	ProviderID    string `json:"provider_id"`
	IntegrationID string `json:"integration_id"`
	AIProvider    string `json:"ai_provider"`
	Model         string `json:"model"`
	// KeyVersion is that of the stored credential.
	KeyVersion int64 `json:"key_version"`
}

type explainedPrice struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

type explainedAmount struct {
	Requests     int64        `json:"requests"`
	InputTokens  int64        `json:"input_tokens"`
	OutputTokens int64        `json:"output_tokens"`
	Cost         httpx.Amount `json:"cost"` // US dollars
}

type explainedLimit struct {
	*httpx.Limit
	Allows bool `json:"allows"`
}

// explained are the operations that can be asked about, by the end of their
// path.
var explained = map[string]provider.Operation{
	"": provider.Chat, "chat/completions": provider.Chat, "completions": provider.Complete, "embeddings": provider.Embed,
}

// explain answers what would become of the request if it were sent to
// /v1/chat/completions, or to the route that "?route=" names.
func (x *exchange) explain(ctx context.Context, where authn.Where) error {
	operation, known := explained[x.r.URL.Query().Get("route")]
	if !known {
		return badRequest(`route must be "chat/completions", "completions" or "embeddings"`)
	}
	if err := x.flights.enter(); err != nil {
		return err
	}
	defer x.flights.leave()
	var err error
	if x.body, err = x.readBody(); err != nil {
		return err
	}
	defer x.body.free()
	e := &explanation{Object: "explanation", Limits: []*explainedLimit{}}
	if x.config != nil && x.config.retry != nil {
		e.Retry = &explainedRetry{x.config.retry.attempts, x.config.retry.statuses, x.config.retry.heed}
	}
	limit, err := x.headerLimit()
	if err != nil {
		return err
	}
	e.Timeout = limit.Milliseconds()
	refusal, err := x.explainTo(ctx, where, operation, e)
	if err != nil {
		return err
	}
	if e.Allowed = refusal == nil; !e.Allowed {
		e.Refusal, e.Status = refusal.Body(), refusal.Status
		e.RetryAfter = int64((refusal.RetryAfter + time.Second - 1) / time.Second)
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	x.outcome = claviger.Success
	x.sendJSON(http.StatusOK, text)
	return nil
}

// explainTo fills e in and returns what the request would be refused with. The
// error says that nothing can be told.
func (x *exchange) explainTo(ctx context.Context, where authn.Where, operation provider.Operation, e *explanation) (*httpx.Failure, error) {
	to, err := x.understand(ctx, where)
	var invalid *claviger.Error
	if errors.As(err, &invalid) && invalid.Code == claviger.Invalid {
		return nil, err // there is nothing to explain
	}
	if err != nil {
		return refusalOf(err)
	}
	e.Target = &explainedTarget{
		Slug: to.target.slug, ProviderID: string(to.target.providerID), IntegrationID: string(to.target.integrationID),
		AIProvider: to.target.aiProvider, Model: shortened(to.model), KeyVersion: to.target.keyVersion,
	}
	a, err := x.admission(to, operation)
	if err != nil {
		return nil, err
	}
	e.Price = &explainedPrice{Source: a.priced.Source(), Text: a.priced.Text()}
	e.Estimate = amountsOf(a.estimate)
	bound, unbounded := a.bound(true)
	if unbounded == nil {
		e.Bound = amountsOf(bound)
	} else {
		e.NoBound = unbounded.Error()
	}
	return a.foretell(ctx, e)
}

func amountsOf(e estimate) *explainedAmount {
	return &explainedAmount{Requests: 1, InputTokens: e.in, OutputTokens: e.out, Cost: httpx.Amount{N: e.cost, Dollars: true}}
}

// refusalOf is an error as the answer that a caller would get; an error again
// when it is a defect, or of no interest to it.
func refusalOf(err error) (*httpx.Failure, error) {
	f := httpx.FailureOf(inOwnWords(err))
	if f.Status >= http.StatusInternalServerError {
		return nil, err
	}
	return f, nil
}
