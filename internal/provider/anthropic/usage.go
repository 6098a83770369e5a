package anthropic

import (
	"github.com/go-json-experiment/json/jsontext"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/llm"
)

// usage are the counts of an answer. Input excludes both cache counts. In a
// stream the counts of a later event replace those of an earlier one.
type usage struct {
	Input         *float64 `json:"input_tokens"`
	Output        *float64 `json:"output_tokens"`
	CacheRead     *float64 `json:"cache_read_input_tokens"`
	CacheCreation *float64 `json:"cache_creation_input_tokens"`
	Creation      *struct {
		FiveMinutes float64 `json:"ephemeral_5m_input_tokens"`
		OneHour     float64 `json:"ephemeral_1h_input_tokens"`
	} `json:"cache_creation"`
}

// counts are the classes in normal form, taken from usage as it comes.
type counts struct {
	tokens claviger.Tokens
}

// add takes what u says; what it leaves out stays.
func (c *counts) add(u usage) {
	set := func(n *int64, v *float64) {
		if v != nil {
			*n = tokenCount(*v)
		}
	}
	set(&c.tokens.Input, u.Input)
	set(&c.tokens.Output, u.Output)
	set(&c.tokens.CacheRead, u.CacheRead)
	if u.CacheCreation == nil && u.Creation == nil {
		return
	}
	hour := int64(0)
	all := c.tokens.CacheWrite5m + c.tokens.CacheWrite1h
	if u.Creation != nil {
		hour = tokenCount(u.Creation.OneHour)
		all = hour + tokenCount(u.Creation.FiveMinutes)
	}
	set(&all, u.CacheCreation)
	c.tokens.CacheWrite1h = min(hour, all)
	c.tokens.CacheWrite5m = all - c.tokens.CacheWrite1h
}

// maxTokens keeps sums of counts from overflowing.
const maxTokens = 1 << 40

func tokenCount(v float64) int64 { return int64(min(max(v, 0), maxTokens)) }

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
