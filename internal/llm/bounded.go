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
	"model": nil, "stream": nil, "stream_options": nil, "max_tokens": nil, "max_completion_tokens": nil, "n": nil,
	"temperature": nil, "top_p": nil, "top_k": nil, "min_p": nil, "stop": nil, "seed": nil, "user": nil,
	"presence_penalty": nil, "frequency_penalty": nil, "repetition_penalty": nil, "logit_bias": nil,
	"logprobs": nil, "top_logprobs": nil, "tool_choice": nil, "parallel_tool_calls": nil,
	"functions": nil, "function_call": nil, "response_format": nil, "reasoning_effort": nil, "verbosity": nil,
	"metadata": nil, "store": nil, "safety_identifier": nil, "prompt_cache_key": nil, "prompt_cache_retention": nil,
	"input": nil, "encoding_format": nil, "dimensions": nil, "echo": nil, "suffix": nil, "system": nil,
	"messages": boundedMessages, "tools": boundedTools, "prompt": boundedPrompt, "service_tier": boundedTier,
	"thinking": nil, "modalities": boundedModalities,
}

// Bounded is nil when a request, which [Scan] took, cannot use more input than
// its bytes nor more output than it allows; otherwise it says which part has no
// such bound.
func Bounded(body []byte) error {
	var members map[string]jsontext.Value
	if json.Unmarshal(body, &members) != nil {
		return errors.New("the body is no JSON object")
	}
	for name, value := range members {
		check, known := boundedMembers[name]
		if !known {
			return errors.New("it has a member that may cost more than can be told beforehand")
		}
		if check == nil {
			continue
		}
		if err := check(value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

var errMedia = errors.New("only text can be bounded beforehand")

// typed is anything with a type. Names are read in their exact case, as
// providers do.
type typed struct {
	Type string `json:"type"`
}

func boundedMessages(raw jsontext.Value) error {
	var messages []struct {
		Content jsontext.Value `json:"content"`
		Audio   jsontext.Value `json:"audio"`
	}
	if json.Unmarshal(raw, &messages) != nil {
		return errMedia
	}
	for _, m := range messages {
		if len(m.Audio) > 0 && string(m.Audio) != "null" {
			return errMedia
		}
		if err := boundedContent(m.Content); err != nil {
			return err
		}
	}
	return nil
}

func boundedContent(raw jsontext.Value) error {
	var text *string
	if len(raw) == 0 || json.Unmarshal(raw, &text) == nil {
		return nil
	}
	var parts []typed
	if json.Unmarshal(raw, &parts) != nil {
		return errMedia
	}
	for _, p := range parts {
		if p.Type != "text" && p.Type != "refusal" {
			return errMedia
		}
	}
	return nil
}

func boundedTools(raw jsontext.Value) error {
	var tools []typed
	if json.Unmarshal(raw, &tools) != nil {
		return errors.New("must be functions")
	}
	for _, t := range tools {
		if t.Type != "function" {
			return errors.New("what the provider runs itself cannot be bounded beforehand")
		}
	}
	return nil
}

// boundedPrompt refuses several prompts: each has an output of its own.
func boundedPrompt(raw jsontext.Value) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return errors.New("only one text can be bounded beforehand")
	}
	return nil
}

// boundedTier refuses the tiers that have prices of their own.
func boundedTier(raw jsontext.Value) error {
	switch string(raw) {
	case "null", `"default"`, `"auto"`, `"flex"`:
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
