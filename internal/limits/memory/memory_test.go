package memory

import (
	"errors"
	"sync"
	"testing"

	"github.com/claviger/claviger/internal/limits"
)

var (
	process = limits.Subject{Kind: limits.Process}
	key     = limits.Subject{Kind: limits.APIKey, ID: "k"}
	other   = limits.Subject{Kind: limits.APIKey, ID: "o"}
)

func TestAdmitTakesAllOrNone(t *testing.T) {
	l := New(Options{InFlight: 10, InFlightPerKey: 1})
	first, err := l.Admit(t.Context(), []limits.Subject{process, key}, limits.Amount{Requests: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Admit(t.Context(), []limits.Subject{process, key}, limits.Amount{Requests: 1})
	var denied *limits.Denied
	if !errors.As(err, &denied) || denied.Subject != key {
		t.Fatalf("second on the key: %v, want denied by the key", err)
	}
	if n := l.InFlight(process); n != 1 {
		t.Errorf("a denied request left %d on the process, want 1", n)
	}
	if _, err := l.Admit(t.Context(), []limits.Subject{process, other}, limits.Amount{}); err != nil {
		t.Errorf("another key: %v", err)
	}
	first.Settle(limits.Amount{})
	first.Release()
	if n := l.InFlight(key); n != 0 {
		t.Errorf("after settle and release: %d in flight, want 0", n)
	}
}

func TestConcurrentAdmissionNeverPassesTheBound(t *testing.T) {
	const bound = 8
	l := New(Options{InFlight: bound, InFlightPerKey: 10 * bound})
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for range 500 {
				h, err := l.Admit(t.Context(), []limits.Subject{process, key}, limits.Amount{})
				if n := l.InFlight(process); n > bound {
					t.Errorf("%d in flight, bound %d", n, bound)
				}
				if err == nil {
					h.Release()
				}
			}
		})
	}
	wg.Wait()
	if p, k := l.InFlight(process), l.InFlight(key); p != 0 || k != 0 {
		t.Errorf("left over: process %d, key %d", p, k)
	}
}

func BenchmarkAdmitRelease(b *testing.B) {
	l := New(Options{InFlight: 1000, InFlightPerKey: 1000})
	subjects := []limits.Subject{process, key}
	b.ReportAllocs()
	for b.Loop() {
		h, _ := l.Admit(b.Context(), subjects, limits.Amount{Requests: 1})
		h.Release()
	}
}
