package llm

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	claviger "github.com/claviger/claviger"
)

// ChatRequest is a chat request as a dialect that translates needs it. What it
// has no field for is left out; limits on output are in [Request].
type ChatRequest struct {
	Messages          []Message      `json:"messages"`
	Temperature       *float64       `json:"temperature"`
	TopP              *float64       `json:"top_p"`
	TopK              *int64         `json:"top_k"`
	Stop              Texts          `json:"stop"`
	Tools             []Tool         `json:"tools"`
	ToolChoice        ToolChoice     `json:"tool_choice"`
	ParallelToolCalls *bool          `json:"parallel_tool_calls"`
	ResponseFormat    ResponseFormat `json:"response_format"`
	ReasoningEffort   string         `json:"reasoning_effort"`
	Thinking          jsontext.Value `json:"thinking"` // as the provider takes it
	User              string         `json:"user"`
	// Fields that only some providers know.
	AnthropicVersion string         `json:"anthropic_version"`
	AnthropicBeta    Texts          `json:"anthropic_beta"`
	Functions        jsontext.Value `json:"functions"` // the form before tools
}

// Message is one message of a conversation.
type Message struct {
	Role          string           `json:"role"`
	Content       Content          `json:"content"`
	Name          string           `json:"name"`
	ToolCalls     []ToolCall       `json:"tool_calls"`
	ToolCallID    string           `json:"tool_call_id"`
	ContentBlocks []jsontext.Value `json:"content_blocks"` // in the provider's own form
	CacheControl  jsontext.Value   `json:"cache_control"`
}

// Content is text, or parts, or neither.
type Content struct {
	Text  string
	Parts []ContentPart
	List  bool // it was written as parts
}

// ContentPart is a piece of content; Type says which of the fields counts.
type ContentPart struct {
	Type         string         `json:"type"`
	Text         string         `json:"text"`
	Refusal      string         `json:"refusal"`
	ImageURL     ImageURL       `json:"image_url"`
	File         File           `json:"file"`
	CacheControl jsontext.Value `json:"cache_control"`
}

// ImageURL is where an image is, or the image itself as a data URL.
type ImageURL struct {
	URL string `json:"url"`
}

// File is a document.
type File struct {
	Data     string `json:"file_data"` // base64, or a data URL
	URL      string `json:"file_url"`
	ID       string `json:"file_id"`
	Name     string `json:"file_name"`
	Filename string `json:"filename"`
	MIMEType string `json:"mime_type"`
}

// Tool is a function that a model may call, or a tool of the provider's own,
// which Raw holds whole.
type Tool struct {
	Type         string
	Function     Function
	CacheControl jsontext.Value
	Raw          jsontext.Value
}

// Function declares a function; Parameters is its JSON schema.
type Function struct {
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Parameters  jsontext.Value `json:"parameters"`
	Strict      *bool          `json:"strict"`
}

// ToolCall is a call that a model made. Arguments is JSON text.
type ToolCall struct {
	Index    *int             `json:"index,omitzero"` // in streams
	ID       string           `json:"id,omitzero"`
	Type     string           `json:"type,omitzero"`
	Function ToolCallFunction `json:"function"`
}

// ToolCallFunction is what a model called.
type ToolCallFunction struct {
	Name      string `json:"name,omitzero"`
	Arguments string `json:"arguments"`
}

// ToolChoice is "none", "auto", "required", or the name of one function; all
// empty when the caller did not say.
type ToolChoice struct {
	Mode     string
	Function string
}

// ResponseFormat asks for JSON; Schema is nil unless it has to fit one.
type ResponseFormat struct {
	Type       string `json:"type"`
	JSONSchema struct {
		Name   string         `json:"name"`
		Schema jsontext.Value `json:"schema"`
		Strict *bool          `json:"strict"`
	} `json:"json_schema"`
}

// Texts is a list of strings, which a single string may stand for.
type Texts []string

// ParseChat reads the body of a chat request. The error is an Invalid one that
// names the field and repeats no value.
func ParseChat(body []byte) (ChatRequest, error) {
	var r ChatRequest
	err := json.Unmarshal(body, &r)
	if err == nil {
		return r, nil
	}
	var problems claviger.Problems
	var wrong *json.SemanticError
	if errors.As(err, &wrong) {
		problems.Add(orBody(fieldPath(wrong.JSONPointer)), "has the wrong type")
	} else {
		s := scanner{}
		s.syntax(err)
		problems = s.problems
	}
	return r, problems.Err()
}

func orBody(path string) string {
	if path == "" {
		return "body"
	}
	return path
}
