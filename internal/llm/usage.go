package llm

import (
	"strconv"

	claviger "github.com/claviger/claviger"
)

// Usage is what an answer says of itself. Where it says nothing of a class, or
// not yet, or what cannot be, Tokens holds a guess.
type Usage struct {
	Tokens claviger.Tokens
	Model  string // as the provider names it; "" when it does not
	// InputSaid and OutputSaid are whether Input and Output, with their classes,
	// are as the provider said they are in the end.
	InputSaid, OutputSaid bool
}

// maxTokens is the most an answer can say of one class and be believed: ten times
// what the longest contexts take.
const maxTokens = 100_000_000

// said is which of its totals a usage object has.
type said struct {
	in, out bool
	total   bool // … of both together, and no other
}

func (s said) anything() bool { return s.in || s.out || s.total }

// wireUsage are the counts of a usage object in the OpenAI dialect, of chat,
// embeddings and the providers that add fields of their own.
type wireUsage struct {
	prompt, completion, total int64
	said                      said
	ownNames                  bool // the prompt is called input

	cached, cachedAudio, cachedImage int64 // parts of the prompt
	cacheWrite, audioIn, imageIn     int64
	reasoning, audioOut, imageOut    int64 // parts of the completion

	// What stands outside of the details: cache counts, which may be parts of the
	// prompt or not, and reasoning, likewise.
	cacheRead, cacheCreation, creation5m, creation1h int64
	thoughts                                         int64
	searched                                         bool // reports its searches, as Perplexity does

	webSearches int64
}

// parseUsage reads a usage object, and what it says. Counts that are missing,
// null or impossible are as if they were not there.
func parseUsage(data []byte) (claviger.Tokens, said) {
	var u wireUsage
	members(data, u.member)
	u.derive()
	if !u.said.anything() {
		return claviger.Tokens{}, said{}
	}
	return u.tokens(), u.said
}

// derive takes what is not said from the total.
func (u *wireUsage) derive() {
	switch {
	case !u.said.in && !u.said.out:
		u.prompt, u.said.total = u.total, u.total > 0
	case !u.said.out && u.total > 0 && u.total >= u.prompt:
		u.completion, u.said.out = u.total-u.prompt, true
	case !u.said.in && u.total > 0 && u.total >= u.completion:
		u.prompt, u.said.in = u.total-u.completion, true
	}
}

func (u *wireUsage) member(name, value []byte) bool {
	switch string(name) {
	case "prompt_tokens":
		u.said.in = count(&u.prompt, value) || u.said.in
	case "completion_tokens":
		u.said.out = count(&u.completion, value) || u.said.out
	case "input_tokens":
		u.ownNames = count(&u.prompt, value) || u.ownNames
		u.said.in = u.said.in || u.ownNames
	case "output_tokens":
		u.said.out = count(&u.completion, value) || u.said.out
	case "total_tokens":
		count(&u.total, value)
	case "prompt_tokens_details", "input_tokens_details", "input_token_details":
		members(value, u.inDetail)
	case "completion_tokens_details", "output_tokens_details", "output_token_details":
		members(value, u.outDetail)
	case "prompt_cache_hit_tokens", "cached_tokens":
		count(&u.cached, value)
	case "cache_read_input_tokens":
		count(&u.cacheRead, value)
	case "cache_creation_input_tokens":
		count(&u.cacheCreation, value)
	case "cache_creation":
		members(value, u.creationDetail)
	case "reasoning_tokens":
		count(&u.thoughts, value)
	case "num_search_queries":
		u.searched = count(&u.webSearches, value) || u.searched
	case "server_tool_use":
		members(value, u.toolDetail)
	}
	return true
}

func (u *wireUsage) inDetail(name, value []byte) bool {
	switch string(name) {
	case "cached_tokens":
		count(&u.cached, value)
	case "cached_tokens_details":
		members(value, u.cachedDetail)
	case "cache_write_tokens", "cache_creation_tokens":
		count(&u.cacheWrite, value)
	case "audio_tokens":
		count(&u.audioIn, value)
	case "image_tokens":
		count(&u.imageIn, value)
	}
	return true
}

func (u *wireUsage) cachedDetail(name, value []byte) bool {
	switch string(name) {
	case "audio_tokens":
		count(&u.cachedAudio, value)
	case "image_tokens":
		count(&u.cachedImage, value)
	}
	return true
}

func (u *wireUsage) outDetail(name, value []byte) bool {
	switch string(name) {
	case "reasoning_tokens":
		count(&u.reasoning, value)
	case "audio_tokens":
		count(&u.audioOut, value)
	case "image_tokens":
		count(&u.imageOut, value)
	}
	return true
}

func (u *wireUsage) creationDetail(name, value []byte) bool {
	switch string(name) {
	case "ephemeral_5m_input_tokens":
		count(&u.creation5m, value)
	case "ephemeral_1h_input_tokens":
		count(&u.creation1h, value)
	}
	return true
}

func (u *wireUsage) toolDetail(name, value []byte) bool {
	if string(name) == "web_search_requests" {
		count(&u.webSearches, value)
	}
	return true
}

// Count reads a JSON number as a count. ok is false when it is none, or cannot
// be one: below zero, or beyond any model.
func Count(value []byte) (n int64, ok bool) {
	ok = len(value) > 0 && count(&n, value)
	return n, ok
}

// count sets n to the whole part of a JSON number, between 0 and maxTokens, and
// reports whether value was one.
func count(n *int64, value []byte) bool {
	if len(value) > 32 {
		return false
	}
	if i, err := strconv.ParseInt(string(value), 10, 64); err == nil {
		return take(n, float64(i))
	}
	f, err := strconv.ParseFloat(string(value), 64)
	if err != nil || f != f || value[0] != '-' && (value[0] < '0' || value[0] > '9') {
		return false
	}
	return take(n, f)
}

// take keeps a count that can be true. One below zero or beyond any model says
// nothing.
func take(n *int64, f float64) bool {
	if f < 0 || f > maxTokens {
		return false
	}
	*n = int64(f)
	return true
}
