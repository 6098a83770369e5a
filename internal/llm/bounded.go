package llm

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// boundedMembers are the members of a request that make nothing more expensive
// than its bytes and its max_tokens say. What is not here may: media by URL,
// searches, predictions, audio.
var boundedMembers = map[string]func(jsontext.Value) error{
	"model": nil, "stream": nil, "max_tokens": nil, "max_completion_tokens": nil, "n": nil,
	"temperature": nil, "top_p": nil, "top_k": nil, "min_p": nil, "stop": nil, "seed": nil, "user": nil,
	"presence_penalty": nil, "frequency_penalty": nil, "repetition_penalty": nil, "logit_bias": nil,
	"logprobs": nil, "top_logprobs": nil, "tool_choice": nil, "parallel_tool_calls": nil,
	"function_call": nil, "response_format": nil, "reasoning_effort": nil, "verbosity": nil,
	"metadata": nil, "store": nil, "safety_identifier": nil, "prompt_cache_key": nil, "prompt_cache_retention": nil,
	"encoding_format": nil, "dimensions": nil, "echo": nil, "suffix": nil, "thinking": nil,
	"messages": boundedMessages, "system": boundedContent, "tools": boundedTools, "functions": boundedFunctions,
	"input": boundedEmbedded, "prompt": boundedPrompt, "stream_options": boundedOptions,
	"service_tier": boundedTier, "modalities": boundedModalities,
}

// prompting are the members for which providers add a prompt of their own, and
// addedPrompt is the most that it comes to, in tokens.
var prompting = [...]string{"tools", "functions", "response_format"}

const addedPrompt = 1024

var (
	errNoObject = errors.New("the body is no JSON object")
	errCostly   = errors.New("it has a member that may cost more than can be told beforehand")
)

// BoundInput is the most tokens of input that a request, which [Scan] took, can
// use: one for each byte, and some for the prompt that providers add when there
// are tools. The error says which part of the request has no bound, or may have
// more output than it allows.
func BoundInput(body []byte) (int64, error) {
	name, err := checkMembers(body, boundedMembers, errNoObject, errCostly)
	if name != "" {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	if err != nil {
		return 0, err
	}
	bound := int64(len(body))
	Members(body, func(name, value []byte) bool {
		if slices.Contains(prompting[:], string(name)) && value[0] != 'n' {
			bound += addedPrompt
			return false
		}
		return true
	})
	return bound, nil
}

// boundedEmbedded takes texts and tokens.
func boundedEmbedded(raw jsontext.Value) error {
	if isText(raw) == nil || each(raw, func(one jsontext.Value) bool {
		return isText(one) == nil || isToken(one) || each(one, isToken)
	}) {
		return nil
	}
	return errMedia
}

// each reports whether raw is a list of what is allowed alone.
func each(raw jsontext.Value, allowed func(jsontext.Value) bool) bool {
	all := true
	return elements(raw, func(one []byte) bool {
		all = allowed(one)
		return all
	}) && all
}

// isToken reports whether raw is a whole number, as tokens are.
func isToken(raw jsontext.Value) bool {
	for _, c := range raw {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(raw) > 0
}

// boundedPrompt refuses several prompts: each has an output of its own.
func boundedPrompt(raw jsontext.Value) error {
	if raw.Kind() != '"' {
		return errors.New("only one text can be bounded beforehand")
	}
	return nil
}

// boundedOptions refuses what makes a stream tell its usage in another way.
func boundedOptions(raw jsontext.Value) error {
	if raw.Kind() == 'n' {
		return nil
	}
	return onlyMembers(raw, map[string]func(jsontext.Value) error{"include_usage": nil})
}

// boundedTier refuses the tiers that have prices of their own, and the one that
// may be any of them.
func boundedTier(raw jsontext.Value) error {
	switch string(raw) {
	case "null", `"default"`, `"flex"`:
		return nil
	}
	return errors.New("this tier's price is not known beforehand")
}

func boundedModalities(raw jsontext.Value) error {
	n := 0
	if each(raw, func(kind jsontext.Value) bool { n++; return text(kind) == "text" }) && n == 1 {
		return nil
	}
	return errMedia
}
