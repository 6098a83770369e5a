package hotspot_test

import (
	"math"
	"testing"

	"github.com/claviger/claviger/bench/internal/hotspot"
)

const traces = `File: claviger
Type: cpu
Duration: 1s, Total samples = 1s ( 100%)
-----------+-------------------------------------------------------
     500ms   internal/runtime/syscall.Syscall6
             syscall.write
             net.(*conn).Write
             net/http.persistConnWriter.Write
             net/http.(*persistConn).writeLoop
-----------+-------------------------------------------------------
     0.25s   runtime.mallocgc
             github.com/claviger/claviger/internal/gateway.(*Handler).ServeHTTP
             net/http.(*conn).serve
-----------+-------------------------------------------------------
     150ms   bytes.IndexByte (inline)
             github.com/claviger/claviger/internal/llm.Scan
             github.com/claviger/claviger/internal/gateway.(*Handler).ServeHTTP
             net/http.(*conn).serve
-----------+-------------------------------------------------------
     100ms   runtime.futex
             runtime.findRunnable
             runtime.mcall
`

func TestSum(t *testing.T) {
	got, err := hotspot.Sum([]byte(traces))
	if err != nil {
		t.Fatal(err)
	}
	want := hotspot.Shares{
		"HTTP to the provider (net/http.Transport)": 0.5,
		"memory: allocation, collection":            0.25,
		"scan and edit of bodies, usage":            0.15,
		"scheduler and timers of the runtime":       0.1,
		hotspot.SystemCalls:                         0.6,
	}
	for _, part := range hotspot.Parts() {
		if math.Abs(got[part]-want[part]) > 1e-9 {
			t.Errorf("%s: %v, want %v", part, got[part], want[part])
		}
	}
}

func TestSumRefusesWhatIsNoProfile(t *testing.T) {
	for _, in := range []string{"", "nonsense", "x\n-----------+---\n  soon   main.f\n"} {
		if _, err := hotspot.Sum([]byte(in)); err == nil {
			t.Errorf("%q is accepted", in)
		}
	}
}
