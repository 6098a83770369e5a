package llm

import (
	"bytes"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// effortTokens is what thinking at some effort is taken for where no budget is
// said: as much as the Anthropic adapter lets an answer be long then.
const effortTokens = 4096

// thinkingNames are the members that let a model think; with quotes, as they stand
// in a body. A name may be written with escapes, too.
var thinkingNames = [...][]byte{[]byte(`"thinking"`), []byte(`"reasoning"`), []byte(`"reasoning_effort"`), []byte(`\u00`)}

// Thinking is how many tokens a request, which [Scan] took, lets a model think: the
// budget of "thinking" or of "reasoning", or what an effort of at least "medium" is
// taken for. 0 is not said, and what cannot be read says nothing: it is for the
// provider to refuse.
func Thinking(body []byte) int64 {
	said := false
	for _, name := range thinkingNames {
		said = said || bytes.Contains(body, name)
	}
	var in struct {
		Thinking  jsontext.Value `json:"thinking"`
		Reasoning jsontext.Value `json:"reasoning"`
		Effort    jsontext.Value `json:"reasoning_effort"`
	}
	if !said || json.Unmarshal(body, &in) != nil {
		return 0
	}
	var thinking, reasoning struct {
		Type   jsontext.Value `json:"type"`
		Budget jsontext.Value `json:"budget_tokens"`
		Most   jsontext.Value `json:"max_tokens"`
		Effort jsontext.Value `json:"effort"`
	}
	if in.Thinking.Kind() == '{' && json.Unmarshal(in.Thinking, &thinking) == nil {
		if n, ok := wholeNumber(thinking.Budget); ok && text(thinking.Type) != "disabled" {
			return n
		}
	}
	if in.Reasoning.Kind() == '{' && json.Unmarshal(in.Reasoning, &reasoning) == nil {
		if n, ok := wholeNumber(reasoning.Most); ok {
			return n
		}
	}
	for _, effort := range []jsontext.Value{in.Effort, reasoning.Effort} {
		switch text(effort) {
		case "medium", "high", "xhigh", "max":
			return effortTokens
		}
	}
	return 0
}
