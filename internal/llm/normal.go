package llm

import claviger "github.com/claviger/claviger"

// tokens is the normal form. Cached, audio and image counts are parts of the
// prompt, audio and image output parts of the completion; a part is never more
// than what is left of its whole.
func (u *wireUsage) tokens() claviger.Tokens {
	hour := u.takeCache()
	u.takeReasoning()
	u.cachedAudio = min(u.cachedAudio, u.cached)
	u.cachedImage = min(u.cachedImage, u.cached-u.cachedAudio)

	var t claviger.Tokens
	t.CacheReadAudio = part(&u.prompt, u.cachedAudio)
	t.CacheReadImage = part(&u.prompt, u.cachedImage)
	t.CacheRead = part(&u.prompt, u.cached-u.cachedAudio-u.cachedImage)
	t.CacheWrite1h = part(&u.prompt, hour)
	t.CacheWrite5m = part(&u.prompt, u.cacheWrite-hour)
	t.AudioInput = part(&u.prompt, max(u.audioIn-u.cachedAudio, 0))
	t.ImageInput = part(&u.prompt, max(u.imageIn-u.cachedImage, 0))
	t.Input = u.prompt
	t.AudioOutput = part(&u.completion, u.audioOut)
	t.ImageOutput = part(&u.completion, u.imageOut)
	t.Output = u.completion
	t.Reasoning = min(u.reasoning, t.Output)
	t.WebSearches = u.webSearches
	return t
}

// part takes n off whole, or what is left of it.
func part(whole *int64, n int64) int64 {
	n = min(n, *whole)
	*whole -= n
	return n
}

// takeCache makes cache counts that stand outside of the details parts of the
// prompt, adding them to it where they were not, and returns how much of the
// writes is kept for an hour. They were not when the total has them besides, when
// there are more of them than there is prompt, or when there is neither a total
// nor a detail and the names are Anthropic's.
func (u *wireUsage) takeCache() (hour int64) {
	created := max(u.cacheCreation, u.creation5m+u.creation1h)
	outside := u.cacheRead + created
	if outside > 0 {
		sum := u.prompt + u.completion
		besides := outside > u.prompt || u.total == sum+outside ||
			u.total == 0 && u.ownNames && u.cached+u.cacheWrite == 0
		if besides {
			u.prompt += outside
		}
	}
	u.cached = max(u.cached, u.cacheRead)
	u.cacheWrite = max(u.cacheWrite, created)
	return min(u.creation1h, u.cacheWrite)
}

// takeReasoning makes reasoning a part of the completion. Some providers leave it
// out and put it into the total only, whether they name it or not; Perplexity
// leaves it out of both.
func (u *wireUsage) takeReasoning() {
	if u.thoughts > 0 && u.reasoning == 0 {
		if u.searched || u.thoughts > u.completion {
			u.completion += u.thoughts
		}
		u.reasoning = u.thoughts
		return
	}
	outside := u.cacheRead + max(u.cacheCreation, u.creation5m+u.creation1h)
	if extra := u.total - u.prompt - u.completion; extra > 0 && (extra == u.reasoning || u.reasoning == 0 && outside == 0) {
		u.completion += extra
		u.reasoning = extra
	}
}
