package ledger

import (
	"context"
	"testing"

	claviger "github.com/claviger/claviger"
)

// nullSink takes everything at no cost.
type nullSink struct{}

func (nullSink) Ship(context.Context, string, []claviger.Entry, []byte) error { return nil }
func (nullSink) LedgerPosition(context.Context, string) ([]byte, error)       { return nil, nil }
func (nullSink) Unsettle(context.Context, string) (int, error)                { return 0, nil }

func benchLedger(b *testing.B) *Ledger {
	l, err := Open(context.Background(), Options{Dir: b.TempDir(), Sink: nullSink{}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { crash(l) })
	return l
}

// attempt is what one request does to the ledger.
func attempt(b *testing.B, l *Ledger, o claviger.Opening, c claviger.Closing, n uint64) {
	for i := range 8 {
		o.ID[8+i] = byte(n >> (8 * i))
	}
	c.ID = o.ID
	if err := l.Admit(o); err != nil {
		b.Fatal(err)
	}
	if err := l.Settle(c); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkAdmitAndSettle(b *testing.B) {
	l := benchLedger(b)
	o := opening(1)
	c := closing(o.ID, 1)
	b.ReportAllocs()
	var n uint64
	for b.Loop() {
		n++
		attempt(b, l, o, c, n)
	}
}

func BenchmarkAdmitAndSettleFromMany(b *testing.B) {
	l := benchLedger(b)
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		o := opening(1) // an id of its own per goroutine
		c := closing(o.ID, 1)
		var n uint64
		for pb.Next() {
			n++
			attempt(b, l, o, c, n)
		}
	})
}

func BenchmarkEncodeOpening(b *testing.B) {
	o := opening(1)
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = encodeOpening(buf, 1, &o)
	}
}

// BenchmarkShip is the cost of an entry from the journal to the sink's door:
// the whole journal is shipped again and again.
func BenchmarkShip(b *testing.B) {
	o := testOptions(b.TempDir(), nullSink{})
	o.SegmentBytes = 64 << 20
	l, err := Open(context.Background(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { crash(l) })
	const entries = 1000
	op := opening(1)
	c := closing(op.ID, 1)
	for n := range uint64(entries) {
		attempt(b, l, op, c, n)
	}
	start := position{l.j.current().seq, int64(headerSize)}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n%entries == 0 {
			l.ship.pos = start
			if err := l.Flush(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
		n++
	}
}

func BenchmarkOpenClose(b *testing.B) {
	o := Options{Dir: b.TempDir(), Sink: nullSink{}}
	for b.Loop() {
		l, err := Open(context.Background(), o)
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Close(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
