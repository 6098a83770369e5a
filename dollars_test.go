package claviger_test

import (
	"math"
	"testing"

	claviger "github.com/claviger/claviger"
)

func TestDollars(t *testing.T) {
	for nanos, want := range map[int64]string{
		0: "0", 1: "0.000000001", 10: "0.00000001", 1_000_000_000: "1", 1_500_000_000: "1.5", -1_500_000_000: "-1.5",
		123_456_789: "0.123456789", 20_000_000_001: "20.000000001", math.MaxInt64: "9223372036.854775807",
		math.MinInt64: "-9223372036.854775808",
	} {
		if got := string(claviger.AppendDollars(nil, nanos)); got != want {
			t.Errorf("%d: %s, want %s", nanos, got, want)
		}
	}
}
