package llm

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ChatResponse is a whole answer to a chat request, for dialects to fill in.
type ChatResponse struct {
	ID       string     `json:"id"`
	Object   string     `json:"object"`  // "chat.completion"
	Created  int64      `json:"created"` // Unix seconds
	Model    string     `json:"model"`
	Provider string     `json:"provider"`
	Choices  []Choice   `json:"choices"`
	Usage    *ChatUsage `json:"usage,omitzero"`
}

// Choice is one answer of a model.
type Choice struct {
	Index        int           `json:"index"`
	Message      AnswerMessage `json:"message"`
	Logprobs     *struct{}     `json:"logprobs"` // null
	FinishReason string        `json:"finish_reason"`
}

// AnswerMessage is what a model said. A nil Content is null.
type AnswerMessage struct {
	Role          string           `json:"role"`
	Content       *string          `json:"content"`
	ToolCalls     []ToolCall       `json:"tool_calls,omitempty"`
	ContentBlocks []jsontext.Value `json:"content_blocks,omitempty"`
}

// Chunk is a piece of a streamed answer.
type Chunk struct {
	ID       string        `json:"id"`
	Object   string        `json:"object"` // "chat.completion.chunk"
	Created  int64         `json:"created"`
	Model    string        `json:"model"`
	Provider string        `json:"provider"`
	Choices  []ChunkChoice `json:"choices"`
	Usage    *ChatUsage    `json:"usage,omitzero"`
}

// ChunkChoice is a piece of one answer; the last has a finish reason.
type ChunkChoice struct {
	Index        int     `json:"index"`
	Delta        Delta   `json:"delta"`
	FinishReason *string `json:"finish_reason"`
}

// Delta is what a chunk adds.
type Delta struct {
	Role          string           `json:"role,omitzero"`
	Content       *string          `json:"content,omitzero"`
	ToolCalls     []ToolCall       `json:"tool_calls,omitempty"`
	ContentBlocks []jsontext.Value `json:"content_blocks,omitempty"`
}

// ChatUsage is usage as a caller sees it. Prompt counts hold what was read from
// and written to a cache.
type ChatUsage struct {
	PromptTokens     int64         `json:"prompt_tokens"`
	CompletionTokens int64         `json:"completion_tokens"`
	TotalTokens      int64         `json:"total_tokens"`
	PromptDetails    PromptDetails `json:"prompt_tokens_details"`
	CacheRead        int64         `json:"cache_read_input_tokens,omitzero"`
	CacheCreation    int64         `json:"cache_creation_input_tokens,omitzero"`
}

// PromptDetails are parts of the prompt.
type PromptDetails struct {
	CachedTokens int64 `json:"cached_tokens"`
}

// Append appends the answer as JSON to dst.
func (r *ChatResponse) Append(dst []byte) []byte { return appendJSON(dst, r) }

// Append appends the chunk as JSON to dst.
func (c *Chunk) Append(dst []byte) []byte { return appendJSON(dst, c) }

// Lenient reads and writes what providers send: names that occur twice count
// once, the last, and invalid UTF-8 is replaced.
var Lenient = json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

// appendJSON encodes one of the types above. What does not encode, a raw value
// that is no JSON, leaves dst as it is.
func appendJSON(dst []byte, v any) []byte {
	b, err := json.Marshal(v, Lenient)
	if err != nil {
		return dst
	}
	return append(dst, b...)
}
