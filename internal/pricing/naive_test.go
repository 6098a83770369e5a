package pricing

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/catalogue"
)

// naiveClass is a class of tokens as docs/prices.md tells of it: the names that its
// price may have, in their order, what it is billed as without one, and whose
// multiplier it has when it has none.
type naiveClass struct {
	unit     string // in the catalogue
	count    func(claviger.Tokens) int64
	names    []string // the last is that of its multiplier when it has no price
	instead  []string // units
	likewise string   // the name of another multiplier, before the others
	tokens   bool
}

var naiveClasses = []naiveClass{
	{"input", func(t claviger.Tokens) int64 { return t.Input }, []string{"request_text_token", "request_token"}, nil, "", true},
	{"cache_read", func(t claviger.Tokens) int64 { return t.CacheRead }, []string{"cache_read_text_input_token", "cache_read_input_token"}, []string{"input"}, "", true},
	{"cache_write", func(t claviger.Tokens) int64 { return t.CacheWrite5m }, []string{"cache_write_text_input_token", "cache_write_input_token"}, []string{"input"}, "", true},
	{"cache_write_1h", func(t claviger.Tokens) int64 { return t.CacheWrite1h }, []string{"additional_units.cache_write_1h"}, []string{"cache_write", "input"}, "cache_write_input_token", true},
	{"audio_in", func(t claviger.Tokens) int64 { return t.AudioInput }, []string{"request_audio_token"}, []string{"input"}, "", true},
	{"cache_read_audio", func(t claviger.Tokens) int64 { return t.CacheReadAudio }, []string{"cache_read_audio_input_token"}, []string{"audio_in", "cache_read", "input"}, "", true},
	{"image_in", func(t claviger.Tokens) int64 { return t.ImageInput }, []string{"request_image_token"}, []string{"input"}, "", true},
	{"cache_read_image", func(t claviger.Tokens) int64 { return t.CacheReadImage }, []string{"cache_read_image_input_token"}, []string{"image_in", "cache_read", "input"}, "", true},
	{"output", func(t claviger.Tokens) int64 { return t.Output - min(t.Reasoning, t.Output) }, []string{"response_text_token", "response_token"}, nil, "", true},
	{"reasoning", func(t claviger.Tokens) int64 { return min(t.Reasoning, t.Output) }, []string{"reasoning_token"}, []string{"output"}, "", true},
	{"audio_out", func(t claviger.Tokens) int64 { return t.AudioOutput }, []string{"response_audio_token"}, []string{"output"}, "", true},
	{"image_out", func(t claviger.Tokens) int64 { return t.ImageOutput }, []string{"response_image_token"}, []string{"output"}, "", true},
	{"web_search", func(t claviger.Tokens) int64 { return t.WebSearches }, []string{"additional_units.web_search"}, nil, "", false},
	{"file_search", func(t claviger.Tokens) int64 { return t.FileSearches }, []string{"additional_units.file_search"}, nil, "", false},
	{"request", func(claviger.Tokens) int64 { return 1 }, []string{"additional_units.request"}, nil, "", false},
}

// naivePrice finds the price of a unit, by its name.
type naivePrice func(c naiveClass) (usd *big.Rat, name string)

// naiveCost is what tokens cost, by the words of docs/prices.md alone: in
// fractions, class by class, looked up anew each time.
func naiveCost(used claviger.Tokens, price naivePrice, multipliers map[string]*big.Rat) int64 {
	total := new(big.Rat)
	for _, c := range naiveClasses {
		usd, name := price(c)
		own := usd != nil
		for _, unit := range c.instead {
			if usd == nil {
				usd, name = price(naiveClasses[indexOf(unit)])
			}
		}
		if usd == nil {
			continue
		}
		order := []string{c.names[len(c.names)-1], c.likewise, name, "default"}
		if own {
			order = []string{name, c.likewise, "default"}
		}
		amount := new(big.Rat).SetInt64(c.count(used))
		amount.Mul(amount, usd)
		for _, key := range order {
			if m := multipliers[key]; m != nil {
				amount.Mul(amount, m)
				break
			}
		}
		total.Add(total, amount)
	}
	total.Mul(total, big.NewRat(1e9, 1e6)) // dollars per million into nano-dollars
	up := new(big.Int).Add(total.Num(), total.Denom())
	up.Sub(up, big.NewInt(1)).Quo(up, total.Denom())
	if !up.IsInt64() {
		return math.MaxInt64
	}
	return up.Int64()
}

func indexOf(unit string) int {
	for i, c := range naiveClasses {
		if c.unit == unit {
			return i
		}
	}
	panic(unit)
}

// drawn are numbers by names.
func drawn(t *rapid.T, what string, names []string, n *rapid.Generator[json.Number]) map[string]json.Number {
	out := map[string]json.Number{}
	for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID).Draw(t, what) {
		out[name] = n.Draw(t, what+" of "+name)
	}
	return out
}

// nested is numbers as JSON has them: "group.member" within the group.
func nested(numbers map[string]json.Number, wrap func(json.Number) any) map[string]any {
	out := map[string]any{}
	for name, n := range numbers {
		at := out
		if group, member, ok := strings.Cut(name, "."); ok {
			if out[group] == nil {
				out[group] = map[string]any{}
			}
			at, name = out[group].(map[string]any), member
		}
		at[name] = wrap(n)
	}
	return out
}

func rats(numbers map[string]json.Number) map[string]*big.Rat {
	out := map[string]*big.Rat{}
	for name, n := range numbers {
		out[name], _ = new(big.Rat).SetString(n.String())
	}
	return out
}

var (
	additionalNames = []string{"additional_units.cache_write_1h", "additional_units.web_search", "additional_units.file_search", "additional_units.request"}
	priceNames      = append(append([]string{}, TokenKinds...), additionalNames...)
	multiplierNames = append(append([]string{"default", "image.default"}, TokenKinds...), additionalNames...)
)

func drawMultipliers(t *rapid.T) (json.RawMessage, map[string]*big.Rat) {
	m := drawn(t, "multipliers", multiplierNames, number(4))
	return marshal(map[string]any{"multiplier": nested(m, func(n json.Number) any { return n })}), rats(m)
}

func half(usd *big.Rat, c naiveClass, batch bool) *big.Rat {
	if usd == nil || !batch || !c.tokens {
		return usd
	}
	return new(big.Rat).Mul(usd, big.NewRat(1, 2))
}

var amounts = []int64{10, 1e6, 1 << 40, math.MaxInt64}

func TestCustomPricesAndMultipliersAsANaiveModelSays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		prices := drawn(rt, "prices", priceNames, number(9))
		in := Input{AIProvider: "acme", Model: "m", Batch: rapid.Bool().Draw(rt, "batch"), Row: &claviger.Model{Pricing: marshal(map[string]any{
			"type": "static", "pay_as_you_go": nested(prices, func(n json.Number) any { return map[string]any{"price": n} })})}}
		var multipliers map[string]*big.Rat
		in.Adjustments, multipliers = drawMultipliers(rt)
		used := tokens(rapid.SampledFrom(amounts).Draw(rt, "most")).Draw(rt, "tokens")
		exact := rats(prices)
		want := naiveCost(used, func(c naiveClass) (*big.Rat, string) {
			for _, name := range c.names {
				if usd := exact[name]; usd != nil {
					return half(usd, c, in.Batch), name
				}
			}
			return nil, ""
		}, multipliers)
		if got := quote(t, in).Cost(used); got != want {
			rt.Fatalf("Cost = %d, want %d", got, want)
		}
	})
}

func TestListPricesAndMultipliersAsANaiveModelSays(t *testing.T) {
	var unitNames []string
	for _, c := range naiveClasses {
		unitNames = append(unitNames, c.unit)
	}
	listPrice := rapid.Custom(func(t *rapid.T) json.Number {
		return json.Number(fmt.Sprintf("%d.%06d", rapid.IntRange(0, 200).Draw(t, "dollars"), rapid.IntRange(0, 999_999).Draw(t, "millionths")))
	})
	rapid.Check(t, func(rt *rapid.T) {
		base, long, batch := drawn(rt, "base", unitNames, listPrice), drawn(rt, "long", unitNames, listPrice), drawn(rt, "batch", unitNames, listPrice)
		above := rapid.Int64Range(1, 1000).Draw(rt, "above")
		words := []string{}
		list := func(head string, prices map[string]json.Number) {
			if len(prices) > 0 && head != "" {
				words = append(words, head)
			}
			for unit, p := range prices {
				words = append(words, unit+"="+p.String())
			}
		}
		list("", base)
		list(">"+strconv.FormatInt(above, 10), long)
		list("batch", batch)
		c, err := catalogue.Load(strings.NewReader("claviger-catalogue 1\nacme\tm\tchat\t-\t" + strings.Join(words, " ") + "\t-\t-\n"))
		if err != nil || len(base) == 0 {
			rt.Skip(err)
		}
		in := Input{Catalogue: c, AIProvider: "acme", Model: "m", Batch: rapid.Bool().Draw(rt, "in a batch")}
		var multipliers map[string]*big.Rat
		in.Adjustments, multipliers = drawMultipliers(rt)
		used := tokens(rapid.SampledFrom(amounts).Draw(rt, "most")).Draw(rt, "tokens")
		usual, more, job := rats(base), rats(long), rats(batch)
		size := new(big.Int)
		for _, n := range []int64{used.Input, used.CacheRead, used.CacheWrite5m, used.CacheWrite1h, used.AudioInput, used.CacheReadAudio, used.ImageInput, used.CacheReadImage} {
			size.Add(size, big.NewInt(n))
		}
		isLong := len(long) > 0 && size.Cmp(big.NewInt(above)) > 0
		want := naiveCost(used, func(c naiveClass) (*big.Rat, string) {
			usd := usual[c.unit]
			if isLong && more[c.unit] != nil {
				usd = more[c.unit]
			}
			usd = half(usd, c, in.Batch)
			if own := job[c.unit]; in.Batch && own != nil && (!isLong || usd == nil || own.Cmp(usd) > 0) {
				usd = own
			}
			return usd, c.names[len(c.names)-1]
		}, multipliers)
		if got := quote(t, in).Cost(used); got != want {
			rt.Fatalf("%s: Cost = %d, want %d", words, got, want)
		}
	})
}
