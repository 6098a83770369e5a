package gateway

import (
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

// BenchmarkScrubEvent is what the search for secrets adds to an event of a stream.
func BenchmarkScrubEvent(b *testing.B) {
	sc := newScrubber(provider.Settings{Key: secret.New("sk-proj-" + strings.Repeat("Ab3_", 39))})
	event := []byte(`data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o-mini",` +
		`"choices":[{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}]}` + "\n\n")
	b.ReportAllocs()
	for b.Loop() {
		sc.bytes(event)
	}
}
