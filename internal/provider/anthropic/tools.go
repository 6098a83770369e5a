package anthropic

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/claviger/claviger/internal/llm"
)

// tool declares a function. The last fields pass from the function as they are.
type tool struct {
	Name           string         `json:"name"`
	Description    string         `json:"description,omitzero"`
	InputSchema    jsontext.Value `json:"input_schema"`
	Strict         *bool          `json:"strict,omitzero"`
	CacheControl   jsontext.Value `json:"cache_control,omitzero"`
	DeferLoading   jsontext.Value `json:"defer_loading,omitzero"`
	AllowedCallers jsontext.Value `json:"allowed_callers,omitzero"`
	InputExamples  jsontext.Value `json:"input_examples,omitzero"`
}

type toolChoice struct {
	Type            string `json:"type"`
	Name            string `json:"name,omitzero"`
	DisableParallel bool   `json:"disable_parallel_tool_use,omitzero"`
}

func (e *encoder) tools() {
	for i, t := range e.in.Tools {
		path := "tools[" + strconv.Itoa(i) + "]"
		switch {
		case t.Type == "function" && t.Function.Name != "":
			e.out.Tools = append(e.out.Tools, e.function(t, path))
		case t.Type == "function":
			e.problems.Add(path+".function.name", "is required")
		default:
			e.builtin(t, path)
		}
	}
	if len(e.in.Tools) > 0 {
		e.choice()
	}
}

func (e *encoder) function(t llm.Tool, path string) tool {
	out := tool{
		Name:         t.Function.Name,
		Description:  t.Function.Description,
		InputSchema:  t.Function.Parameters,
		Strict:       t.Function.Strict,
		CacheControl: e.cacheControl(t.CacheControl, path),
	}
	e.extras(t.Raw, &out)
	schema := out.InputSchema
	switch {
	case len(schema) == 0 || schema.Kind() == 'n':
		out.InputSchema = jsontext.Value(`{"type":"object","properties":{}}`)
	case schema.Kind() != '{':
		e.problems.Add(path+".function.parameters", "must be an object")
	default:
		out.InputSchema = typed(schema)
	}
	return out
}

// extras copies the fields that the API knows and OpenAI does not, given beside
// the function or in it.
func (e *encoder) extras(raw jsontext.Value, out *tool) {
	type fields struct {
		DeferLoading   jsontext.Value `json:"defer_loading"`
		AllowedCallers jsontext.Value `json:"allowed_callers"`
		InputExamples  jsontext.Value `json:"input_examples"`
	}
	var beside fields
	var inside struct {
		Function fields `json:"function"`
	}
	if json.Unmarshal(raw, &beside) != nil || json.Unmarshal(raw, &inside) != nil {
		return // none of them
	}
	pick := func(a, b jsontext.Value) jsontext.Value {
		if len(a) > 0 {
			return a
		}
		return b
	}
	out.DeferLoading = pick(beside.DeferLoading, inside.Function.DeferLoading)
	out.AllowedCallers = pick(beside.AllowedCallers, inside.Function.AllowedCallers)
	out.InputExamples = pick(beside.InputExamples, inside.Function.InputExamples)
}

// typed is a schema that says it is one of an object, as the API requires.
func typed(schema jsontext.Value) jsontext.Value {
	var top map[string]jsontext.Value
	if json.Unmarshal(schema, &top) != nil || len(top["type"]) > 0 {
		return schema
	}
	head := `{"type":"object"`
	if len(top) > 0 {
		head += ","
	}
	rest := schema.Clone()
	for len(rest) > 0 && rest[0] != '{' {
		rest = rest[1:]
	}
	return append(jsontext.Value(head), rest[1:]...)
}

// builtin translates a tool of type T that the API runs itself: the members of
// T, called T, of the type that T names.
func (e *encoder) builtin(t llm.Tool, path string) {
	var top, own map[string]jsontext.Value
	if t.Type == "" || json.Unmarshal(t.Raw, &top) != nil || json.Unmarshal(top[t.Type], &own) != nil || own == nil {
		e.problems.Add(path+".type", "is not supported by anthropic")
		return
	}
	own["type"] = own["name"]
	own["name"], _ = jsontext.AppendQuote(nil, t.Type) // checked when it was read
	if own["type"].Kind() != '"' {
		e.problems.Add(path+"."+t.Type+".name", "is required")
		return
	}
	if mark := e.cacheControl(t.CacheControl, path); mark != nil {
		own["cache_control"] = mark
	}
	e.out.Tools = append(e.out.Tools, own)
}

// choice sets which tool the model must or may use.
func (e *encoder) choice() {
	var out *toolChoice
	switch c := e.in.ToolChoice; c.Mode {
	case "":
	case "auto", "none":
		out = &toolChoice{Type: c.Mode}
	case "required", "any":
		out = &toolChoice{Type: "any"}
	case "function":
		if c.Function == "" {
			e.problems.Add("tool_choice.function.name", "is required")
		}
		out = &toolChoice{Type: "tool", Name: c.Function}
	default:
		e.problems.Add("tool_choice", "must be none, auto, required or a function")
	}
	if p := e.in.ParallelToolCalls; p != nil && !*p {
		if out == nil {
			out = &toolChoice{Type: "auto"}
		}
		out.DisableParallel = out.Type != "none"
	}
	e.out.ToolChoice = out
}
