package catalogue

import "encoding/json"

// tokenKinds are the units that the compatible API has names for; the others
// are its additional units.
var tokenKinds = map[Unit]string{
	Input: "request_token", Output: "response_token",
	CacheRead: "cache_read_input_token", CacheWrite: "cache_write_input_token",
	AudioIn: "request_audio_token", AudioOut: "response_audio_token", CacheReadAudio: "cache_read_audio_input_token",
	ImageIn: "request_image_token", ImageOut: "response_image_token", CacheReadImage: "cache_read_image_input_token",
	Reasoning: "reasoning_token",
}

var additionalUnits = map[Unit]string{
	CacheWrite1h: "cache_write_1h", WebSearch: "web_search", FileSearch: "file_search",
	VideoIn: "input_video_token", VideoOut: "output_video_token", Citation: "citation_token",
	AudioSecond: "audio_seconds", Page: "pages", AnnotatedPage: "annotated_pages", Message: "messages",
}

// Terms of the formula: a quantity by the rate that it is charged at.
var (
	requestTerms = []term{
		{Input, "input_tokens"}, {CacheWrite, "cache_write_tokens"}, {CacheRead, "cache_read_tokens"},
		{AudioIn, "audio_input_tokens"}, {CacheReadAudio, "cache_read_audio_tokens"},
	}
	responseTerms = []term{{Output, "output_tokens"}, {AudioOut, "audio_output_tokens"}}
)

type term struct {
	unit     Unit
	quantity string
}

// cents is a price in US cents per unit.
type cents struct {
	Price json.Number `json:"price"`
}

// formula is a node of a calculation: an operation on others, or a value.
type formula struct {
	Operation string    `json:"operation,omitempty"`
	Operands  []formula `json:"operands,omitempty"`
	Value     string    `json:"value,omitempty"`
}

type portkeyPrice struct {
	PayAsYouGo  map[string]any     `json:"pay_as_you_go"`
	Batch       map[string]any     `json:"batch_config,omitempty"`
	FixedCost   map[string]cents   `json:"fixed_cost,omitempty"`
	Calculation map[string]formula `json:"calculate"`
	Currency    string             `json:"currency"`
}

// PortkeyPricing is a price as the compatible API's pricing endpoint answers it,
// ModelPricingConfig: US cents per unit, exact, the base rates only.
func PortkeyPricing(p Price) json.RawMessage {
	base := p.Base()
	out := portkeyPrice{
		PayAsYouGo:  payAsYouGo(base),
		Calculation: map[string]formula{"request": sum(base, requestTerms), "response": sum(base, responseTerms)},
		Currency:    "USD",
	}
	if price, ok := base.Known(Request); ok {
		out.FixedCost = map[string]cents{"request": inUSCents(price)}
	}
	if batch, ok := p.Batch(); ok {
		out.Batch = payAsYouGo(batch)
	}
	data, err := json.Marshal(out)
	if err != nil {
		return json.RawMessage(`{}`) // maps, strings and decimal numbers marshal
	}
	return data
}

func payAsYouGo(r Rates) map[string]any {
	out, more := map[string]any{}, map[string]cents{}
	for u, price := range r.All() {
		if kind, ok := tokenKinds[u]; ok {
			out[kind] = inUSCents(price)
		} else if kind, ok := additionalUnits[u]; ok {
			more[kind] = inUSCents(price)
		}
	}
	if len(more) > 0 {
		out["additional_units"] = more
	}
	return out
}

// sum is the formula over the terms that have a rate.
func sum(r Rates, terms []term) formula {
	out := formula{Operation: "sum", Operands: []formula{}}
	for _, t := range terms {
		if _, ok := r.Known(t.unit); ok || t.unit == Input || t.unit == Output {
			out.Operands = append(out.Operands, formula{Operation: "multiply", Operands: []formula{
				{Value: t.quantity}, {Value: "rates." + tokenKinds[t.unit]},
			}})
		}
	}
	return out
}

func inUSCents(p Picos) cents { return cents{json.Number(p.Cents())} }
