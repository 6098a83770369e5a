// Package emulator is a small stand-in for a model provider that speaks the
// OpenAI dialect: chat completions, streamed and not, embeddings and the list of
// models. The demo uses it so that nothing outside is needed. It is no model: it
// says in each answer that it is the built-in emulator.
package emulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Model is the name of the one model there is.
const Model = "emulator-1"

// Server is the emulator as an HTTP handler; its routes lie under /v1. Set the
// fields before use; then it is safe for concurrent use.
type Server struct {
	// Key is the credential that callers must bring; "" takes anybody.
	Key string
	// WordPause is how long a stream rests before each word; zero for none.
	WordPause time.Duration
}

// maxBody bounds a request body, in bytes.
const maxBody = 4 << 20

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Key != "" && r.Header.Get("Authorization") != "Bearer "+s.Key {
		fail(w, http.StatusUnauthorized, "invalid_api_key", "Incorrect API key provided.")
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /v1/models":
		reply(w, map[string]any{"object": "list", "data": []any{
			map[string]any{"id": Model, "object": "model", "created": born, "owned_by": "claviger"},
		}})
	case "POST /v1/chat/completions":
		if in, ok := read[chatRequest](w, r); ok {
			s.chat(w, r, in)
		}
	case "POST /v1/embeddings":
		if in, ok := read[embeddingRequest](w, r); ok {
			embed(w, in)
		}
	default:
		fail(w, http.StatusNotFound, "unknown_url", "The emulator does not know "+r.Method+" "+r.URL.Path+".")
	}
}

// born is the creation time of the model, in Unix seconds.
const born = 1767225600

func read[T any](w http.ResponseWriter, r *http.Request) (in T, ok bool) {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&in); err != nil {
		fail(w, http.StatusBadRequest, "invalid_json", "The body is not the JSON object expected here.")
		return in, false
	}
	return in, true
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // the caller may be gone
}

func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{
		"message": message, "type": "invalid_request_error", "param": nil, "code": code,
	}})
}

// usage counts a token for each word: near enough for a stand-in.
type usage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
	TotalTokens      int `json:"total_tokens"`
}

func used(prompt, completion string) usage {
	in, out := len(strings.Fields(prompt)), len(strings.Fields(completion))
	return usage{in, out, in + out}
}
