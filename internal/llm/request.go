// Package llm knows the OpenAI wire dialect, the one language of the gateway:
// what a request body says, how to edit single fields of it in place, how much
// an answer used, and what a stream's frames mean. Dialects of providers that
// speak otherwise translate to and from it.
package llm

// Span is a byte range [Start, End) of a body; the zero Span is absent.
type Span struct{ Start, End int }

// Absent reports whether s is the zero Span.
func (s Span) Absent() bool { return s == Span{} }

// Request is what one pass over the whole of a JSON body finds out. It refers
// to the body and does not copy it. [Scan] makes it.
type Request struct {
	Body         []byte
	Model        string // decoded; "" when absent
	ModelAt      Span   // of the JSON string, quotes included
	Models       bool   // "models" is there: some providers try those when Model fails
	Stream       bool
	StreamAt     Span
	Options      Span // of the stream_options value; it may be null
	IncludeUsage bool // stream_options.include_usage is true
	UsageAt      Span // of the include_usage value; it may be null
	// MaxOutput is the larger of max_tokens and max_completion_tokens, in
	// tokens; 0 when neither is there.
	MaxOutput int64
	// MaxTokensSaid is whether max_tokens itself is there and no null: providers
	// that do not know max_completion_tokens are bound by it alone.
	MaxTokensSaid bool
	// Choices is "n"; 1 when absent or less.
	Choices int64
	// Input is how long the input is, as [EstimateInput] guesses it, in tokens.
	Input int64
}
