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
	cached, cacheWrite        int64
	audioIn, imageIn          int64
	reasoning                 int64
	audioOut, imageOut        int64
	classes                   bool // prompt or completion was there
	separateCache             bool // cache counts outside of the details
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
	case "prompt_tokens", "input_tokens":
		u.classes = count(&u.prompt, value) || u.classes
	case "completion_tokens", "output_tokens":
		u.classes = count(&u.completion, value) || u.classes
	case "total_tokens":
		count(&u.total, value)
	case "prompt_tokens_details", "input_tokens_details":
		members(value, u.inDetail)
	case "completion_tokens_details", "output_tokens_details":
		members(value, u.outDetail)
	case "prompt_cache_hit_tokens":
		count(&u.cached, value)
	case "cache_read_input_tokens", "cache_creation_input_tokens":
		u.separateCache = true
	}
	return true
}

func (u *wireUsage) inDetail(name, value []byte) bool {
	switch string(name) {
	case "cached_tokens":
		count(&u.cached, value)
	case "cache_write_tokens":
		count(&u.cacheWrite, value)
	case "audio_tokens":
		count(&u.audioIn, value)
	case "image_tokens":
		count(&u.imageIn, value)
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

// tokens is the normal form. Cached, audio and image counts are parts of the
// prompt, audio and image output parts of the completion; a part is never more
// than what is left of its whole.
func (u *wireUsage) tokens() claviger.Tokens {
	var t claviger.Tokens
	if !u.classes {
		u.prompt = u.total
	}
	// Some providers leave reasoning out of the completion and put it into the
	// total only, whether they name it or not.
	if extra := u.total - u.prompt - u.completion; extra > 0 &&
		(extra == u.reasoning || u.reasoning == 0 && !u.separateCache) {
		u.completion += extra
		u.reasoning = extra
	}
	part := func(whole *int64, n int64) int64 {
		n = min(n, *whole)
		*whole -= n
		return n
	}
	t.CacheRead = part(&u.prompt, u.cached)
	t.CacheWrite5m = part(&u.prompt, u.cacheWrite)
	t.AudioInput = part(&u.prompt, u.audioIn)
	t.ImageInput = part(&u.prompt, u.imageIn)
	t.Input = u.prompt
	t.AudioOutput = part(&u.completion, u.audioOut)
	t.ImageOutput = part(&u.completion, u.imageOut)
	t.Output = u.completion
	t.Reasoning = min(u.reasoning, t.Output)
	return t
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
