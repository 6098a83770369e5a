package pricing

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/catalogue"
)

// prices are a catalogue for tests, so that they do not change with the shipped
// one.
const prices = `claviger-catalogue 1
openai	gpt	chat	-	input=2.5 output=10 cache_read=1.25 web_search=10000	-	-
openai	base-price	chat	-	input=3 output=12	-	-
openai	tuned	fine-tune	-	input=3.75 output=15	ft:gpt*	-
openai	nothing-known	chat	-	-	-	-
openai	gratis	chat	-	free	-	-
openai	long	chat	-	input=1.25 output=10 cache_read=0.125 >200000 input=2.5 output=15 cache_read=0.25 batch input=0.625 output=5	-	-
openai	speaks	audio	-	input=4 output=16 cache_read=0.4 audio_in=32 audio_out=64 cache_read_audio=0.5 image_in=5 cache_read_image=0.6 image_out=40	-	-
anthropic	claude	chat	-	input=3 output=15 cache_read=0.3 cache_write=3.75 cache_write_1h=6 web_search=10000	-	-
perplexity-ai	sonar	chat	-	input=2 output=8 reasoning=3 request=12000 web_search=5000	-	-
azure-openai	gpt	chat	-	input=5 output=20	-	-
azure-openai	served	chat	-	input=1 output=2	-	-
`

func testCatalogue(t testing.TB) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Load(strings.NewReader(prices))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func quote(t testing.TB, in Input) *Quote {
	t.Helper()
	if in.Catalogue == nil {
		in.Catalogue = testCatalogue(t)
	}
	if in.AIProvider == "" {
		in.AIProvider = "openai"
	}
	q, err := New(in)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestWhichPrice(t *testing.T) {
	own := json.RawMessage(`{"type":"static","pay_as_you_go":{"request_token":{"price":7}}}`)
	million := claviger.Tokens{Input: 1e6}
	tests := map[string]struct {
		in     Input
		source string
		name   string
		cost   int64 // of a million tokens in, in nano-dollars
	}{
		"the catalogue's":                            {Input{Model: "gpt"}, Catalogue, "gpt", 2.5e9},
		"a custom one comes first":                   {Input{Model: "gpt", Row: &claviger.Model{Pricing: own, BaseModel: "base-price"}}, Custom, "", 7e9},
		"a row without a price changes nothing":      {Input{Model: "gpt", Row: &claviger.Model{}}, Catalogue, "gpt", 2.5e9},
		"a null price changes nothing":               {Input{Model: "gpt", Row: &claviger.Model{Pricing: json.RawMessage("null")}}, Catalogue, "gpt", 2.5e9},
		"a price that names none changes nothing":    {Input{Model: "gpt", Row: &claviger.Model{Pricing: json.RawMessage(`{"type":"static","pay_as_you_go":{"request_token":null}}`)}}, Catalogue, "gpt", 2.5e9},
		"a price of 0 is one":                        {Input{Model: "gpt", Row: &claviger.Model{Pricing: json.RawMessage(`{"pay_as_you_go":{"request_token":{"price":0}}}`)}}, Custom, "", 0},
		"the base of a custom model":                 {Input{Model: "mine", Row: &claviger.Model{Custom: true, BaseModel: "base-price"}}, Base, "base-price", 3e9},
		"the base comes before the name":             {Input{Model: "gpt", Row: &claviger.Model{Custom: true, BaseModel: "base-price"}}, Base, "base-price", 3e9},
		"a tuned model at the price of tuned ones":   {Input{Model: "mine", Row: &claviger.Model{FineTune: true, BaseModel: "gpt"}}, Base, "tuned", 3.75e9},
		"a tuned model without a price of its own":   {Input{Model: "mine", Row: &claviger.Model{FineTune: true, BaseModel: "base-price"}}, Base, "base-price", 3e9},
		"a base that is not known":                   {Input{Model: "gpt", Row: &claviger.Model{Custom: true, BaseModel: "no-such"}}, Catalogue, "gpt", 2.5e9},
		"a base without a price":                     {Input{Model: "gpt", Row: &claviger.Model{Custom: true, BaseModel: "nothing-known"}}, Catalogue, "gpt", 2.5e9},
		"what a deployment serves":                   {Input{AIProvider: "azure-openai", Model: "gpt", AlsoKnownAs: []string{"", "served"}}, Catalogue, "served", 1e9},
		"a deployment of something not known":        {Input{AIProvider: "azure-openai", Model: "gpt", AlsoKnownAs: []string{"no-such"}}, Catalogue, "gpt", 5e9},
		"free is a price":                            {Input{Model: "gratis"}, Catalogue, "gratis", 0},
		"a model without a price":                    {Input{Model: "nothing-known"}, None, "", 0},
		"an unknown model":                           {Input{Model: "no-such"}, None, "", 0},
		"a custom price of what nobody knows":        {Input{AIProvider: "acme", Model: "mine", Row: &claviger.Model{Pricing: own}}, Custom, "", 7e9},
		"a multiplier":                               {Input{Model: "gpt", Adjustments: json.RawMessage(`{"multiplier":{"request_token":1.1}}`)}, Catalogue, "gpt", 2.75e9},
		"the multiplier for all":                     {Input{Model: "gpt", Adjustments: json.RawMessage(`{"multiplier":{"default":2,"request_token":null}}`)}, Catalogue, "gpt", 5e9},
		"a multiplier of a custom price":             {Input{Model: "gpt", Row: &claviger.Model{Pricing: own}, Adjustments: json.RawMessage(`{"multiplier":{"request_token":0.5,"default":9}}`)}, Custom, "", 3.5e9},
		"a multiplier of 0":                          {Input{Model: "gpt", Adjustments: json.RawMessage(`{"multiplier":{"default":0}}`)}, Catalogue, "gpt", 0},
		"half of a custom price in batches":          {Input{Model: "gpt", Row: &claviger.Model{Pricing: own}, Batch: true}, Custom, "", 3.5e9},
		"half of a listed price in batches":          {Input{Model: "gpt", Batch: true}, Catalogue, "gpt", 1.25e9},
		"no multiplier":                              {Input{Model: "gpt", Adjustments: json.RawMessage(`{"multiplier":null}`)}, Catalogue, "gpt", 2.5e9},
		"text has a name of its own":                 {Input{Model: "gpt", Row: &claviger.Model{Pricing: json.RawMessage(`{"pay_as_you_go":{"request_token":{"price":7},"request_text_token":{"price":6}}}`)}, Adjustments: json.RawMessage(`{"multiplier":{"request_token":10,"request_text_token":2}}`)}, Custom, "", 12e9},
		"a multiplier for a price that is not there": {Input{Model: "gpt", Adjustments: json.RawMessage(`{"multiplier":{"request_text_token":2}}`)}, Catalogue, "gpt", 2.5e9},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q := quote(t, tt.in)
			if q.Source() != tt.source || q.Model() != tt.name || q.Priced() != (tt.source != None) {
				t.Errorf("price %s of %q, priced %v; want %s of %q", q.Source(), q.Model(), q.Priced(), tt.source, tt.name)
			}
			if got := q.Cost(million); got != tt.cost {
				t.Errorf("Cost = %d, want %d", got, tt.cost)
			}
			if (q.Text() == "") == q.Priced() {
				t.Errorf("Text = %q", q.Text())
			}
		})
	}
}

func TestEveryClassIsCharged(t *testing.T) {
	const custom = `{"pay_as_you_go":{"request_token":{"price":2},"response_token":{"price":8},"additional_units":{"web_search":{"price":10000},"request":{"price":500}}}}`
	tests := map[string]struct {
		in   Input
		used claviger.Tokens
		want int64
	}{
		"input and output":                        {Input{Model: "gpt"}, claviger.Tokens{Input: 1200, Output: 300}, 1200*2500 + 300*10000},
		"cached":                                  {Input{Model: "gpt"}, claviger.Tokens{Input: 400, CacheRead: 800, Output: 300}, 400*2500 + 800*1250 + 300*10000},
		"cached without a price of its own":       {Input{Model: "base-price"}, claviger.Tokens{CacheRead: 800}, 800 * 3000},
		"cached at a custom price that has none":  {Input{Model: "gpt", Row: &claviger.Model{Pricing: json.RawMessage(custom)}}, claviger.Tokens{CacheRead: 100, CacheWrite5m: 10, CacheWrite1h: 1}, 111*2000 + 500e3},
		"searches and requests at a custom price": {Input{Model: "gpt", Row: &claviger.Model{Pricing: json.RawMessage(custom)}}, claviger.Tokens{WebSearches: 3, FileSearches: 9}, 30e6 + 500e3},
		"written for 5 minutes and for an hour":   {Input{AIProvider: "anthropic", Model: "claude"}, claviger.Tokens{CacheWrite5m: 1000, CacheWrite1h: 100, CacheRead: 10}, 1000*3750 + 100*6000 + 10*300},
		"web searches":                            {Input{AIProvider: "anthropic", Model: "claude"}, claviger.Tokens{WebSearches: 2}, 20e6},
		"reasoning is output":                     {Input{Model: "gpt"}, claviger.Tokens{Output: 300, Reasoning: 200}, 300 * 10000},
		"reasoning priced apart":                  {Input{AIProvider: "perplexity-ai", Model: "sonar"}, claviger.Tokens{Output: 300, Reasoning: 200}, 100*8000 + 200*3000 + 12e6},
		"more reasoning than output":              {Input{AIProvider: "perplexity-ai", Model: "sonar"}, claviger.Tokens{Output: 100, Reasoning: 200}, 100*3000 + 12e6},
		"a request alone":                         {Input{AIProvider: "perplexity-ai", Model: "sonar"}, claviger.Tokens{}, 12e6},
		"audio and images": {Input{Model: "speaks"}, claviger.Tokens{Input: 1, AudioInput: 10, CacheReadAudio: 100, ImageInput: 1000, CacheReadImage: 10000, Output: 2, AudioOutput: 20, ImageOutput: 200},
			4000 + 10*32000 + 100*500 + 1000*5000 + 10000*600 + 2*16000 + 20*64000 + 200*40000},
		"audio without a price":                        {Input{Model: "gpt"}, claviger.Tokens{AudioInput: 10, AudioOutput: 20}, 10*2500 + 20*10000},
		"up to a long context":                         {Input{Model: "long"}, claviger.Tokens{Input: 100000, CacheRead: 100000, Output: 1}, 100000*1250 + 100000*125 + 10000},
		"a long context, cached tokens included":       {Input{Model: "long"}, claviger.Tokens{Input: 100000, CacheRead: 100001, Output: 1}, 100000*2500 + 100001*250 + 15000},
		"batches, price by price":                      {Input{Model: "long", Batch: true}, claviger.Tokens{Input: 10, CacheRead: 1000, Output: 1}, 10*625 + 62500 + 5000},
		"batches of a long context":                    {Input{Model: "long", Batch: true}, claviger.Tokens{Input: 200001}, 200001 * 1250},
		"searches are no cheaper in batches":           {Input{Model: "gpt", Batch: true}, claviger.Tokens{WebSearches: 1}, 10e6},
		"a search's multiplier":                        {Input{Model: "gpt", Adjustments: json.RawMessage(`{"multiplier":{"default":9,"additional_units":{"web_search":1.5}}}`)}, claviger.Tokens{WebSearches: 1}, 15e6},
		"an hour in the cache is a write":              {Input{AIProvider: "anthropic", Model: "claude", Adjustments: json.RawMessage(`{"multiplier":{"cache_write_input_token":2}}`)}, claviger.Tokens{CacheWrite5m: 1000, CacheWrite1h: 1000}, 7500e3 + 12000e3},
		"an hour in the cache by its own multiplier":   {Input{AIProvider: "anthropic", Model: "claude", Adjustments: json.RawMessage(`{"multiplier":{"cache_write_input_token":2,"additional_units":{"cache_write_1h":3}}}`)}, claviger.Tokens{CacheWrite1h: 1000}, 18000e3},
		"what has no price is adjusted as its class":   {Input{Model: "base-price", Adjustments: json.RawMessage(`{"multiplier":{"request_token":2}}`)}, claviger.Tokens{CacheRead: 1000}, 6000e3},
		"but by its own multiplier where there is one": {Input{Model: "base-price", Adjustments: json.RawMessage(`{"multiplier":{"request_token":2,"cache_read_input_token":0.5}}`)}, claviger.Tokens{CacheRead: 1000}, 1500e3},
		"what has a price is not adjusted as another":  {Input{Model: "gpt", Adjustments: json.RawMessage(`{"multiplier":{"request_token":2}}`)}, claviger.Tokens{CacheRead: 1000}, 1250e3},
		"rounded up once":                              {Input{Model: "gpt", Adjustments: json.RawMessage(`{"multiplier":{"default":0.0001}}`)}, claviger.Tokens{Input: 1, Output: 1}, 2}, // 0.25 + 1
		"negative counts are nothing":                  {Input{Model: "gpt"}, claviger.Tokens{Input: -5, CacheRead: -1, Output: -9, Reasoning: -7, WebSearches: -2}, 0},
		"more than can be counted":                     {Input{Model: "gpt"}, claviger.Tokens{Input: math.MaxInt64, Output: math.MaxInt64}, math.MaxInt64},
		"more than can be counted, in a long context":  {Input{Model: "long"}, claviger.Tokens{Input: math.MaxInt64, CacheRead: math.MaxInt64}, math.MaxInt64},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := quote(t, tt.in).Cost(tt.used); got != tt.want {
				t.Errorf("Cost = %d, want %d", got, tt.want)
			}
		})
	}
}

func TestStoredPricesThatCannotBe(t *testing.T) {
	for name, in := range map[string]Input{
		"text":                    {Row: &claviger.Model{Pricing: json.RawMessage(`"7"`)}},
		"another type":            {Row: &claviger.Model{Pricing: json.RawMessage(`{"type":"dynamic","pay_as_you_go":{}}`)}},
		"an unknown price":        {Row: &claviger.Model{Pricing: json.RawMessage(`{"pay_as_you_go":{"requests_token":{"price":1}}}`)}},
		"no price":                {Row: &claviger.Model{Pricing: json.RawMessage(`{"pay_as_you_go":{"request_token":{}}}`)}},
		"a negative price":        {Row: &claviger.Model{Pricing: json.RawMessage(`{"pay_as_you_go":{"request_token":{"price":-1}}}`)}},
		"units that are a number": {Row: &claviger.Model{Pricing: json.RawMessage(`{"pay_as_you_go":{"additional_units":7}}`)}},
		"a multiplier of text":    {Adjustments: json.RawMessage(`{"multiplier":{"default":"x"}}`)},
		"an unknown multiplier":   {Adjustments: json.RawMessage(`{"multiplier":{"defaults":1}}`)},
		"a list of multipliers":   {Adjustments: json.RawMessage(`[1]`)},
		"units of text":           {Adjustments: json.RawMessage(`{"multiplier":{"additional_units":{"x":"y"}}}`)},
		"a multiplier of units":   {Adjustments: json.RawMessage(`{"multiplier":{"additional_units":7}}`)},
		"a huge multiplier":       {Adjustments: json.RawMessage(`{"multiplier":{"image":{"default":1e99}}}`)},
	} {
		if q, err := New(in); err == nil || q != nil {
			t.Errorf("%s: %+v, %v", name, q, err)
		}
	}
}
