package gateway_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/limits"
)

// unboundedAsk is a request of which nobody can tell how much it uses.
const unboundedAsk = `{"model":"gpt-a","stream":true,"messages":[{"role":"user","content":"hi"}]}`

// To be strict says nothing of requests: they are counted, and what else they use
// is bounded and booked as if nothing were strict.
func TestAStrictLimitOnRequestsCountsThem(t *testing.T) {
	const rate, budget = `[{"type":"requests","unit":"rpd","value":1,"enforcement":"strict"}]`, `{"type":"requests","credit_limit":1,"enforcement":"strict"}`
	for name, p := range places {
		for kind, limit := range map[string]struct {
			usage, rates string
			refused      int
		}{"rate": {"", rate, 429}, "budget": {budget, "", 412}} {
			if kind == "budget" && name != "Policy" {
				continue
			}
			t.Run(kind+" on the "+name, func(t *testing.T) {
				r := pricedRig(t, streams(delta, delta))
				p.set(r, limit.usage, limit.rates)
				if allowed, body := r.foretold(unboundedAsk); !allowed || strings.Contains(body, `"strict":true`) {
					t.Errorf("foretold: %s", body)
				}
				r.call(unboundedAsk, false)
				opening, closing := r.books.one(t)
				if guess := int64(1024); opening.EstimatedOut != guess || closing.Tokens.Out() >= guess {
					t.Errorf("booked %d tokens of %d", closing.Tokens.Out(), opening.EstimatedOut)
				}
				if allowed, body := r.foretold(unboundedAsk); allowed {
					t.Errorf("foretold: %s", body)
				}
				if resp, body := r.chat(unboundedAsk, team...); resp.StatusCode != limit.refused {
					t.Errorf("%d %s", resp.StatusCode, body)
				}
			})
		}
	}
}

// foretold asks what would become of a request.
func (r *rig) foretold(body string, header ...string) (allowed bool, answer string) {
	r.Helper()
	_, answer = r.do(r.request(http.MethodPost, "/v1/explain", body, append(header, team...)...))
	var told struct{ Allowed bool }
	if err := json.Unmarshal([]byte(answer), &told); err != nil {
		r.Fatalf("%v: %s", err, answer)
	}
	return told.Allowed, answer
}

// incurious admits without asking what a request cannot exceed.
type incurious struct{ limits.Limiter }

// Admit implements limits.Limiter.
func (l incurious) Admit(ctx context.Context, rules []*limits.Rule, ask limits.Ask) (limits.Hold, error) {
	ask.Bound = nil
	return l.Limiter.Admit(ctx, rules, ask)
}

func TestWhatHasNoBoundIsRefusedWhateverTheLimiterAsks(t *testing.T) {
	for name, p := range places {
		t.Run(name, func(t *testing.T) {
			r := pricedRig(t, answers(200, used), func(o *gateway.Options) { o.Limits = incurious{o.Limits} })
			p.set(r, `{"type":"cost","credit_limit":1,"enforcement":"strict"}`, "")
			resp, body := r.chat(unboundedAsk, team...)
			if resp.StatusCode != 412 || !strings.Contains(body, "max_tokens") || !strings.Contains(body, name) {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
			r.books.none(t)
		})
	}
}
