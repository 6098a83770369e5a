package anthropic

import (
	"bytes"
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/sse"
)

// stream is how far a streamed answer has come.
type stream struct {
	id       string
	started  bool // the caller has got its first chunk
	finished bool // … and the reason of the end
	tools    map[int]*openTool
	next     int    // index of the next tool call
	opening  []byte // see [decoder.opening]
}

// openTool is a call whose arguments are coming in.
type openTool struct {
	index int
	empty bool // no arguments yet
}

// event is any event of a stream.
type event struct {
	Type    string `json:"type"`
	Index   int    `json:"index"`
	Message struct {
		ID    string         `json:"id"`
		Model string         `json:"model"`
		Usage jsontext.Value `json:"usage"`
	} `json:"message"`
	Block struct {
		Type  string         `json:"type"`
		Text  string         `json:"text"`
		ID    string         `json:"id"`
		Name  string         `json:"name"`
		Input jsontext.Value `json:"input"`
	} `json:"content_block"`
	Delta jsontext.Value `json:"delta"`
	Usage jsontext.Value `json:"usage"`
}

// delta is what an event adds.
type delta struct {
	Type        string `json:"type"`
	Text        string `json:"text"`
	Thinking    string `json:"thinking"`
	PartialJSON string `json:"partial_json"`
	StopReason  string `json:"stop_reason"`
}

var empty = ""

// Frame translates one event. Events of types yet to come, of whatever shape,
// are left out. An error is an [*llm.Fault].
func (d *decoder) Frame(dst, frame []byte) (out []byte, last bool, err error) {
	e := sse.Parse(frame)
	data := bytes.TrimSpace(e.Data)
	if string(e.Type) == "error" {
		return d.fault(dst, data)
	}
	if len(data) == 0 {
		return dst, false, nil
	}
	if dst, ok := d.quick(dst, data); ok {
		return dst, false, nil
	}
	var in event
	if err := json.Unmarshal(data, &in, llm.Lenient); err != nil {
		var broken *jsontext.SyntacticError
		if errors.As(err, &broken) {
			return dst, false, &llm.Fault{Message: "an event of the stream cannot be read"}
		}
		return dst, false, nil
	}
	switch in.Type {
	case "error":
		return d.fault(dst, data)
	case "message_start":
		d.stream.id, d.model, d.stream.opening = in.Message.ID, in.Message.Model, nil
		d.takeUsage(in.Message.Usage, false)
		dst = d.start(dst)
	case "content_block_start":
		dst = d.blockStart(dst, &in)
	case "content_block_delta":
		dst = d.blockDelta(dst, &in)
	case "content_block_stop":
		dst = d.blockStop(dst, &in)
	case "message_delta":
		var change delta
		if json.Unmarshal(in.Delta, &change, llm.Lenient) == nil && change.StopReason != "" {
			dst = d.finish(dst, change.StopReason)
		}
		d.takeUsage(in.Usage, true)
	case "message_stop":
		dst = d.finish(dst, "")
		if d.call.Request.IncludeUsage {
			dst = d.chunk(dst, nil, d.shownUsage())
		}
		return sse.AppendEvent(dst, "", []byte("[DONE]")), true, nil
	}
	return dst, false, nil
}

func (d *decoder) fault(dst, data []byte) ([]byte, bool, error) {
	fault := llm.ParseFault(0, data)
	return dst, false, &fault
}

// start sends the chunk with the role, once.
func (d *decoder) start(dst []byte) []byte {
	if d.stream.started {
		return dst
	}
	d.stream.started = true
	return d.delta(dst, llm.Delta{Role: "assistant", Content: &empty}, nil)
}

func (d *decoder) blockStart(dst []byte, in *event) []byte {
	dst = d.start(dst)
	switch {
	case in.Block.Type == "text" && in.Block.Text != "":
		return d.text(dst, in.Block.Text)
	case in.Block.Type != "tool_use":
		return dst
	}
	if d.stream.tools == nil {
		d.stream.tools = map[int]*openTool{}
	}
	tool := &openTool{index: d.stream.next, empty: true}
	d.stream.next++
	d.stream.tools[in.Index] = tool
	dst = d.tool(dst, llm.ToolCall{Index: &tool.index, ID: in.Block.ID, Type: "function",
		Function: llm.ToolCallFunction{Name: in.Block.Name}})
	if input := in.Block.Input; input.Kind() == '{' && !bytes.Equal(bytes.TrimSpace(input), []byte("{}")) {
		dst = d.arguments(dst, tool, string(input))
	}
	return dst
}

func (d *decoder) blockDelta(dst []byte, in *event) []byte {
	var change delta
	if json.Unmarshal(in.Delta, &change, llm.Lenient) != nil {
		return dst
	}
	dst = d.start(dst)
	switch change.Type {
	case "text_delta":
		if change.Text != "" {
			dst = d.text(dst, change.Text)
		}
	case "input_json_delta":
		if tool := d.stream.tools[in.Index]; tool != nil && change.PartialJSON != "" {
			dst = d.arguments(dst, tool, change.PartialJSON)
		}
	case "thinking_delta", "signature_delta":
		d.seen(change.Thinking)
		if !d.call.Strict {
			dst = d.delta(dst, llm.Delta{ContentBlocks: []jsontext.Value{blockChange(in)}}, nil)
		}
	}
	return dst
}

// blockStop gives a call that came without arguments an empty object, because
// callers parse what they got.
func (d *decoder) blockStop(dst []byte, in *event) []byte {
	if tool := d.stream.tools[in.Index]; tool != nil && tool.empty {
		dst = d.arguments(dst, tool, "{}")
	}
	delete(d.stream.tools, in.Index)
	return dst
}

// finish sends the chunk with the reason of the end, once. Without a reason it
// is that the answer is whole.
func (d *decoder) finish(dst []byte, reason string) []byte {
	if d.stream.finished {
		return dst
	}
	dst = d.start(dst)
	d.stream.finished = true
	why := finishReason(reason, d.call.Strict)
	if reason == "" {
		why = "stop"
	}
	return d.delta(dst, llm.Delta{}, &why)
}

// shownUsage is the usage to end the stream with, guessed when the provider did
// not say.
func (d *decoder) shownUsage() *llm.ChatUsage {
	u, _ := d.Usage()
	c := counts{tokens: u.Tokens}
	return c.shown()
}
