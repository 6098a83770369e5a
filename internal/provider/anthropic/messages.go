package anthropic

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/claviger/claviger/internal/llm"
)

// message is one turn. The API wants turns of user and assistant to alternate.
type message struct {
	Role    string `json:"role"`
	Content []any  `json:"content"` // of block, or jsontext.Value in the API's own form
}

// block is a piece of content; which fields count depends on the type.
type block struct {
	Type         string         `json:"type"`
	Text         string         `json:"text,omitzero"`
	Source       *source        `json:"source,omitzero"`
	Title        string         `json:"title,omitzero"`
	ID           string         `json:"id,omitzero"`
	Name         string         `json:"name,omitzero"`
	Input        jsontext.Value `json:"input,omitzero"`
	ToolUseID    string         `json:"tool_use_id,omitzero"`
	Content      []any          `json:"content,omitempty"`
	CacheControl jsontext.Value `json:"cache_control,omitzero"`
}

// messages parts the conversation into the system prompt and turns, merging
// turns of the same role.
func (e *encoder) messages() {
	for i, m := range e.in.Messages {
		path := "messages[" + strconv.Itoa(i) + "]"
		switch m.Role {
		case "system", "developer":
			e.system(m, path)
		case "user":
			e.turn("user", e.marked(m, path, e.content(m.Content, path+".content")))
		case "assistant":
			e.turn("assistant", e.marked(m, path, e.assistant(m, path)))
		case "tool":
			e.turn("user", e.marked(m, path, e.toolResult(m, path)))
		default:
			e.problems.Add(path+".role", "must be system, developer, user, assistant or tool")
		}
	}
	if len(e.out.Messages) == 0 && len(e.problems) == 0 {
		e.problems.Add("messages", "must hold a message with content that is no system message")
	}
}

// turn adds content to the last turn when it is of the same role, else as a new
// one. Content without blocks adds nothing.
func (e *encoder) turn(role string, content []any) {
	if len(content) == 0 {
		return
	}
	if n := len(e.out.Messages); n > 0 && e.out.Messages[n-1].Role == role {
		last := &e.out.Messages[n-1]
		last.Content = append(last.Content, content...)
		return
	}
	e.out.Messages = append(e.out.Messages, message{role, content})
}

func (e *encoder) system(m llm.Message, path string) {
	for i, p := range m.Content.Parts {
		if p.Type != "text" {
			e.problems.Add(path+".content["+strconv.Itoa(i)+"].type", "must be text in a system message")
		}
	}
	for _, b := range e.marked(m, path, e.content(onlyText(m.Content), path+".content")) {
		if text, ok := b.(*block); ok {
			e.out.System = append(e.out.System, *text)
		}
	}
}

func onlyText(c llm.Content) llm.Content {
	out := llm.Content{Text: c.Text, List: c.List}
	for _, p := range c.Parts {
		if p.Type == "text" {
			out.Parts = append(out.Parts, p)
		}
	}
	return out
}

// marked puts a message's own cache mark on its last block.
func (e *encoder) marked(m llm.Message, path string, content []any) []any {
	mark := e.cacheControl(m.CacheControl, path)
	if n := len(content); n > 0 && mark != nil {
		if b, ok := content[n-1].(*block); ok && b.CacheControl == nil {
			b.CacheControl = mark
		}
	}
	return content
}

// cacheControl checks a cache mark, which passes as it is, its lifetime kept.
func (e *encoder) cacheControl(v jsontext.Value, path string) jsontext.Value {
	switch {
	case len(v) == 0 || v.Kind() == 'n':
		return nil
	case v.Kind() != '{':
		e.problems.Add(path+".cache_control", "must be an object")
		return nil
	}
	return v
}

// assistant translates what the model said before: blocks in the API's own form
// are preferred, because they hold the signatures of thoughts.
func (e *encoder) assistant(m llm.Message, path string) []any {
	var content []any
	for i, raw := range m.ContentBlocks {
		var b struct {
			Type string `json:"type"`
		}
		switch {
		case json.Unmarshal(raw, &b) != nil || b.Type == "":
			e.problems.Add(path+".content_blocks["+strconv.Itoa(i)+"]", "must be an object with a type")
		case b.Type != "tool_use": // those come from tool_calls
			content = append(content, raw)
		}
	}
	if len(m.ContentBlocks) == 0 {
		content = e.content(m.Content, path+".content")
	}
	for i, call := range m.ToolCalls {
		at := path + ".tool_calls[" + strconv.Itoa(i) + "]"
		input := jsontext.Value(call.Function.Arguments)
		if len(input) == 0 {
			input = jsontext.Value("{}")
		}
		if input.Kind() != '{' || !input.IsValid() {
			e.problems.Add(at+".function.arguments", "must be a JSON object as text")
			continue
		}
		content = append(content, &block{Type: "tool_use", ID: call.ID, Name: call.Function.Name, Input: input})
	}
	return content
}

func (e *encoder) toolResult(m llm.Message, path string) []any {
	if m.ToolCallID == "" {
		e.problems.Add(path+".tool_call_id", "is required")
	}
	return []any{&block{Type: "tool_result", ToolUseID: m.ToolCallID, Content: e.content(m.Content, path+".content")}}
}
