package storetest

import (
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

const shipBatch = 2000

// BenchmarkShip measures writing the ledger in batches of 2,000 entries, in
// rows per second: whole entries, and openings followed by their closes.
func BenchmarkShip(b *testing.B, open func(testing.TB) *store.Store) {
	for name, charged := range map[string]bool{"": false, ", with charges": true} {
		b.Run("whole"+name, func(b *testing.B) { benchmarkShip(b, open(b), charged, closed) })
		b.Run("open then close"+name, func(b *testing.B) {
			benchmarkShip(b, open(b), charged, func(e claviger.Entry) claviger.Entry { return e }, closeOnly)
		})
	}
}

func benchmarkShip(b *testing.B, s *store.Store, charged bool, forms ...func(claviger.Entry) claviger.Entry) {
	tenants := make([]tenant, 20)
	for i := range tenants {
		tenants[i] = newTenant("bench")
	}
	entries := make([]claviger.Entry, shipBatch)
	batch := make([]claviger.Entry, shipBatch)
	n := 0
	for b.Loop() {
		b.StopTimer()
		for i := range entries {
			n++
			entries[i] = tenants[n%len(tenants)].opened(n)
			if !charged {
				entries[i].Charges = ""
			}
		}
		b.StartTimer()
		for _, form := range forms {
			for i, e := range entries {
				batch[i] = form(e)
			}
			if err := s.Ship(b.Context(), "node-1", batch, []byte("position")); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(n*len(forms))/b.Elapsed().Seconds(), "rows/s")
}
