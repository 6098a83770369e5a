package gateway

import (
	"net/http"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/limits"
)

// denied is the answer to a request that a limit refuses, in the documented
// words: 412 for a budget, 429 for a rate. Beyond those it says which limit it
// is, what it sits on and when trying again helps.
func denied(d *limits.Denied) *httpx.Failure {
	f := &httpx.Failure{Status: http.StatusPreconditionFailed, RetryAfter: d.RetryAfter, Limit: limitOf(d)}
	if d.Rule.Rate() || d.Crowded {
		f.Status = http.StatusTooManyRequests
	}
	f.Message, f.Type, f.Code = wording(d.Rule)
	switch {
	case d.Crowded:
		f.Message += ": it counts as many groups of requests as it may"
	case d.Unbounded != nil:
		f.Message += ": the limit is strict, and this request may use more than can be told beforehand: " + d.Unbounded.Error()
	case d.Rule.Counter.Measure == claviger.MeasureRequests:
	case d.Asked > d.Rule.Value && d.Rule.Value > 0:
		f.Message += ": this request alone may use more than the whole limit; max_tokens bounds what it may use"
		f.RetryAfter = 0 // the next window is no wider
	case d.State.Used < d.Rule.Value:
		f.Message += ": what is left, with the requests under way, is less than this request may use"
	}
	if own(d.Rule) { // the form of the authentication phase
		f.Message = httpx.AuthFailure(f.Status, f.Message, f.Code).Message
	}
	return f
}

// own are the limits of the caller's key and workspace.
func own(r *limits.Rule) bool {
	return r.Counter.Kind == claviger.CountAPIKey || r.Counter.Kind == claviger.CountWorkspace
}

// wording is what the reference says when a limit is reached.
func wording(r *limits.Rule) (text, kind, code string) {
	if r.Rate() {
		switch r.Counter.Kind {
		case claviger.CountAPIKey:
			return "apikey " + r.Name + " rate limit exceeded", "rate_limit_error", "05"
		case claviger.CountWorkspace:
			return "workspace " + r.Name + " rate limit exceeded", "rate_limit_error", "05"
		case claviger.CountAccess:
			return "Portkey Integration " + r.Name + " Rate Limit Exceeded", "integration_rate_limit_error", ""
		case claviger.CountProvider:
			return "Portkey Virtual Key " + r.Name + " Rate Limit Exceeded", "virtual_key_rate_limit_error", ""
		}
		return "Portkey Rate Limit Policy " + r.Counter.ID + " exceeded for value key " + r.Counter.Value,
			"rate_limits_policy_exhaust_error", ""
	}
	switch r.Counter.Kind {
	case claviger.CountAPIKey:
		return "Portkey API Key Usage Limit Exceeded", "api_key_exhaust_error", "04"
	case claviger.CountWorkspace:
		return "Portkey Workspace Usage Limit Exceeded", "workspace_exhaust_error", "04"
	case claviger.CountAccess:
		return "Portkey Integration " + r.Name + " Usage Limit Exceeded", "integration_exhaust_error", "04"
	case claviger.CountProvider:
		return "Portkey Virtual Key " + r.Name + " Usage Limit Exceeded", "virtual_key_exhaust_error", "04"
	}
	return "Portkey Usage Limits Policy " + r.Counter.ID + " Exceeded for value key " + r.Counter.Value,
		"usage_limits_policy_exhaust_error", "06"
}

// limitOf describes a rule and its state for people and programs.
func limitOf(d *limits.Denied) *httpx.Limit {
	l := describe(d.Rule, d.State)
	l.Requested = amountOf(d.Rule.Counter.Measure, d.Asked)
	return l
}

// describe is what a caller may know of a limit that applies to it.
func describe(r *limits.Rule, s limits.State) *httpx.Limit {
	m := r.Counter.Measure
	l := &httpx.Limit{
		On: string(r.Counter.Kind), ID: r.Counter.ID, Name: r.Name, Group: r.Counter.Value,
		Type: string(m), Window: r.Counter.Cadence, Strict: r.Strict,
		Value: amountOf(m, r.Value), Used: amountOf(m, s.Used), Reserved: amountOf(m, s.Reserved),
		Remaining: amountOf(m, max(r.Value-s.Used-s.Reserved, 0)),
	}
	if !s.Next.IsZero() {
		l.ResetsAt = s.Next.UTC().Format(time.RFC3339)
	}
	return l
}

// amountOf is an amount on the wire: US dollars for costs, else a count.
func amountOf(m claviger.Measure, n int64) httpx.Amount {
	return httpx.Amount{N: n, Dollars: m == claviger.MeasureCost}
}
