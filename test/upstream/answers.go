package upstream

import (
	"fmt"
	"io"
	"net/http"
)

// What the scripted provider says it used, in every answer.
const (
	PromptTokens     = 11
	CompletionTokens = 7
)

const usage = `{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}`

func completion(model string) string {
	return fmt.Sprintf(`{"id":"chatcmpl-scripted","object":"chat.completion","created":1700000000,"model":%q,`+
		`"choices":[{"index":0,"message":{"role":"assistant","content":"scripted answer"},"finish_reason":"stop"}],"usage":%s}`, model, usage)
}

func textCompletion(model string) string {
	return fmt.Sprintf(`{"id":"cmpl-scripted","object":"text_completion","created":1700000000,"model":%q,`+
		`"choices":[{"index":0,"text":"scripted answer","logprobs":null,"finish_reason":"stop"}],"usage":%s}`, model, usage)
}

func chunk(model, delta, finish string) string {
	return fmt.Sprintf(`data: {"id":"chatcmpl-scripted","object":"chat.completion.chunk","created":1700000000,"model":%q,`+
		`"choices":[{"index":0,"delta":%s,"finish_reason":%s}]}`+"\n\n", model, delta, finish)
}

const done = "data: [DONE]\n\n"

func usageChunk(model string) string {
	return fmt.Sprintf(`data: {"id":"chatcmpl-scripted","object":"chat.completion.chunk","created":1700000000,"model":%q,`+
		`"choices":[],"usage":%s}`+"\n\n", model, usage)
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request, behaviour, model string) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	send := func(frame string) {
		io.WriteString(w, frame)
		_ = out.Flush() // the caller may be gone
	}
	if behaviour == "split" {
		send = func(frame string) {
			for i, n := 0, 1; i < len(frame); i, n = i+n, n%7+1 {
				io.WriteString(w, frame[i:min(i+n, len(frame))])
				_ = out.Flush()
			}
		}
	}
	words := 5
	if behaviour == "long" {
		words = 200
	}
	send(chunk(model, `{"role":"assistant","content":""}`, "null"))
	for i := range words {
		switch {
		case r.Context().Err() != nil:
			if behaviour == "stall" { // it may leave before there is nothing more
				s.left()
			}
			return
		case behaviour == "cut" && i == 2:
			io.WriteString(w, `data: {"id":"chatcmpl-`) // half a frame
			_ = out.Flush()
			panic(http.ErrAbortHandler)
		case behaviour == "stall" && i == 2:
			if !s.wait(r) {
				return
			}
		}
		send(chunk(model, fmt.Sprintf(`{"content":"word%d "}`, i), "null"))
	}
	send(chunk(model, `{}`, `"stop"`))
	send(usageChunk(model))
	send(done)
}
