package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

type chatRequest struct {
	Model         string    `json:"model"`
	Messages      []message `json:"messages"`
	Stream        bool      `json:"stream"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

type message struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"` // text, or a list of parts
}

// text is what a message says in words.
func (m message) text() string {
	var plain string
	if json.Unmarshal(m.Content, &plain) == nil {
		return plain
	}
	var parts []struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(m.Content, &parts) // what is neither says nothing
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text + " ")
	}
	return strings.TrimSpace(b.String())
}

const completionID = "chatcmpl-emulator"

func (s *Server) chat(w http.ResponseWriter, r *http.Request, in chatRequest) {
	if in.Model != Model {
		fail(w, http.StatusNotFound, "model_not_found", "The emulator has one model, "+Model+".")
		return
	}
	if len(in.Messages) == 0 {
		fail(w, http.StatusBadRequest, "missing_messages", "messages must not be empty.")
		return
	}
	var prompt strings.Builder
	for _, m := range in.Messages {
		prompt.WriteString(m.text() + " ")
	}
	answer := compose(in.Messages[len(in.Messages)-1].text())
	u := used(prompt.String(), answer)
	if in.Stream {
		s.stream(r.Context(), w, in, answer, u)
		return
	}
	reply(w, map[string]any{
		"id": completionID, "object": "chat.completion", "created": born, "model": Model,
		"choices": []any{map[string]any{
			"index": 0, "message": map[string]any{"role": "assistant", "content": answer}, "finish_reason": "stop",
		}},
		"usage": u,
	})
}

// compose makes an answer that is plainly no model's.
func compose(question string) string {
	const longest = 120
	if q := []rune(question); len(q) > longest {
		question = string(q[:longest]) + "…"
	}
	return fmt.Sprintf("This is Claviger's built-in emulator, not a model. You asked: %q "+
		"A real provider would answer here; the credential it needs never left the vault's keeping.", question)
}

func (s *Server) stream(ctx context.Context, w http.ResponseWriter, in chatRequest, answer string, u usage) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	send := func(choices []any, more map[string]any) {
		event := map[string]any{
			"id": completionID, "object": "chat.completion.chunk", "created": born, "model": Model, "choices": choices,
		}
		for k, v := range more {
			event[k] = v
		}
		data, _ := json.Marshal(event) // maps of plain values always encode
		fmt.Fprintf(w, "data: %s\n\n", data)
		_ = out.Flush() // the caller may be gone
	}
	delta := func(delta map[string]any, finish any) []any {
		return []any{map[string]any{"index": 0, "delta": delta, "finish_reason": finish}}
	}
	send(delta(map[string]any{"role": "assistant", "content": ""}, nil), nil)
	for _, word := range strings.SplitAfter(answer, " ") {
		if !rest(ctx, s.WordPause) {
			return
		}
		send(delta(map[string]any{"content": word}, nil), nil)
	}
	send(delta(map[string]any{}, "stop"), nil)
	if in.StreamOptions.IncludeUsage {
		send([]any{}, map[string]any{"usage": u})
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

// rest pauses for d and reports whether the caller is still there.
func rest(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
