package limits

import (
	"math/big"
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

func TestNumbersAreScaledExactly(t *testing.T) {
	tests := map[string]struct {
		number string
		digits int
		want   int64 // -1: refused
	}{
		"a dollar":                         {"1", nano, 1_000_000_000},
		"a cent":                           {"0.01", nano, 10_000_000},
		"a nano-dollar":                    {"0.000000001", nano, 1},
		"less than that is dropped":        {"1.9999999999", nano, 1_999_999_999},
		"nothing":                          {"0", nano, 0},
		"nothing at length":                {"0.000e5", nano, 0},
		"a power of ten":                   {"1.5e3", nano, 1_500_000_000_000},
		"a power with a plus":              {"1E+2", 0, 100},
		"a negative power":                 {"2500e-2", nano, 25_000_000_000},
		"what no binary fraction is":       {"0.1", nano, 100_000_000},
		"a billion dollars":                {"1000000000", nano, 1_000_000_000_000_000_000},
		"whole tokens":                     {"1000000000000000", 0, 1_000_000_000_000_000},
		"half a token":                     {"100.5", 0, 100},
		"the most that 63 bits hold":       {"9223372036.854775807", nano, 9223372036854775807},
		"one more":                         {"9223372036.854775808", nano, -1},
		"a huge power":                     {"1e400", 0, -1},
		"a power beyond reason":            {"1e999999999", 0, -1},
		"a power beyond an int":            {"1e99999999999999999999", 0, -1},
		"a tiny power":                     {"9e-400", nano, 0},
		"a negative number":                {"-1", nano, -1},
		"no number":                        {"", nano, -1},
		"a word":                           {"NaN", nano, -1},
		"a point alone":                    {".", nano, -1},
		"two points":                       {"1.2.3", nano, -1},
		"a number with a sign in its back": {"1e", nano, -1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := scaled(tt.number, tt.digits)
			if refused := err != nil; refused != (tt.want < 0) || !refused && got != tt.want {
				t.Errorf("scaled = %d, %v", got, err)
			}
		})
	}
}

func TestNumbersAreScaledAsRationalNumbersAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(0|[1-9][0-9]{0,12})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?`).Draw(t, "number")
		compare(t, text)
	})
}

func compare(t interface{ Fatalf(string, ...any) }, text string) {
	exact, ok := new(big.Rat).SetString(text)
	got, err := scaled(text, nano)
	if !ok {
		if err == nil {
			t.Fatalf("%q is %d", text, got)
		}
		return
	}
	exact.Mul(exact, new(big.Rat).SetInt64(1_000_000_000))
	want := new(big.Int).Quo(exact.Num(), exact.Denom())
	if !want.IsInt64() {
		if err == nil {
			t.Fatalf("%q is %d", text, got)
		}
	} else if err != nil || got != want.Int64() {
		t.Fatalf("%q is %d, %v; want %d", text, got, err, want)
	}
}

func FuzzScaled(f *testing.F) {
	for _, seed := range []string{"1", "0.1", "1e9", "9223372036.854775808", "1.5E-3", "-1", "1e999999999"} {
		f.Add(seed)
	}
	form := regexp.MustCompile(`^(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?$`)
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := scaled(text, nano); err == nil && n < 0 {
			t.Fatalf("%q is %d", text, n)
		}
		if form.MatchString(text) {
			compare(t, text)
		}
	})
}
