package emulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const ask = `{"model":"emulator-1","messages":[{"role":"user","content":"Who keeps the keys?"}]`

func TestAnswers(t *testing.T) {
	tests := map[string]struct {
		method, path, key, body string
		status                  int
		want                    []string // in the body, in this order
		not                     string   // nowhere in the body
	}{
		"chat says that it is the emulator and repeats the question": {
			"POST", "/v1/chat/completions", "k", ask + `}`, 200,
			[]string{"built-in emulator", "Who keeps the keys?", `"prompt_tokens":4`}, ""},
		"chat reads content made of parts": {
			"POST", "/v1/chat/completions", "k", `{"model":"emulator-1","messages":[{"role":"user","content":[{"type":"text","text":"in parts"}]}]}`, 200,
			[]string{"in parts"}, ""},
		"a stream ends with DONE and has no usage unless asked": {
			"POST", "/v1/chat/completions", "k", ask + `,"stream":true}`, 200,
			[]string{`"role":"assistant"`, `"content":"This "`, `"finish_reason":"stop"`, "data: [DONE]"}, "prompt_tokens"},
		"a stream has usage before DONE when asked": {
			"POST", "/v1/chat/completions", "k", ask + `,"stream":true,"stream_options":{"include_usage":true}}`, 200,
			[]string{`"finish_reason":"stop"`, `"choices":[]`, `"prompt_tokens":4`, "data: [DONE]"}, ""},
		"embeddings take a list": {
			"POST", "/v1/embeddings", "k", `{"model":"emulator-1","input":["a b","c"]}`, 200,
			[]string{`"index":1`, `"prompt_tokens":3`}, ""},
		"embeddings refuse a number": {
			"POST", "/v1/embeddings", "k", `{"input":3}`, 400, []string{"invalid_input"}, ""},
		"models are listed": {
			"GET", "/v1/models", "k", "", 200, []string{Model}, ""},
		"a wrong key is refused": {
			"GET", "/v1/models", "other", "", 401, []string{"invalid_api_key"}, ""},
		"an unknown model is refused": {
			"POST", "/v1/chat/completions", "k", `{"model":"x","messages":[{}]}`, 404, []string{"model_not_found"}, ""},
		"no messages are refused": {
			"POST", "/v1/chat/completions", "k", `{"model":"emulator-1"}`, 400, []string{"missing_messages"}, ""},
		"a body that is no JSON is refused": {
			"POST", "/v1/chat/completions", "k", `{`, 400, []string{"invalid_json"}, ""},
		"an unknown path is refused": {
			"GET", "/v1/files", "k", "", 404, []string{"unknown_url"}, ""},
	}
	server := httptest.NewServer(&Server{Key: "k"})
	defer server.Close()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			req, _ := http.NewRequest(tt.method, server.URL+tt.path, strings.NewReader(tt.body))
			req.Header.Set("Authorization", "Bearer "+tt.key)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != tt.status {
				t.Fatalf("status %d, want %d (%v): %s", resp.StatusCode, tt.status, err, body)
			}
			rest := strings.NewReplacer(`\"`, `"`).Replace(string(body))
			for _, want := range tt.want {
				_, after, ok := strings.Cut(rest, want)
				if !ok {
					t.Fatalf("no %q, or out of order, in %s", want, body)
				}
				rest = after
			}
			if tt.not != "" && strings.Contains(string(body), tt.not) {
				t.Errorf("%q in %s", tt.not, body)
			}
		})
	}
}

func TestVectorIsAUnitAndStable(t *testing.T) {
	var length float64
	for _, x := range vector("text") {
		length += x * x
	}
	if length < 0.999 || length > 1.001 {
		t.Errorf("squared length %v, want 1", length)
	}
	a, _ := json.Marshal(vector("text"))
	b, _ := json.Marshal(vector("text"))
	if string(a) != string(b) {
		t.Error("the same text has two vectors")
	}
}
