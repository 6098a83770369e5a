package anthropic

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
)

// decoder translates one answer. It implements [provider.Decoder].
type decoder struct {
	call    provider.Call
	created int64 // Unix seconds

	model  string
	counts counts
	said   said
	pieces int64
	bytes  int64 // of content seen
	stream stream
}

// answer is the body of a success.
type answer struct {
	Type       string           `json:"type"`
	ID         string           `json:"id"`
	Model      string           `json:"model"`
	Content    []jsontext.Value `json:"content"`
	StopReason string           `json:"stop_reason"`
	Usage      jsontext.Value   `json:"usage"`
	Error      jsontext.Value   `json:"error"`
}

// Body translates a whole answer.
func (d *decoder) Body(body []byte) ([]byte, error) {
	var in answer
	err := json.Unmarshal(body, &in, llm.Lenient)
	if refused := in.Type == "error" || in.Content == nil && in.Error.Kind() == '{'; err == nil && refused {
		fault := llm.ParseFault(0, body)
		fault.Refused = true
		return nil, &fault
	}
	if err != nil || in.Content == nil {
		return nil, &llm.Fault{Message: "the answer is no message"}
	}
	d.model = in.Model
	message := llm.AnswerMessage{Role: "assistant"}
	var text strings.Builder
	for _, raw := range in.Content {
		var b struct {
			Type  string         `json:"type"`
			Text  string         `json:"text"`
			ID    string         `json:"id"`
			Name  string         `json:"name"`
			Input jsontext.Value `json:"input"`
		}
		if json.Unmarshal(raw, &b, llm.Lenient) != nil {
			continue // a block of a shape yet to come
		}
		switch b.Type {
		case "text":
			text.WriteString(b.Text)
		case "tool_use":
			message.ToolCalls = append(message.ToolCalls, llm.ToolCall{ID: b.ID, Type: "function",
				Function: llm.ToolCallFunction{Name: b.Name, Arguments: toolArguments(b.Input)}})
			d.bytes += int64(len(b.Input))
			continue
		}
		if !d.call.Strict {
			message.ContentBlocks = append(message.ContentBlocks, raw)
		}
	}
	if content := text.String(); content != "" || len(message.ToolCalls) == 0 {
		message.Content = &content
		d.bytes += int64(len(content))
	}
	out := llm.ChatResponse{
		ID: d.id(in.ID), Object: "chat.completion", Created: d.created, Model: in.Model, Provider: "anthropic",
		Choices: []llm.Choice{{Message: message, FinishReason: finishReason(in.StopReason, d.call.Strict)}},
	}
	if d.takeUsage(in.Usage, true) {
		out.Usage = d.counts.shown()
	}
	return out.Append(nil), nil
}

// said is what the answer has said of its tokens.
type said struct {
	in, out bool  // out: how many there are in the end
	bytes   int64 // of content that had been seen by then
}

// takeUsage reads a usage object and reports whether it said anything. One that
// cannot be read is left out: it must not fail the answer. final is whether it is
// that of an end.
func (d *decoder) takeUsage(raw jsontext.Value, final bool) bool {
	if len(raw) == 0 {
		return false
	}
	in, out := d.counts.add(raw)
	d.said.in = d.said.in || in
	if out && final {
		d.said.out, d.said.bytes = true, d.bytes
	}
	return in || out
}

// Usage implements [provider.Decoder]. Until the answer has said how much it
// wrote, the output is guessed from what was seen; zeros for it say nothing.
func (d *decoder) Usage() (provider.Usage, bool) {
	u := provider.Usage{Tokens: d.counts.tokens, Model: d.model}
	t := &u.Tokens
	u.InputSaid = d.said.in && (t.In() > 0 || t.Out() == 0 && d.bytes == 0)
	u.OutputSaid = d.said.out && d.said.bytes == d.bytes && (t.Out() > 0 || d.bytes == 0)
	if !u.InputSaid {
		t.Input += max(d.call.Request.Input-t.In(), 0)
	}
	if !u.OutputSaid {
		t.Output = max(t.Output, d.pieces, (d.bytes+3)/4)
	}
	return u, u.InputSaid && u.OutputSaid
}

// id is the answer's own id, or one made from the time.
func (d *decoder) id(own string) string {
	if own != "" {
		return own
	}
	return "anthropic-" + strconv.FormatInt(d.created*1000, 10)
}
