package llm

import (
	"encoding/json"
	"strings"
)

// chunk are the top-level members of an answer, or of a piece of one, that
// matter to the gateway; nil when absent or null. They alias the answer.
type chunk struct {
	model, usage, groqUsage, choices []byte
	failure                          []byte // what says that this is an error
	embeds                           bool   // it has what answers with embeddings have
}

func (c *chunk) member(name, value []byte) bool {
	if string(value) == "null" {
		return true
	}
	switch string(name) {
	case "model":
		c.model = value
	case "usage":
		c.usage = value
	case "choices":
		c.choices = value
	case "data":
		c.embeds = c.embeds || value[0] == '['
	case "error":
		c.failure = value
	case "object":
		if string(value) == `"error"` {
			c.failure = value
		}
	case "x_groq":
		members(value, func(name, value []byte) bool {
			if string(name) == "usage" {
				c.groqUsage = value
			}
			return true
		})
	}
	return true
}

// usageOnly reports whether the chunk carries usage and no choices.
func (c *chunk) usageOnly() bool {
	return len(c.usage) > 0 && c.usage[0] == '{' && c.noChoices() && c.choices != nil
}

// noChoices reports whether the chunk has no piece of an answer.
func (c *chunk) noChoices() bool {
	if len(c.choices) == 0 {
		return true
	}
	if c.choices[0] != '[' {
		return false
	}
	i := space(c.choices, 1)
	return i < len(c.choices) && c.choices[i] == ']'
}

// fault is the error that data, the chunk as a whole, reports.
func (c *chunk) fault(data []byte) *Fault {
	f := ParseFault(0, data)
	return &f
}

// maxModel bounds the name of a model in an answer, in bytes.
const maxModel = 256

// modelName decodes a JSON string; it is "" when there is none.
func modelName(value []byte) string {
	if len(value) > maxModel {
		return ""
	}
	return text(value)
}

// text decodes a JSON string, and is "" for anything else. The result shares no
// memory with value and is valid UTF-8.
func text(value []byte) string {
	if len(value) < 2 || value[0] != '"' {
		return ""
	}
	if inner := string(value[1 : len(value)-1]); !strings.Contains(inner, `\`) {
		return strings.ToValidUTF8(inner, "\uFFFD")
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}
