package gateway

import (
	"errors"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
)

// estimate is what a request may use, judged before it is sent: tokens, and
// nano-dollars.
type estimate struct{ in, out, cost int64 }

const (
	// assumedOutput is the length, in tokens, of an answer whose caller set no
	// bound, of a model that has not answered yet.
	assumedOutput = 1024
	// maxEstimate keeps a caller's absurd bound from overflowing sums.
	maxEstimate = 1 << 40
	maxChoices  = 128
)

// guess is what the request is likely to use.
func (x *exchange) guess(m *priced, operation provider.Operation) estimate {
	e := estimate{in: x.request.Input}
	if operation != provider.Embed {
		e.out = x.request.MaxOutput
		if e.out <= 0 {
			e.out = max(m.usual(), min(llm.Thinking(x.request.Body), m.longest))
		}
		e.out = x.choices(e.out)
	}
	e.cost = m.Estimate(e.in, e.out)
	return e
}

// choices is what so much output comes to when it is asked for several times.
func (x *exchange) choices(out int64) int64 {
	return min(min(out, maxEstimate)*max(min(x.request.Choices, maxChoices), 1), maxEstimate)
}

var (
	errNoMaxTokens = errors.New("it does not set max_tokens")
	errOtherName   = errors.New("it bounds its output by max_completion_tokens, which the provider may not know; set max_tokens")
	errChoices     = errors.New("it asks for too many choices")
	errUnpriced    = errors.New("the price of its model is not known")
	errSearches    = errors.New("its model searches or reasons beyond what was asked for")
)

// bound is what the request cannot exceed. The error says why there is none; that
// the price is not known is one only when cost is to be bounded. The body is
// judged once, however many limits ask.
func (a *admission) bound(cost bool) (estimate, error) {
	if !a.judged {
		a.most, a.unbounded = a.mostOf(a.priced, a.operation)
		a.judged = true
	}
	if a.unbounded == nil && cost && !a.priced.Priced() {
		return estimate{}, errUnpriced
	}
	return a.most, a.unbounded
}

// mostOf is the most that the request can use: a token has at least one byte, and
// the output is as long as the caller allows.
func (x *exchange) mostOf(m *priced, operation provider.Operation) (estimate, error) {
	in, err := llm.BoundInput(x.request.Body)
	if err != nil {
		return estimate{}, err
	}
	if unprompted(m.aiProvider, x.request.Model) {
		return estimate{}, errSearches
	}
	e := estimate{in: in}
	if operation != provider.Embed {
		switch {
		case x.request.MaxOutput <= 0:
			return estimate{}, errNoMaxTokens
		case !x.request.MaxTokensSaid && (operation != provider.Chat || !knowsCompletionTokens(m.aiProvider)):
			return estimate{}, errOtherName
		case x.request.Choices > maxChoices:
			return estimate{}, errChoices
		}
		e.out = x.choices(x.request.MaxOutput)
	}
	e.cost = m.Most(e.in, e.out)
	return e, nil
}

// unprompted reports whether a model does more than it is asked for, at a price:
// Perplexity's search and cite whatever max_tokens says, and so do models of
// other providers that are named for it. What stands behind a colon on OpenRouter
// adds searches, or picks a dearer host.
func unprompted(aiProvider, model string) bool {
	model = strings.ToLower(model)
	return strings.HasPrefix(aiProvider, "perplexity") || strings.Contains(model, "search") || strings.Contains(model, "sonar") ||
		aiProvider == "openrouter" && strings.Contains(model, ":")
}

// knowsCompletionTokens reports whether a kind of provider is known to keep to
// max_completion_tokens where max_tokens is not said.
func knowsCompletionTokens(aiProvider string) bool {
	switch aiProvider {
	case "openai", "azure-openai", "azure-ai", "anthropic", "groq", "openrouter", "google", "vertex-ai", "x-ai":
		return true
	}
	return false
}

func (e estimate) amount() limits.Amount {
	return limits.Amount{Requests: 1, Tokens: e.in + e.out, Cost: e.cost}
}

func (e estimate) tokens() claviger.Tokens { return claviger.Tokens{Input: e.in, Output: e.out} }
