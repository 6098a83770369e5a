package catalogue

import (
	"runtime"
	"testing"
)

// BenchmarkDefault reads the shipped catalogue and reports what stays on the
// heap.
func BenchmarkDefault(b *testing.B) {
	b.ReportAllocs()
	var c *Catalogue
	before := heap()
	for b.Loop() {
		var err error
		if c, err = parse(shipped); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(heap()-before), "heap-bytes")
	runtime.KeepAlive(c)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkFind(b *testing.B) {
	c := Default()
	for name, model := range map[string][2]string{
		"exact":   {"openai", "gpt-4o"},
		"rule":    {"bedrock", "us.anthropic.claude-opus-4-6-20260101-v1:0"},
		"unknown": {"openrouter", "acme/no-such-model-2030-01-01"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Find(model[0], model[1])
			}
		})
	}
}
