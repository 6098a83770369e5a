package pricing

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
)

// priced draws a quote of any model of the test's catalogue, or at a custom
// price, with any multipliers.
func priced(t *rapid.T, tb testing.TB) *Quote {
	models := [][2]string{{"openai", "gpt"}, {"openai", "long"}, {"openai", "speaks"}, {"anthropic", "claude"}, {"perplexity-ai", "sonar"}, {"openai", "none"}}
	m := rapid.SampledFrom(models).Draw(t, "model")
	in := Input{AIProvider: m[0], Model: m[1], Batch: rapid.Bool().Draw(t, "batch")}
	if rapid.Bool().Draw(t, "own price") {
		prices := map[string]any{}
		for _, key := range rapid.SliceOfDistinct(rapid.SampledFrom(TokenKinds), rapid.ID).Draw(t, "prices") {
			prices[key] = map[string]any{"price": number(9).Draw(t, key)}
		}
		in.Row = &claviger.Model{Pricing: marshal(map[string]any{"type": "static", "pay_as_you_go": prices})}
	}
	multipliers := map[string]any{}
	for _, key := range rapid.SliceOfDistinct(rapid.SampledFrom(append([]string{"default"}, TokenKinds...)), rapid.ID).Draw(t, "multipliers") {
		multipliers[key] = number(6).Draw(t, "factor of "+key)
	}
	in.Adjustments = marshal(map[string]any{"multiplier": multipliers})
	return quote(tb, in)
}

// number is a JSON number from 0 to below 10^size, with up to 9 decimals.
func number(size int) *rapid.Generator[json.Number] {
	return rapid.Custom(func(t *rapid.T) json.Number {
		whole := rapid.StringMatching(fmt.Sprintf(`0|[1-9][0-9]{0,%d}`, rapid.IntRange(0, size-1).Draw(t, "size"))).Draw(t, "whole")
		if part := rapid.StringMatching(`[0-9]{0,9}`).Draw(t, "part"); part != "" {
			whole += "." + part
		}
		return json.Number(whole)
	})
}

func marshal(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// tokens draws counts up to any size, in disorder at times.
func tokens(most int64) *rapid.Generator[claviger.Tokens] {
	n := rapid.Int64Range(0, most)
	return rapid.Custom(func(t *rapid.T) claviger.Tokens {
		k := claviger.Tokens{Input: n.Draw(t, "input")}
		for _, field := range []*int64{&k.CacheRead, &k.CacheWrite5m, &k.CacheWrite1h, &k.AudioInput, &k.ImageInput,
			&k.Output, &k.AudioOutput, &k.ImageOutput, &k.Reasoning, &k.CacheReadAudio, &k.CacheReadImage, &k.WebSearches, &k.FileSearches} {
			if rapid.Bool().Draw(t, "is used") {
				*field = n.Draw(t, "count")
			}
		}
		return k
	})
}

// exactly is the cost as rational numbers, from what a bill says of its lines.
func exactly(t *rapid.T, b Bill) int64 {
	total := new(big.Rat)
	for _, l := range b.Lines {
		amount := new(big.Rat).SetInt64(l.Quantity)
		amount.Mul(amount, ratio(t, l.Rate))
		amount.Mul(amount, ratio(t, l.Multiplier))
		amount.Quo(amount, big.NewRat(1e6, 1))
		if amount.Cmp(ratio(t, l.Amount)) != 0 {
			t.Fatalf("%+v comes to %s", l, amount.FloatString(30))
		}
		total.Add(total, amount)
	}
	if total.Cmp(ratio(t, b.Exact)) != 0 {
		t.Fatalf("the lines come to %s, the bill says %s", total.FloatString(30), b.Exact)
	}
	total.Mul(total, big.NewRat(1e9, 1))
	up := new(big.Int).Add(total.Num(), total.Denom())
	up.Sub(up, big.NewInt(1)).Quo(up, total.Denom())
	if !up.IsInt64() {
		return math.MaxInt64
	}
	return up.Int64()
}

func ratio(t *rapid.T, s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok || strings.ContainsAny(s, "eE/-") {
		t.Fatalf("%q is no decimal number", s)
	}
	return r
}

func TestCostIsExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		q := priced(rt, t)
		used := tokens(rapid.SampledFrom([]int64{10, 1e6, 1 << 40, math.MaxInt64}).Draw(rt, "most")).Draw(rt, "tokens")
		b := q.Bill(used)
		if want := exactly(rt, b); q.Cost(used) != want || b.Cost != want {
			rt.Fatalf("Cost = %d, the bill %d, want %d", q.Cost(used), b.Cost, want)
		}
	})
}

func TestNoSplitCostsMoreThanMost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		q := priced(rt, t)
		used := tokens(rapid.SampledFrom([]int64{10, 1e6, 1 << 40}).Draw(rt, "most")).Draw(rt, "tokens")
		used.WebSearches, used.FileSearches = 0, 0
		spare := rapid.Int64Range(0, 1e6)
		in, out := used.In()+spare.Draw(rt, "spare in"), used.Out()+spare.Draw(rt, "spare out")
		if cost, most := q.Cost(used), q.Most(in, out); cost > most {
			rt.Fatalf("%d costs more than Most(%d, %d) = %d", cost, in, out, most)
		}
		if estimate, most := q.Estimate(in, out), q.Most(in, out); estimate > most {
			rt.Fatalf("Estimate(%d, %d) = %d, Most %d", in, out, estimate, most)
		}
	})
}

// Two halves cost the whole, but for what rounding up and prices by request add.
func TestCostsAddUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		q := priced(rt, t)
		if len(q.tiers) > 1 {
			rt.Skip("a long context is dearer than its parts")
		}
		a, b := tokens(1e9).Draw(rt, "a"), tokens(1e9).Draw(rt, "b")
		a.Reasoning, b.Reasoning = min(a.Reasoning, a.Output), min(b.Reasoning, b.Output)
		both := claviger.Tokens{Input: a.Input + b.Input, CacheRead: a.CacheRead + b.CacheRead,
			CacheWrite5m: a.CacheWrite5m + b.CacheWrite5m, CacheWrite1h: a.CacheWrite1h + b.CacheWrite1h,
			AudioInput: a.AudioInput + b.AudioInput, ImageInput: a.ImageInput + b.ImageInput,
			Output: a.Output + b.Output, AudioOutput: a.AudioOutput + b.AudioOutput, ImageOutput: a.ImageOutput + b.ImageOutput,
			Reasoning: a.Reasoning + b.Reasoning, CacheReadAudio: a.CacheReadAudio + b.CacheReadAudio,
			CacheReadImage: a.CacheReadImage + b.CacheReadImage, WebSearches: a.WebSearches + b.WebSearches, FileSearches: a.FileSearches + b.FileSearches}
		// All of these are far from the largest int64, so nothing overflows unless prices are absurd.
		parts, whole, each := q.Cost(a)+q.Cost(b), q.Cost(both), q.Cost(claviger.Tokens{})
		if whole == math.MaxInt64 || q.Cost(a) > math.MaxInt64/2 || q.Cost(b) > math.MaxInt64/2 {
			return
		}
		if whole > parts || parts > whole+each+1 {
			rt.Fatalf("parts cost %d, the whole %d, a request %d", parts, whole, each)
		}
	})
}

func TestAMultiplierOfOneIsNone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		model := rapid.SampledFrom([]string{"gpt", "long", "speaks", "base-price"}).Draw(rt, "model")
		ones := map[string]any{}
		for _, key := range rapid.SliceOfDistinct(rapid.SampledFrom(append([]string{"default"}, TokenKinds...)), rapid.ID).Draw(rt, "keys") {
			ones[key] = rapid.SampledFrom([]any{json.Number("1"), json.Number("1.000"), json.Number("10e-1"), nil}).Draw(rt, "one")
		}
		used := tokens(1<<40).Draw(rt, "tokens")
		plain, adjusted := quote(t, Input{Model: model}), quote(t, Input{Model: model, Adjustments: marshal(map[string]any{"multiplier": ones})})
		if a, b := plain.Cost(used), adjusted.Cost(used); a != b {
			rt.Fatalf("without %d, with %d", a, b)
		}
	})
}

func TestNumbersAreReadExactly(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`(0|[1-9][0-9]{0,8})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?`).Draw(rt, "number")
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			rt.Skip()
		}
		f, err := parseFactor(text)
		exact.Mul(exact, big.NewRat(1e12, 1))
		tooMuch := exact.Cmp(new(big.Rat).SetFloat64(maxFactor+1)) >= 0
		if (err != nil) != tooMuch {
			rt.Fatalf("%v for %s", err, text)
		}
		if err != nil {
			return
		}
		off := new(big.Rat).Sub(new(big.Rat).SetInt(new(big.Int).SetUint64(uint64(f))), exact)
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 && f != 1 || (f == 0) != (exact.Sign() == 0) {
			rt.Fatalf("%s is read as %s", text, f)
		}
	})
}

func FuzzPrices(f *testing.F) {
	f.Add([]byte(`{"type":"static","pay_as_you_go":{"request_token":{"price":2.5e0},"additional_units":{"web_search":{"price":1}}}}`), []byte(`{"multiplier":{"default":1.1,"image":{"default":null}}}`))
	f.Add([]byte(`{"pay_as_you_go":{"request_token":{"price":1e-9999999999}}}`), []byte(`{"multiplier":{"default":-0}}`))
	f.Fuzz(func(t *testing.T, custom, adjustments []byte) {
		q, err := New(Input{Catalogue: testCatalogue(t), AIProvider: "openai", Model: "long", Row: &claviger.Model{Pricing: custom}, Adjustments: adjustments})
		if err != nil {
			return
		}
		used := claviger.Tokens{Input: math.MaxInt64, CacheRead: 7, Output: 12, Reasoning: 3}
		if q.Cost(used) < 0 || q.Bill(used).Cost != q.Cost(used) || q.Cost(claviger.Tokens{Input: 5, Output: 5}) > q.Most(5, 5) {
			t.Errorf("cost %d, bill %+v", q.Cost(used), q.Bill(used))
		}
		if text := q.Text(); len(text) > maxText || !utf8.ValidString(text) || text == "" {
			t.Errorf("text %q", text)
		}
	})
}
