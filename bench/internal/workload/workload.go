// Package workload defines what travels in the benchmarks: the requests the
// load generator sends, the answers the mock provider gives, and what a correct
// answer looks like. Both sides take it from here, so that an answer that a
// proxy cut, changed or made up is noticed.
package workload

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

const (
	// RequestBytes is the size of every request body.
	RequestBytes = 1024
	// AnswerBytes is the size of every whole (not streamed) answer body.
	AnswerBytes = 512
	// Model is asked for in every request; it is one that price lists know.
	Model = "gpt-4o-mini"
	// Path is where proxies expect the request.
	Path = "/v1/chat/completions"
)

// Done is the event that ends a stream.
const Done = "data: [DONE]\n\n"

// Script says how the mock provider answers. It travels in the "user" field of
// the body, which every proxy hands on. The zero value asks for a whole answer.
type Script struct {
	Events int           // content events of a stream; 0 = a whole answer
	Gap    time.Duration // pause before each event but the first; 0 = as fast as the reader takes
	Stall  bool          // after the first event nothing more comes
}

const scriptMark = "bench/"

func (s Script) String() string {
	return fmt.Sprintf("%s%d/%d/%t", scriptMark, s.Events, s.Gap.Microseconds(), s.Stall)
}

// ParseScript finds the script in a request body.
func ParseScript(body []byte) (Script, error) {
	i := bytes.Index(body, []byte(scriptMark))
	if i < 0 {
		return Script{}, fmt.Errorf("the body names no script")
	}
	line, _, _ := bytes.Cut(body[i:], []byte(`"`))
	var s Script
	var micros int64
	if _, err := fmt.Sscanf(string(line), scriptMark+"%d/%d/%t", &s.Events, &micros, &s.Stall); err != nil {
		return Script{}, fmt.Errorf("script %q: %w", line, err)
	}
	s.Gap = time.Duration(micros) * time.Microsecond
	return s, nil
}

// Body is the request body that asks for s: RequestBytes long, whatever s is.
func Body(s Script) []byte {
	stream := ""
	if s.Events > 0 {
		stream = `"stream":true,`
	}
	head := fmt.Sprintf(`{"model":%q,%s"user":%q,"temperature":0.2,"max_tokens":256,"messages":[`+
		`{"role":"system","content":"You are terse."},{"role":"user","content":"`, Model, stream, s)
	const tail = `"}]}`
	return fill(head, tail, RequestBytes)
}

// Answer is the body of a whole answer, AnswerBytes long.
func Answer() []byte {
	const head = `{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,` +
		`"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"`
	const tail = `"},"logprobs":null,"finish_reason":"stop"}],` +
		`"usage":{"prompt_tokens":231,"completion_tokens":42,"total_tokens":273}}`
	return fill(head, tail, AnswerBytes)
}

// Event is one content event of a stream.
func Event() []byte {
	return []byte(`data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,` +
		`"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"content":" token"},` +
		`"logprobs":null,"finish_reason":null}]}` + "\n\n")
}

// UsageEvent is the event before Done that a caller, or a proxy that meters,
// gets when the request has stream_options.include_usage.
func UsageEvent() []byte {
	return []byte(`data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,` +
		`"model":"gpt-4o-mini-2024-07-18","choices":[],` +
		`"usage":{"prompt_tokens":231,"completion_tokens":42,"total_tokens":273}}` + "\n\n")
}

// AsksUsage tells whether a request body asks for the usage event.
func AsksUsage(body []byte) bool {
	i := bytes.Index(body, []byte(`"include_usage"`))
	if i < 0 {
		return false
	}
	_, value, _ := bytes.Cut(body[i:], []byte(":"))
	return bytes.HasPrefix(bytes.TrimSpace(value), []byte("true"))
}

// fill puts words between head and tail up to size bytes.
func fill(head, tail string, size int) []byte {
	const words = "the keeper of the keys counts them each evening "
	room := size - len(head) - len(tail)
	text := strings.Repeat(words, room/len(words)+1)[:room]
	return []byte(head + text + tail)
}
