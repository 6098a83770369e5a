package llm

import (
	"bytes"
	"errors"
	"slices"

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
func eachOnly(raw jsontext.Value, known map[string]func(jsontext.Value) error, needed string) (err error) {
	if raw.Kind() == 'n' {
		return nil
	}
	if !elements(raw, func(one []byte) bool {
		err = onlyMembers(one, known)
		if err == nil && needed != "" && !hasMember(one, needed) {
			err = errMember
		}
		return err == nil
	}) {
		return errMedia
	}
	return err
}

// onlyMembers checks an object all of whose members must be known.
func onlyMembers(raw jsontext.Value, known map[string]func(jsontext.Value) error) error {
	_, err := checkMembers(raw, known, errMedia, errMember)
	return err
}

// found is a member of an object, in its bytes.
type found struct{ name, value []byte }

// checkMembers checks the members of an object that are known, and returns unknown
// when it has others too, and other when it is no object. Of several faults it is
// always the same that is told, and one of a known member before others: it tells
// more. name is that member's.
func checkMembers(raw jsontext.Value, known map[string]func(jsontext.Value) error, other, unknown error) (name string, err error) {
	var few [8]found
	all := few[:0]
	if !Members(raw, func(name, value []byte) bool {
		if check, ok := known[string(name)]; !ok {
			err = unknown // or its name is written with escapes
		} else if check != nil {
			all = append(all, found{name, value})
		}
		return true
	}) {
		return "", other
	}
	slices.SortFunc(all, func(a, b found) int { return bytes.Compare(a.name, b.name) })
	for _, m := range all {
		if err := known[string(m.name)](m.value); err != nil {
			return string(m.name), err
		}
	}
	return "", err
}

func hasMember(object jsontext.Value, name string) (has bool) {
	Members(object, func(n, _ []byte) bool {
		has = string(n) == name
		return !has
	})
	return has
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
	if raw.Kind() == 'n' || each(raw, func(jsontext.Value) bool { return false }) {
		return nil
	}
	return errMedia
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
