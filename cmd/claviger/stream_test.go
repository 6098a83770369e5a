package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const chunk = `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"word"}}]}` + "\n\n"

// providerOf is a provider whose streams send one event and then wait until
// they are let go or cancelled.
func providerOf(t *testing.T) (url string, letGo chan struct{}) {
	letGo = make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), `"stream":true`) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"word"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}`)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, chunk)
		http.NewResponseController(w).Flush()
		select {
		case <-letGo:
			io.WriteString(w, chunk+"data: [DONE]\n\n")
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL, letGo
}

// store stores the provider as "mine" and lets the default workspace use it.
func (s *installation) store(url string) {
	s.t.Helper()
	s.want(200, "POST", "/v1/integrations", adminKeyOfTests, map[string]any{
		"name": "Mine", "slug": "mine", "ai_provider_id": "openai", "key": "sk-the-providers-key-0001",
		"configurations": map[string]any{"custom_host": url + "/v1"},
	})
	s.grant(true)
}

func (s *installation) grant(enabled bool) {
	s.t.Helper()
	s.want(200, "PUT", "/v1/integrations/mine/workspaces", adminKeyOfTests, map[string]any{
		"workspaces": []any{map[string]any{"id": s.workspace(), "enabled": enabled}},
	})
}

func question(stream bool) map[string]any {
	return map[string]any{"model": "@mine/m", "stream": stream, "messages": []any{map[string]any{"role": "user", "content": "a word?"}}}
}

// stream begins a streamed call and returns once its first event is there.
func (s *installation) stream() (*http.Response, *bufio.Reader) {
	s.t.Helper()
	res := s.send("POST", "/v1/chat/completions", callerKeyOfTests, question(true))
	s.t.Cleanup(func() { res.Body.Close() })
	r := bufio.NewReader(res.Body)
	line, err := r.ReadString('\n')
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(line, "word") {
		s.t.Fatalf("status %d, %q, %v", res.StatusCode, line, err)
	}
	return res, r
}

func TestTheMainJob(t *testing.T) {
	s := start(t)
	url, _ := providerOf(t)
	s.store(url)
	got := s.want(200, "GET", "/v1/integrations/mine", adminKeyOfTests, nil)
	if strings.Contains(got, "sk-the-providers-key") || !strings.Contains(got, `"masked_key":"sk*******01"`) {
		t.Errorf("retrieved %s", got)
	}
	res := s.send("POST", "/v1/chat/completions", callerKeyOfTests, question(false))
	res.Body.Close()
	id := res.Header.Get("x-claviger-entry-id")
	if res.StatusCode != http.StatusOK || id == "" {
		t.Fatalf("status %d, entry %q", res.StatusCode, id)
	}
	entries := s.want(200, "GET", "/v1/usage/entries", adminKeyOfTests, nil)
	if !strings.Contains(entries, id) || !strings.Contains(entries, `"closed"`) {
		t.Errorf("entries %s", entries)
	}
}

// What the admin API changes is what the very next model call sees.
func TestChangesReachTheGatewayAtOnce(t *testing.T) {
	s := start(t)
	url, _ := providerOf(t)
	s.store(url)
	ask := func(status int, key string) {
		t.Helper()
		s.want(status, "POST", "/v1/chat/completions", key, question(false))
	}
	for range 20 {
		ask(200, callerKeyOfTests)
		s.grant(false)
		ask(400, callerKeyOfTests)
		s.grant(true)
	}
	made := s.want(200, "POST", "/v1/api-keys/workspace/service", adminKeyOfTests, map[string]any{
		"name": "another", "scopes": []string{"completions.write"}, "workspace_id": s.workspace(),
	})
	id, key := field(made, "id"), field(made, "key")
	ask(200, key)
	s.want(200, "DELETE", "/v1/api-keys/"+id, adminKeyOfTests, nil)
	ask(401, key)
	ask(200, callerKeyOfTests)
}

func TestStreamsMayEndWhenTheServerStops(t *testing.T) {
	s := start(t)
	url, letGo := providerOf(t)
	s.store(url)
	_, r := s.stream()
	s.cancel()
	s.untilItAcceptsNothing()
	close(letGo)
	rest, err := io.ReadAll(r)
	if err != nil || !strings.HasSuffix(string(rest), "data: [DONE]\n\n") {
		t.Errorf("the stream ended with %q, %v", rest, err)
	}
	if status := s.stop(); status != exitOK {
		t.Errorf("status %d", status)
	}
}

func TestStreamsThatDoNotEndAreCut(t *testing.T) {
	s := start(t, "--drain-timeout=50ms")
	url, _ := providerOf(t)
	s.store(url)
	_, r := s.stream()
	status := s.stop()
	rest, _ := io.ReadAll(r)
	if strings.Contains(string(rest), "[DONE]") || !strings.Contains(string(rest), `"error"`) {
		t.Errorf("the stream ended with %q", rest)
	}
	if out := s.log.String(); status != exitOK || !strings.Contains(out, "cut=1") {
		t.Errorf("status %d\n%s", status, out)
	}
}

func (s *installation) workspace() string {
	s.t.Helper()
	return field(s.want(200, "GET", "/v1/admin/workspaces", adminKeyOfTests, nil), "id")
}

// field is the first string of that name in a JSON text.
func field(text, name string) string {
	_, after, _ := strings.Cut(text, fmt.Sprintf("%q:\"", name))
	value, _, _ := strings.Cut(after, `"`)
	return value
}
