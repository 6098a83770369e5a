package llm

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
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

var errCostly = errors.New("it has a member that may cost more than can be told beforehand")

// BoundInput is the most tokens of input that a request, which [Scan] took, can
// use: one for each byte, and some for the prompt that providers add when there
// are tools. The error says which part of the request has no bound, or may have
// more output than it allows.
func BoundInput(body []byte) (int64, error) {
	var members map[string]jsontext.Value
	if json.Unmarshal(body, &members) != nil {
		return 0, errors.New("the body is no JSON object")
	}
	switch name, err := checkMembers(members, boundedMembers, errCostly); {
	case name != "":
		return 0, fmt.Errorf("%s: %w", name, err)
	case err != nil:
		return 0, err
	}
	bound := int64(len(body))
	for _, name := range prompting {
		if value := members[name]; len(value) > 0 && value.Kind() != 'n' {
			return bound + addedPrompt, nil
		}
	}
	return bound, nil
}

// boundedEmbedded takes texts and tokens.
func boundedEmbedded(raw jsontext.Value) error {
	var token int64
	var several []jsontext.Value
	if isText(raw) == nil || json.Unmarshal(raw, &several) != nil {
		return isText(raw)
	}
	for _, one := range several {
		var tokens []int64
		if isText(one) != nil && json.Unmarshal(one, &token) != nil && json.Unmarshal(one, &tokens) != nil {
			return errMedia
		}
	}
	return nil
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
	var kinds []string
	if json.Unmarshal(raw, &kinds) != nil || len(kinds) != 1 || kinds[0] != "text" {
		return errMedia
	}
	return nil
}
