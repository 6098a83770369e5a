package catalogue

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestPicosInOtherMoney(t *testing.T) {
	tests := map[string]struct {
		picos            Picos
		perMillion, cent string
	}{
		"nothing":                     {0, "0", "0"},
		"a pico-dollar":               {1, "0.000001", "0.0000000001"},
		"2.5 dollars per million":     {2_500_000, "2.5", "0.00025"},
		"0.3 dollars per million":     {300_000, "0.3", "0.00003"},
		"3.75 dollars per million":    {3_750_000, "3.75", "0.000375"},
		"10 dollars per million":      {10_000_000, "10", "0.001"},
		"a cent for each":             {10_000_000_000, "10000", "1"},
		"1.2 cents for each":          {12_000_000_000, "12000", "1.2"},
		"a thousand dollars for each": {maxPrice, "1000000000", "100000"},
		"less than nothing":           {-2_500_000, "-2.5", "-0.00025"},
		"the least":                   {math.MinInt64, "-9223372036854.775808", "-922337203.6854775808"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.picos.PerMillion(); got != tt.perMillion {
				t.Errorf("PerMillion = %s, want %s", got, tt.perMillion)
			}
			if got := tt.picos.Cents(); got != tt.cent {
				t.Errorf("Cents = %s, want %s", got, tt.cent)
			}
		})
	}
}

func TestParsePerMillion(t *testing.T) {
	for text, want := range map[string]Picos{"0": 0, "2.5": 2_500_000, "0.000001": 1, "1000000000": maxPrice, "007": 7_000_000} {
		if got, err := ParsePerMillion(text); err != nil || got != want {
			t.Errorf("ParsePerMillion(%s) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", ".5", "5.", "-1", "+1", "1e3", "1_0", " 1", "0.0000001", "1000000000.1", "99999999999", "NaN", "1.2.3", "1,5"} {
		if got, err := ParsePerMillion(text); err == nil {
			t.Errorf("ParsePerMillion(%q) = %d", text, got)
		}
	}
}

func TestPricesSurviveWritingAndReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Picos(rapid.Int64Range(0, int64(maxPrice)).Draw(t, "picos"))
		if got, err := ParsePerMillion(want.PerMillion()); err != nil || got != want {
			t.Fatalf("%d becomes %d, %v", want, got, err)
		}
	})
}

func TestUnpricedUnitsCostWhatTheyArePartOf(t *testing.T) {
	rates := func(pairs ...rate) Rates { return Rates{pairs} }
	tests := map[string]struct {
		rates Rates
		unit  Unit
		want  Picos
	}{
		"a price of its own":                    {rates(rate{Input, 9}, rate{CacheRead, 1}), CacheRead, 1},
		"a price of nothing is a price":         {rates(rate{Input, 9}, rate{CacheRead, 0}), CacheRead, 0},
		"cached input is input":                 {rates(rate{Input, 9}), CacheRead, 9},
		"a long cache write is a cache write":   {rates(rate{Input, 9}, rate{CacheWrite, 11}), CacheWrite1h, 11},
		"reasoning is output":                   {rates(rate{Output, 7}), Reasoning, 7},
		"cached audio is audio":                 {rates(rate{Input, 9}, rate{CacheRead, 1}, rate{AudioIn, 5}), CacheReadAudio, 5},
		"cached audio is cached where it can":   {rates(rate{Input, 9}, rate{CacheRead, 1}), CacheReadAudio, 1},
		"a search is no token":                  {rates(rate{Input, 9}), WebSearch, 0},
		"a unit that does not exist is nothing": {rates(rate{Input, 9}), unitCount, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.rates.Of(tt.unit); got != tt.want {
				t.Errorf("Of = %d, want %d", got, tt.want)
			}
		})
	}
	if (&Price{}).Base().Of(Input) != 0 {
		t.Error("the zero price has rates")
	}
}

func TestEveryUnitHasAName(t *testing.T) {
	for u := range unitCount {
		if got, ok := unitNamed(u.String()); !ok || got != u {
			t.Errorf("unit %d is %q", u, u)
		}
		if u != Request && (tokenKinds[u] == "") == (additionalUnits[u] == "") {
			t.Errorf("%s needs one name in the compatible API", u)
		}
	}
	if unitCount.String() != "unknown unit" {
		t.Error("a unit that does not exist has a name")
	}
}
