package emulator

import (
	"crypto/sha256"
	"encoding/json"
	"math"
	"net/http"
	"strings"
)

type embeddingRequest struct {
	Model string          `json:"model"`
	Input json.RawMessage `json:"input"` // a text or a list of texts
}

// dimensions of an embedding.
const dimensions = 32

func embed(w http.ResponseWriter, in embeddingRequest) {
	var texts []string
	var one string
	if json.Unmarshal(in.Input, &one) == nil {
		texts = []string{one}
	} else if json.Unmarshal(in.Input, &texts) != nil {
		fail(w, http.StatusBadRequest, "invalid_input", "input must be a text or a list of texts.")
		return
	}
	data := make([]any, 0, len(texts))
	for i, text := range texts {
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": vector(text)})
	}
	u := used(strings.Join(texts, " "), "")
	reply(w, map[string]any{"object": "list", "model": Model, "data": data,
		"usage": map[string]any{"prompt_tokens": u.PromptTokens, "total_tokens": u.TotalTokens}})
}

// vector is a unit vector that depends on the text alone and means nothing.
func vector(text string) []float64 {
	sum := sha256.Sum256([]byte(text))
	out := make([]float64, dimensions)
	var length float64
	for i := range out {
		out[i] = float64(sum[i]) - 127.5
		length += out[i] * out[i]
	}
	length = math.Sqrt(length)
	for i := range out {
		out[i] /= length
	}
	return out
}
