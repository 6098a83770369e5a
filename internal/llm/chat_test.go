package llm

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	claviger "github.com/claviger/claviger"
)

func TestParseChat(t *testing.T) {
	r, err := ParseChat([]byte(`{"model":"m","unknown":[1],"stop":"a","anthropic_beta":["b","c"],"temperature":0.5,
		"tool_choice":{"type":"function","function":{"name":"f"}},
		"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}},"extra":1}],
		"messages":[{"role":"user","content":"x"},{"role":"user","content":[{"type":"image_url","image_url":"u"},{"type":"image_url","image_url":{"url":"v","detail":"low"}}]},
		{"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	half := 0.5
	want := ChatRequest{
		Stop: Texts{"a"}, AnthropicBeta: Texts{"b", "c"}, Temperature: &half,
		ToolChoice: ToolChoice{Mode: "function", Function: "f"},
		Tools: []Tool{{Type: "function", Function: Function{Name: "f", Parameters: []byte(`{"type":"object"}`)},
			Raw: []byte(`{"type":"function","function":{"name":"f","parameters":{"type":"object"}},"extra":1}`)}},
		Messages: []Message{
			{Role: "user", Content: Content{Text: "x"}},
			{Role: "user", Content: Content{List: true, Parts: []ContentPart{
				{Type: "image_url", ImageURL: ImageURL{"u"}}, {Type: "image_url", ImageURL: ImageURL{"v"}}}}},
			{Role: "assistant", ToolCalls: []ToolCall{{ID: "t", Type: "function", Function: ToolCallFunction{"f", "{}"}}}},
		},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
}

func TestParseChatRefuses(t *testing.T) {
	tests := map[string]struct{ body, path string }{
		"content that is a number":      {`{"messages":[{"role":"user","content":5}]}`, "messages[0].content"},
		"content that is an object":     {`{"messages":[{},{"content":{"x":"CANARY"}}]}`, "messages[1].content"},
		"a part that is a text":         {`{"messages":[{"content":["CANARY"]}]}`, "messages[0].content[0]"},
		"an image that is a number":     {`{"messages":[{"content":[{"image_url":1}]}]}`, "messages[0].content[0].image_url"},
		"messages that are a text":      {`{"messages":"CANARY"}`, "messages"},
		"a stop that is a number":       {`{"stop":1}`, "stop"},
		"a stop of numbers":             {`{"stop":[1]}`, "stop[0]"},
		"a tool that is a text":         {`{"tools":["CANARY"]}`, "tools[0]"},
		"a tool of the wrong shape":     {`{"tools":[{"function":"CANARY"}]}`, "tools[0]"},
		"a choice that is a list":       {`{"tool_choice":["CANARY"]}`, "tool_choice"},
		"a temperature in words":        {`{"temperature":"CANARY"}`, "temperature"},
		"an effort that is a number":    {`{"reasoning_effort":1}`, "reasoning_effort"},
		"a name that occurs twice":      {`{"messages":[{"role":"CANARY","role":"x"}]}`, "messages[0].role"},
		"a body that is no JSON at all": {`CANARY`, "body"},
		"a body that is a list":         {`["CANARY"]`, "body"},
		"a body cut off":                {`{"stop":"CANARY`, "stop"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ParseChat([]byte(tt.body))
			var e *claviger.Error
			if !errors.As(err, &e) || e.Code != claviger.Invalid || len(e.Problems) != 1 {
				t.Fatalf("error %v", err)
			}
			if e.Problems[0].Path != tt.path {
				t.Errorf("path %s, want %s", e.Problems[0].Path, tt.path)
			}
			if strings.Contains(err.Error(), "CANARY") {
				t.Errorf("the value is in %v", err)
			}
		})
	}
}

func TestMembers(t *testing.T) {
	tests := map[string]struct {
		data, want string
		ok         bool
	}{
		"nothing":               {"", "", false},
		"an empty object":       {" { } ", "", true},
		"members":               {`{"a":1,"b\"":"x,}" ,"c":[{"d":"]"}]}`, `a=1;b\"="x,}";c=[{"d":"]"}];`, true},
		"cut in a name":         {`{"a`, "", false},
		"cut after a name":      {`{"a"`, "", false},
		"cut in a value":        {`{"a":[1`, "", false},
		"cut after a value":     {`{"a":1`, "a=1;", false},
		"no colon":              {`{"a" 1}`, "", false},
		"no value":              {`{"a":}`, "", false},
		"no comma":              {`{"a":1 "b":2}`, "a=1;", false},
		"more after the object": {`{"a":1}x`, "a=1;", false},
		"a list":                {`[]`, "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := ""
			ok := Members([]byte(tt.data), func(name, value []byte) bool {
				got += string(name) + "=" + string(value) + ";"
				return true
			})
			if got != tt.want || ok != tt.ok {
				t.Errorf("Members = %q, %v", got, ok)
			}
		})
	}
}
