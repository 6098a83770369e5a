package anthropic

import (
	"github.com/go-json-experiment/json/jsontext"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/llm"
)

// counts are the classes in normal form, taken from usage as it comes. Anthropic's
// input excludes both cache counts. In a stream the counts of a later event
// replace those of an earlier one; what is left out stays.
type counts struct {
	tokens   claviger.Tokens
	creation int64 // of the cache, as a whole
	hour     int64 // … of it, to be kept for an hour
}

// add takes what a usage object says and reports whether it said anything of
// input and of output. Counts that are impossible are as if they were not there.
func (c *counts) add(raw []byte) (in, out bool) {
	var parts [2]int64 // of the creation: for 5 minutes, for an hour
	whole, split := false, false
	llm.Members(raw, func(name, value []byte) bool {
		switch string(name) {
		case "input_tokens":
			in = set(&c.tokens.Input, value) || in
		case "output_tokens":
			out = set(&c.tokens.Output, value) || out
		case "cache_read_input_tokens":
			set(&c.tokens.CacheRead, value)
		case "cache_creation_input_tokens":
			whole = set(&c.creation, value) || whole
		case "cache_creation":
			llm.Members(value, func(name, value []byte) bool {
				switch string(name) {
				case "ephemeral_5m_input_tokens":
					split = set(&parts[0], value) || split
				case "ephemeral_1h_input_tokens":
					split = set(&parts[1], value) || split
				}
				return true
			})
		case "server_tool_use":
			llm.Members(value, func(name, value []byte) bool {
				if string(name) == "web_search_requests" {
					set(&c.tokens.WebSearches, value)
				}
				return true
			})
		}
		return true
	})
	if split {
		c.hour = parts[1]
	}
	if split && !whole {
		c.creation = parts[0] + parts[1]
	}
	c.tokens.CacheWrite1h = min(c.hour, c.creation)
	c.tokens.CacheWrite5m = c.creation - c.tokens.CacheWrite1h
	return in, out
}

// set sets n to a count, when value is one. Counts grow, so that 0 after another
// says nothing.
func set(n *int64, value []byte) bool {
	v, ok := llm.Count(value)
	if !ok || v == 0 && *n > 0 {
		return false
	}
	*n = v
	return true
}

// shown is the usage as the caller sees it.
func (c *counts) shown() *llm.ChatUsage {
	t := c.tokens
	return &llm.ChatUsage{
		PromptTokens:     t.In(),
		CompletionTokens: t.Output,
		TotalTokens:      t.In() + t.Output,
		PromptDetails:    llm.PromptDetails{CachedTokens: t.CacheRead},
		CacheRead:        t.CacheRead,
		CacheCreation:    t.CacheWrite5m + t.CacheWrite1h,
	}
}

// finishReason translates why an answer ended. Callers who want no strictness
// get the API's own word.
func finishReason(reason string, strict bool) string {
	if !strict && reason != "" {
		return reason
	}
	switch reason {
	case "max_tokens", "model_context_window_exceeded":
		return "length"
	case "tool_use":
		return "tool_calls"
	case "refusal":
		return "content_filter"
	default: // end_turn, stop_sequence, pause_turn, and what is yet to come
		return "stop"
	}
}

// toolArguments is a tool's input as the text of a JSON object.
func toolArguments(input jsontext.Value) string {
	if len(input) == 0 || input.Kind() == 'n' {
		return "{}"
	}
	return string(input)
}
