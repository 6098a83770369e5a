package pricing

import (
	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/catalogue"
)

// The classes that are charged for, input first.
const (
	input = iota
	cacheRead
	cacheWrite
	cacheWrite1h
	audioIn
	cacheReadAudio
	imageIn
	cacheReadImage

	output // but for reasoning
	reasoning
	audioOut
	imageOut

	webSearch
	fileSearch
	request
	classCount

	firstOut   = output
	firstOther = webSearch
)

// units are the classes in the catalogue's words.
var units = [classCount]catalogue.Unit{
	input: catalogue.Input, cacheRead: catalogue.CacheRead, cacheWrite: catalogue.CacheWrite, cacheWrite1h: catalogue.CacheWrite1h,
	audioIn: catalogue.AudioIn, cacheReadAudio: catalogue.CacheReadAudio,
	imageIn: catalogue.ImageIn, cacheReadImage: catalogue.CacheReadImage,
	output: catalogue.Output, reasoning: catalogue.Reasoning, audioOut: catalogue.AudioOut, imageOut: catalogue.ImageOut,
	webSearch: catalogue.WebSearch, fileSearch: catalogue.FileSearch, request: catalogue.Request,
}

// additional is what stands before the name of a unit that is not a token kind
// of the compatible API.
const additional = "additional_units."

// keys are the units by their names in prices and multipliers.
var keys = map[catalogue.Unit]string{
	catalogue.Input: "request_token", catalogue.Output: "response_token",
	catalogue.CacheRead: "cache_read_input_token", catalogue.CacheWrite: "cache_write_input_token",
	catalogue.AudioIn: "request_audio_token", catalogue.AudioOut: "response_audio_token", catalogue.CacheReadAudio: "cache_read_audio_input_token",
	catalogue.ImageIn: "request_image_token", catalogue.ImageOut: "response_image_token", catalogue.CacheReadImage: "cache_read_image_input_token",
	catalogue.Reasoning:    "reasoning_token",
	catalogue.CacheWrite1h: additional + "cache_write_1h",
	catalogue.WebSearch:    additional + "web_search", catalogue.FileSearch: additional + "file_search", catalogue.Request: additional + "request",
}

// quantities are the tokens by class. Negative counts are 0.
func quantities(t *claviger.Tokens) [classCount]int64 {
	out := max(t.Output, 0)
	thought := min(max(t.Reasoning, 0), out)
	return [classCount]int64{
		input: max(t.Input, 0), cacheRead: max(t.CacheRead, 0), cacheWrite: max(t.CacheWrite5m, 0), cacheWrite1h: max(t.CacheWrite1h, 0),
		audioIn: max(t.AudioInput, 0), cacheReadAudio: max(t.CacheReadAudio, 0),
		imageIn: max(t.ImageInput, 0), cacheReadImage: max(t.CacheReadImage, 0),
		output: out - thought, reasoning: thought, audioOut: max(t.AudioOutput, 0), imageOut: max(t.ImageOutput, 0),
		webSearch: max(t.WebSearches, 0), fileSearch: max(t.FileSearches, 0), request: 1,
	}
}
