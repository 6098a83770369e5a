package main

import "testing"

func TestTheHeapMayGrowByTheFloorAndNeverByLessThanItself(t *testing.T) {
	tests := map[string]struct {
		live uint64
		want int
	}{
		"nothing alive":      {0, 600},
		"next to nothing":    {1 << 20, 600},
		"a busy, small heap": {8 << 20, 300},
		"as much as floor":   {24 << 20, 100},
		"a large heap":       {1 << 30, 100},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := percentFor(tt.live); got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
		})
	}
}
