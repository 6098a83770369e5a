package llm

import (
	"strconv"

	claviger "github.com/claviger/claviger"
)

// Usage is what an answer says of itself.
type Usage struct {
	Tokens claviger.Tokens
	Model  string // as the provider names it; "" when it does not
}

// maxTokens is the most an answer can say of one class and be believed. Sums of
// counts then never overflow, and are exact as floating point too.
const maxTokens = 1 << 40

// wireUsage are the counts of a usage object in the OpenAI dialect, of chat,
// embeddings and the providers that add fields of their own.
type wireUsage struct {
	prompt, completion, total int64
	classes                   bool // prompt or completion was there
	ownNames                  bool // … called input and output

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

// parseUsage reads a usage object. ok is false when it says nothing of tokens.
// Counts that are missing, null or impossible are as if they were not there.
func parseUsage(data []byte) (t claviger.Tokens, ok bool) {
	var u wireUsage
	members(data, u.member)
	if !u.classes && u.total == 0 {
		return t, false
	}
	return u.tokens(), true
}

func (u *wireUsage) member(name, value []byte) bool {
	switch string(name) {
	case "prompt_tokens":
		u.classes = count(&u.prompt, value) || u.classes
	case "completion_tokens":
		u.classes = count(&u.completion, value) || u.classes
	case "input_tokens":
		u.ownNames = count(&u.prompt, value) || u.ownNames
		u.classes = u.classes || u.ownNames
	case "output_tokens":
		u.classes = count(&u.completion, value) || u.classes
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
