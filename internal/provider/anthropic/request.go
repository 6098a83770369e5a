package anthropic

import (
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
)

// defaultMaxTokens limits an answer whose request does not: the API requires a
// limit, and this is the largest that no model refuses. A thinking budget comes
// on top.
const defaultMaxTokens = 4096

// request is the body of a Messages call.
type request struct {
	Model         string         `json:"model"`
	MaxTokens     int64          `json:"max_tokens"`
	System        []block        `json:"system,omitempty"`
	Messages      []message      `json:"messages"`
	Tools         []any          `json:"tools,omitempty"`
	ToolChoice    *toolChoice    `json:"tool_choice,omitzero"`
	Temperature   *float64       `json:"temperature,omitzero"`
	TopP          *float64       `json:"top_p,omitzero"`
	TopK          *int64         `json:"top_k,omitzero"`
	StopSequences []string       `json:"stop_sequences,omitempty"`
	Stream        bool           `json:"stream,omitzero"`
	Thinking      jsontext.Value `json:"thinking,omitzero"`
	OutputConfig  *outputConfig  `json:"output_config,omitzero"`
	Metadata      *metadata      `json:"metadata,omitzero"`
}

type metadata struct {
	UserID string `json:"user_id"`
}

type outputConfig struct {
	Effort string        `json:"effort,omitzero"`
	Format *outputFormat `json:"format,omitzero"`
}

type outputFormat struct {
	Type   string         `json:"type"`
	Schema jsontext.Value `json:"schema"`
}

// encoder gathers what cannot be translated, so that all of it is reported.
type encoder struct {
	in       llm.ChatRequest
	out      request
	problems claviger.Problems
}

// encode translates a chat request. Parameters without a counterpart that only
// tune the answer (seed, penalties, log probabilities) are left out; what would
// change the meaning of the request is refused.
func encode(call provider.Call) (provider.Upstream, error) {
	in, err := llm.ParseChat(call.Request.Body)
	if err != nil {
		return provider.Upstream{}, err
	}
	e := encoder{in: in, out: request{
		Model:     call.Model,
		MaxTokens: call.Request.MaxOutput,
		Stream:    call.Request.Stream,
		TopP:      in.TopP,
		TopK:      in.TopK,
	}}
	if call.Request.Choices > 1 {
		e.problems.Add("n", "must be 1: more than one choice is not supported by anthropic")
	}
	if len(in.Functions) > 0 && in.Functions.Kind() == '[' {
		e.problems.Add("functions", "is not supported by anthropic; use tools")
	}
	e.messages()
	e.tools()
	e.sampling()
	e.format()
	e.limit()
	if in.User != "" {
		e.out.Metadata = &metadata{in.User}
	}
	if err := e.problems.Err(); err != nil {
		return provider.Upstream{}, err
	}
	body, err := json.Marshal(&e.out, json.Deterministic(true))
	if err != nil {
		return provider.Upstream{}, claviger.Fail(claviger.Invalid, "The request cannot be translated for anthropic").Because(err)
	}
	return provider.Upstream{Path: "/messages", Body: body, Header: e.header()}, nil
}

// header names the version of the API and the beta features asked for.
func (e *encoder) header() http.Header {
	h := http.Header{"Anthropic-Version": {version}}
	if v := e.in.AnthropicVersion; v != "" && oneLine(v) {
		h["Anthropic-Version"] = []string{v}
	}
	if v := strings.Join(e.in.AnthropicBeta, ","); v != "" && oneLine(v) {
		h["Anthropic-Beta"] = []string{v}
	}
	return h
}

// oneLine reports whether v may be a header's value.
func oneLine(v string) bool {
	return len(v) <= 1024 && !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r >= 0x7f })
}

// sampling sets what decides between likely words. The API takes temperatures
// up to 1, one of temperature and top_p, and neither temperature nor top_k while
// the model thinks.
func (e *encoder) sampling() {
	for _, s := range e.in.Stop {
		if strings.TrimSpace(s) != "" { // the API refuses blank ones
			e.out.StopSequences = append(e.out.StopSequences, s)
		}
	}
	e.thinking()
	if e.out.Thinking != nil && e.thinkingType() != "disabled" {
		e.out.TopK = nil
		return
	}
	if t := e.in.Temperature; t != nil {
		clamped := min(max(*t, 0), 1)
		e.out.Temperature, e.out.TopP = &clamped, nil
	}
}

// thinking passes the caller's own setting on, or follows reasoning_effort.
func (e *encoder) thinking() {
	if len(e.in.Thinking) > 0 && e.in.Thinking.Kind() != 'n' {
		if e.in.Thinking.Kind() != '{' {
			e.problems.Add("thinking", "must be an object")
		}
		e.out.Thinking = e.in.Thinking
		return
	}
	effort := ""
	switch e.in.ReasoningEffort {
	case "", "none":
		return
	case "minimal", "low":
		effort = "low"
	case "medium":
		effort = "medium"
	case "high", "xhigh":
		effort = "high"
	case "max":
		effort = "max"
	default:
		e.problems.Add("reasoning_effort", "must be one of none, minimal, low, medium, high, xhigh, max")
		return
	}
	e.config().Effort = effort
	e.out.Thinking = jsontext.Value(`{"type":"adaptive"}`)
}

func (e *encoder) thinkingType() string {
	t, _ := e.thinkingFields()
	return t
}

func (e *encoder) thinkingFields() (kind string, budget int64) {
	var t struct {
		Type   string `json:"type"`
		Budget int64  `json:"budget_tokens"`
	}
	if len(e.out.Thinking) > 0 && json.Unmarshal(e.out.Thinking, &t) != nil {
		return "", 0 // for the provider to refuse
	}
	return t.Type, t.Budget
}

// format asks for JSON that fits a schema. There is no counterpart to JSON
// without a schema; the prompt has to ask for it, as OpenAI wants it to as well.
func (e *encoder) format() {
	f := e.in.ResponseFormat
	if f.Type != "json_schema" {
		return
	}
	if f.JSONSchema.Schema.Kind() != '{' {
		e.problems.Add("response_format.json_schema.schema", "must be an object")
		return
	}
	e.config().Format = &outputFormat{Type: "json_schema", Schema: f.JSONSchema.Schema}
}

func (e *encoder) config() *outputConfig {
	if e.out.OutputConfig == nil {
		e.out.OutputConfig = &outputConfig{}
	}
	return e.out.OutputConfig
}

// limit sets max_tokens where the caller did not.
func (e *encoder) limit() {
	if e.out.MaxTokens > 0 {
		return
	}
	_, budget := e.thinkingFields()
	e.out.MaxTokens = defaultMaxTokens + min(max(budget, 0), 1<<20)
}
