package catalogue

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestPortkeyPricing(t *testing.T) {
	tests := map[string]struct{ prices, want string }{
		"tokens, caches and tools": {
			"input=2.5 output=10 cache_read=1.25 cache_write=3.125 cache_write_1h=5 web_search=10000 >200000 input=5",
			`{"pay_as_you_go":{"additional_units":{"cache_write_1h":{"price":0.0005},"web_search":{"price":1}},
			  "cache_read_input_token":{"price":0.000125},"cache_write_input_token":{"price":0.0003125},
			  "request_token":{"price":0.00025},"response_token":{"price":0.001}},
			 "calculate":{
			  "request":{"operation":"sum","operands":[
			   {"operation":"multiply","operands":[{"value":"input_tokens"},{"value":"rates.request_token"}]},
			   {"operation":"multiply","operands":[{"value":"cache_write_tokens"},{"value":"rates.cache_write_input_token"}]},
			   {"operation":"multiply","operands":[{"value":"cache_read_tokens"},{"value":"rates.cache_read_input_token"}]}]},
			  "response":{"operation":"sum","operands":[
			   {"operation":"multiply","operands":[{"value":"output_tokens"},{"value":"rates.response_token"}]}]}},
			 "currency":"USD"}`,
		},
		"each request, reasoning and batches": {
			"input=3 output=15 reasoning=3 request=12000 batch input=1.5 output=7.5",
			`{"pay_as_you_go":{"reasoning_token":{"price":0.0003},"request_token":{"price":0.0003},"response_token":{"price":0.0015}},
			 "batch_config":{"request_token":{"price":0.00015},"response_token":{"price":0.00075}},
			 "fixed_cost":{"request":{"price":1.2}},
			 "calculate":{
			  "request":{"operation":"sum","operands":[{"operation":"multiply","operands":[{"value":"input_tokens"},{"value":"rates.request_token"}]}]},
			  "response":{"operation":"sum","operands":[{"operation":"multiply","operands":[{"value":"output_tokens"},{"value":"rates.response_token"}]}]}},
			 "currency":"USD"}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := load(t, "openai\tm\tchat\t-\t"+tt.prices+"\t-\t-").Models("openai")[0]
			got, want := string(PortkeyPricing(*m.Price)), strings.NewReplacer("\n", "", "\t", "").Replace(tt.want)
			if got != strings.ReplaceAll(want, " ", "") {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestPortkeyPricingOfEveryModelIsJSON(t *testing.T) {
	c := Default()
	for _, id := range c.Providers() {
		for _, m := range c.Models(id) {
			if m.Price != nil && (!json.Valid(PortkeyPricing(*m.Price)) || len(PortkeyPricing(*m.Price)) < 20) {
				t.Errorf("%s %s: %s", id, m.Slug, PortkeyPricing(*m.Price))
			}
		}
	}
}
