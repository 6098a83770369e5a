// Package llm knows the OpenAI wire dialect, the one language of the gateway:
// what a request body says, how to edit single fields of it in place, how much
// an answer used, and what a stream's frames mean. Dialects of providers that
// speak otherwise translate to and from it.
package llm

// Span is a byte range [Start, End) of a body; the zero Span is absent.
type Span struct{ Start, End int }

// Request is what one pass over the whole of a JSON body finds out. It refers
// to the body and does not copy it.
type Request struct {
	Body         []byte
	Model        string // decoded; "" when absent
	ModelAt      Span   // of the JSON string, quotes included
	Stream       bool
	StreamAt     Span
	Options      Span // of the stream_options value
	IncludeUsage bool // stream_options.include_usage is true
	// MaxOutput is the larger of max_tokens and max_completion_tokens, in
	// tokens; 0 when neither is there.
	MaxOutput int64
	// Choices is "n"; 1 when absent.
	Choices int64
}
