package gateway_test

import (
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/gateway"
)

// What a request lets a model think is reserved for it, as far as it can think.
func TestThinkingIsEstimated(t *testing.T) {
	known, err := catalogue.Load(strings.NewReader("claviger-catalogue 1\nopenai\tgpt-a\tchat\t40000\tinput=2 output=8\t-\t-\nopenai\tgpt-b\tchat\t-\tinput=2 output=8\t-\t-\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		body string
		out  int64
	}{
		"nothing said":                          {`{"model":"gpt-a","messages":[]}`, 1024},
		"a budget":                              {`{"model":"gpt-a","messages":[],"thinking":{"type":"enabled","budget_tokens":32000}}`, 32000},
		"a budget, for each choice":             {`{"model":"gpt-a","n":2,"messages":[],"thinking":{"type":"enabled","budget_tokens":32000}}`, 64000},
		"a budget beyond what the model holds":  {`{"model":"gpt-a","messages":[],"thinking":{"type":"enabled","budget_tokens":50000}}`, 40000},
		"a budget beyond what any model holds":  {`{"model":"gpt-b","messages":[],"thinking":{"type":"enabled","budget_tokens":9000000000000000}}`, 1 << 20},
		"a budget below what is usual":          {`{"model":"gpt-a","messages":[],"thinking":{"type":"enabled","budget_tokens":1000}}`, 1024},
		"an effort":                             {`{"model":"gpt-a","messages":[],"reasoning_effort":"high"}`, 4096},
		"what max_tokens says, not the budget":  {`{"model":"gpt-a","max_tokens":50,"messages":[],"thinking":{"type":"enabled","budget_tokens":32000}}`, 50},
		"max_completion_tokens, not the effort": {`{"model":"gpt-a","max_completion_tokens":50,"messages":[],"reasoning_effort":"high"}`, 50},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "openai", answers(200, used), func(o *gateway.Options) { o.Catalogue = known })
			if resp, body := r.chat(tt.body); resp.StatusCode != 200 {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			if o, _ := r.books.one(t); o.EstimatedOut != tt.out {
				t.Errorf("%d tokens out are expected, want %d", o.EstimatedOut, tt.out)
			}
		})
	}
}

// A thinking budget is no bound: models may answer for longer.
func TestAThinkingBudgetIsNoStrictBound(t *testing.T) {
	r := pricedRig(t, answers(200, used))
	places["API Key"].set(r, `{"type":"cost","credit_limit":5,"enforcement":"strict"}`, "")
	resp, body := r.chat(`{"model":"gpt-a","messages":[],"thinking":{"type":"enabled","budget_tokens":1024},"reasoning_effort":"low"}`)
	if resp.StatusCode != 412 || !strings.Contains(body, "max_tokens") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}
