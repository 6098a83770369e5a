package hotspot_test

import (
	"testing"
	"time"

	"github.com/claviger/claviger/bench/internal/hotspot"
)

const traces = `File: claviger
Type: cpu
Duration: 1s, Total samples = 1s ( 100%)
-----------+-------------------------------------------------------
     500ms   internal/runtime/syscall/linux.Syscall6
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
	want := hotspot.Times{
		"HTTP to the provider (net/http.Transport)": 500 * time.Millisecond,
		"memory: allocation, collection":            250 * time.Millisecond,
		"scan and edit of bodies, usage":            150 * time.Millisecond,
		"scheduler and timers of the runtime":       100 * time.Millisecond,
		hotspot.All:                                 time.Second,
		hotspot.SystemCalls:                         600 * time.Millisecond,
	}
	for _, part := range hotspot.Parts() {
		if got[part] != want[part] {
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
