package anthropic

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/sse"
)

// text sends a piece of text.
func (d *decoder) text(dst []byte, text string) []byte {
	d.seen(text)
	return d.delta(dst, llm.Delta{Content: &text}, nil)
}

// tool sends a piece of a tool call.
func (d *decoder) tool(dst []byte, call llm.ToolCall) []byte {
	return d.delta(dst, llm.Delta{ToolCalls: []llm.ToolCall{call}}, nil)
}

// arguments sends a piece of a tool call's arguments.
func (d *decoder) arguments(dst []byte, tool *openTool, text string) []byte {
	d.seen(text)
	tool.empty = false
	return d.tool(dst, llm.ToolCall{Index: &tool.index, Function: llm.ToolCallFunction{Arguments: text}})
}

// seen counts content, for a stream that ends before it says what it used.
func (d *decoder) seen(text string) {
	if text != "" {
		d.pieces++
		d.bytes += int64(len(text))
	}
}

// blockChange is a change of a block in the API's own form.
func blockChange(in *event) jsontext.Value {
	b := strconv.AppendInt([]byte(`{"index":`), int64(in.Index), 10)
	b = append(append(b, `,"delta":`...), in.Delta...)
	return append(b, '}')
}

// delta sends a chunk with one choice.
func (d *decoder) delta(dst []byte, change llm.Delta, finish *string) []byte {
	return d.chunk(dst, []llm.ChunkChoice{{Delta: change, FinishReason: finish}}, nil)
}

// chunk sends a chunk. Without choices it carries usage.
func (d *decoder) chunk(dst []byte, choices []llm.ChunkChoice, usage *llm.ChatUsage) []byte {
	return sse.AppendEvent(dst, "", d.newChunk(choices, usage).Append(nil))
}

func (d *decoder) newChunk(choices []llm.ChunkChoice, usage *llm.ChatUsage) *llm.Chunk {
	if choices == nil {
		choices = []llm.ChunkChoice{}
	}
	return &llm.Chunk{ID: d.id(d.stream.id), Object: "chat.completion.chunk", Created: d.created, Model: d.model,
		Provider: "anthropic", Choices: choices, Usage: usage}
}
