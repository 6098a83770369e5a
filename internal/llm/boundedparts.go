package llm

import (
	"errors"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

var (
	errMedia  = errors.New("only text can be bounded beforehand")
	errMember = errors.New("it has a member whose cost cannot be told beforehand")
	errTool   = errors.New("what the provider runs itself cannot be bounded beforehand")
)

// Below the top level, too, only what is known to be text has a bound. Names are
// read in their exact case: what a provider may take for another name is unknown
// here. A check that is nil takes any value.
var (
	messageMembers = map[string]func(jsontext.Value) error{
		"role": isText, "content": boundedContent, "name": isText, "refusal": isText, "tool_call_id": isText,
		"reasoning_content": isText, "reasoning": isText, "audio": isNothing, "annotations": isNothing,
		"tool_calls": boundedCalls, "function_call": boundedCall, "cache_control": nil,
	}
	partMembers = map[string]func(jsontext.Value) error{
		"type": isTextPart, "text": isText, "refusal": isText, "cache_control": nil,
	}
	toolMembers = map[string]func(jsontext.Value) error{
		"type": isFunction, "function": boundedFunction, "cache_control": nil,
	}
	functionMembers = map[string]func(jsontext.Value) error{
		"name": isText, "description": isText, "parameters": nil, "strict": nil,
	}
	callMembers = map[string]func(jsontext.Value) error{
		"id": isText, "type": isFunction, "index": nil, "function": boundedCall,
	}
	calledMembers = map[string]func(jsontext.Value) error{"name": isText, "arguments": isText}
)

func boundedMessages(raw jsontext.Value) error { return eachOnly(raw, messageMembers, "") }

// boundedContent takes a text or parts of text.
func boundedContent(raw jsontext.Value) error {
	if isText(raw) == nil {
		return nil
	}
	return eachOnly(raw, partMembers, "type")
}

func boundedTools(raw jsontext.Value) error     { return eachOnly(raw, toolMembers, "type") }
func boundedFunctions(raw jsontext.Value) error { return eachOnly(raw, functionMembers, "") }
func boundedFunction(raw jsontext.Value) error  { return onlyMembers(raw, functionMembers) }
func boundedCalls(raw jsontext.Value) error     { return eachOnly(raw, callMembers, "") }

func boundedCall(raw jsontext.Value) error {
	if raw.Kind() == 'n' {
		return nil
	}
	return onlyMembers(raw, calledMembers)
}

// eachOnly checks a list of objects, or null. needed is a member that each has;
// "" is none.
func eachOnly(raw jsontext.Value, known map[string]func(jsontext.Value) error, needed string) error {
	var list []jsontext.Value
	if json.Unmarshal(raw, &list) != nil {
		return errMedia
	}
	for _, one := range list {
		if err := onlyMembers(one, known); err != nil {
			return err
		}
		if needed != "" && !has(one, needed) {
			return errMember
		}
	}
	return nil
}

// onlyMembers checks an object all of whose members must be known.
func onlyMembers(raw jsontext.Value, known map[string]func(jsontext.Value) error) error {
	var members map[string]jsontext.Value
	if raw.Kind() != '{' || json.Unmarshal(raw, &members) != nil {
		return errMedia
	}
	_, err := checkMembers(members, known, errMember)
	return err
}

// checkMembers checks the members of an object that are known, and returns unknown
// when it has others too. Of several faults it is always the same that is told,
// and one of a known member before others: it tells more. name is that member's.
func checkMembers(members map[string]jsontext.Value, known map[string]func(jsontext.Value) error, unknown error) (name string, err error) {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		check, ok := known[name]
		if !ok {
			err = unknown
		} else if check != nil {
			if err := check(members[name]); err != nil {
				return name, err
			}
		}
	}
	return "", err
}

func has(object jsontext.Value, name string) bool {
	var members map[string]jsontext.Value
	return json.Unmarshal(object, &members) == nil && len(members[name]) > 0
}

// isText takes a string or null.
func isText(raw jsontext.Value) error {
	if kind := raw.Kind(); kind != '"' && kind != 'n' {
		return errMedia
	}
	return nil
}

// isNothing takes null and an empty list, as an answer that is sent back has.
func isNothing(raw jsontext.Value) error {
	var list []jsontext.Value
	if json.Unmarshal(raw, &list) != nil || len(list) > 0 {
		return errMedia
	}
	return nil
}

func isTextPart(raw jsontext.Value) error {
	if kind := text(raw); kind != "text" && kind != "refusal" {
		return errMedia
	}
	return nil
}

func isFunction(raw jsontext.Value) error {
	if text(raw) != "function" {
		return errTool
	}
	return nil
}
