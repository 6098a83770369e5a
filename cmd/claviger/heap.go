package main

import (
	"os"
	"runtime"
	"runtime/debug"
	rtmetrics "runtime/metrics"
)

// heapFloor is how much the heap may grow before it is collected, in bytes, even
// when little of it is alive. The live heap of a busy server is a few megabytes,
// and by default the collector would run each time as much again has been
// allocated: dozens of times a second.
const heapFloor = 24 << 20

const (
	// minPercent is the collector's own default.
	minPercent = 100
	// maxPercent is as much as the floor asks for. The collector has a smallest
	// heap of its own, 4 MiB at its default, which grows with the percentage: a
	// higher one would let the first heap grow far beyond the floor.
	maxPercent = heapFloor / (4 << 20) * 100
)

// floorHeap keeps the collector to the floor from now on. A GOGC that the
// operator set is left alone.
func floorHeap() {
	if os.Getenv("GOGC") != "" {
		return
	}
	setPercent(minPercent)
}

// setPercent looks again after each collection: an object that nobody holds is
// finalised once in each.
func setPercent(now int) {
	live := []rtmetrics.Sample{{Name: "/gc/heap/live:bytes"}}
	rtmetrics.Read(live)
	want := percentFor(live[0].Value.Uint64())
	// Each change stops the world for a moment, so small ones are not made.
	if want > now+now/4 || want < now-now/4 {
		debug.SetGCPercent(want)
		now = want
	}
	runtime.SetFinalizer(new([16]byte), func(*[16]byte) { setPercent(now) })
}

// percentFor is how much the heap may grow, in per cent of what is alive.
func percentFor(live uint64) int {
	return max(minPercent, min(int(heapFloor*100/max(live, 1)), maxPercent))
}

// giveBack returns to the system what only the start needed.
func giveBack() { debug.FreeOSMemory() }
