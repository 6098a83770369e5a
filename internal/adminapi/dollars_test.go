package adminapi

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestDollarsAreExactDecimals(t *testing.T) {
	for nano, want := range map[dollars]string{
		0: "0", 1: "0.000000001", -1: "-0.000000001", 1_000_000_000: "1", 1_500_000_000: "1.5", -20_000_000_000: "-20",
		123_456_789_012: "123.456789012", 100: "0.0000001", math.MaxInt64: "9223372036.854775807", math.MinInt64: "-9223372036.854775808",
	} {
		if got := nano.String(); got != want {
			t.Errorf("%d is %s, want %s", int64(nano), got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		nano := rapid.Int64().Draw(t, "nano-dollars")
		text, err := json.Marshal(dollars(nano))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := new(big.Rat).SetString(string(text))
		if want := big.NewRat(nano, 1_000_000_000); !ok || got.Cmp(want) != 0 {
			t.Errorf("%d is %s", nano, text)
		}
	})
}
