package pricing

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/catalogue"
)

func TestText(t *testing.T) {
	tests := map[string]struct {
		in   Input
		want string
	}{
		"a listed price":   {Input{Model: "gpt"}, "catalogue gpt: input 2.5, cache_read 1.25, output 10, web_search 10000 USD per million"},
		"a long context":   {Input{Model: "long"}, "catalogue long: input 1.25, cache_read 0.125, output 10; above 200000: input 2.5, cache_read 0.25, output 15 USD per million"},
		"batches":          {Input{Model: "gpt", Batch: true}, "catalogue gpt batch: input 1.25, cache_read 0.625, output 5, web_search 10000 USD per million"},
		"multipliers":      {Input{Model: "base-price", Adjustments: json.RawMessage(`{"multiplier":{"request_token":1.2,"default":1,"response_token":0.5}}`)}, "catalogue base-price: input 3, output 12 USD per million; times request_token 1.2, response_token 0.5"},
		"a price of one's": {Input{Model: "gpt", Row: &claviger.Model{Pricing: json.RawMessage(`{"pay_as_you_go":{"request_token":{"price":0.05}}}`)}}, "custom: input 0.05 USD per million"},
		"a base":           {Input{Model: "x", Row: &claviger.Model{BaseModel: "base-price"}}, "base base-price: input 3, output 12 USD per million"},
		"none":             {Input{Model: "no-such"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, quote(t, tt.in).Text()); d != "" {
				t.Error(d)
			}
		})
	}
}

// What the shipped catalogue says of a model, with every multiplier, fits.
func TestTextFits(t *testing.T) {
	all := map[string]any{}
	for _, key := range TokenKinds {
		all[key] = json.Number("1.123456789012")
	}
	for _, provider := range catalogue.Default().Providers() {
		for _, m := range catalogue.Default().Models(provider) {
			plain := quote(t, Input{Catalogue: catalogue.Default(), AIProvider: provider, Model: m.Slug})
			if strings.HasSuffix(plain.Text(), "…") {
				t.Errorf("%s does not fit: %s", m.Slug, plain.Text())
			}
			q := quote(t, Input{Catalogue: catalogue.Default(), AIProvider: provider, Model: m.Slug, Adjustments: marshal(map[string]any{"multiplier": all})})
			if len(q.Text()) > maxText {
				t.Errorf("%d bytes for %s", len(q.Text()), m.Slug)
			}
		}
	}
}

func TestBill(t *testing.T) {
	q := quote(t, Input{Model: "long", Adjustments: json.RawMessage(`{"multiplier":{"response_token":1.1}}`)})
	got := q.Bill(claviger.Tokens{Input: 200000, CacheWrite5m: 1, Output: 3, Reasoning: 2})
	want := Bill{Source: Catalogue, Model: "long", Above: 200000, Exact: "0.500052", Cost: 500052000, Lines: []Line{
		{Unit: "input", Quantity: 200000, Rate: "2.5", Multiplier: "1", Amount: "0.5"},
		{Unit: "cache_write", As: "input", Quantity: 1, Rate: "2.5", Multiplier: "1", Amount: "0.0000025"},
		{Unit: "output", Quantity: 1, Rate: "15", Multiplier: "1.1", Amount: "0.0000165"},
		{Unit: "reasoning", As: "output", Quantity: 2, Rate: "15", Multiplier: "1.1", Amount: "0.000033"},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if b := quote(t, Input{Model: "no-such"}).Bill(claviger.Tokens{Input: 5}); len(b.Lines) > 0 || b.Source != None {
		t.Errorf("%+v", b)
	}
}

func BenchmarkCost(b *testing.B) {
	for name, tt := range map[string]struct {
		in   Input
		used claviger.Tokens
	}{
		"plain":    {Input{Model: "gpt"}, claviger.Tokens{Input: 1200, CacheRead: 800, Output: 300}},
		"adjusted": {Input{Model: "long", Adjustments: json.RawMessage(`{"multiplier":{"default":1.1}}`)}, claviger.Tokens{Input: 300000, CacheRead: 800, Output: 300, Reasoning: 100}},
	} {
		b.Run(name, func(b *testing.B) {
			q := quote(b, tt.in)
			b.ReportAllocs()
			for b.Loop() {
				q.Cost(tt.used)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	c := testCatalogue(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(Input{Catalogue: c, AIProvider: "openai", Model: "gpt", Adjustments: json.RawMessage(`{"multiplier":{"default":1.1}}`)}); err != nil {
			b.Fatal(err)
		}
	}
}
