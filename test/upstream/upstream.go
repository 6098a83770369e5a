// Package upstream is a scripted provider for tests. It speaks the OpenAI
// dialect, and the Anthropic one for echoes; the model of a request says how it
// behaves: "stall", "cut", "split", "status-500" and so on, see [Server]. What
// follows "--" in a model is a marker of the test's own and changes nothing.
package upstream

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Server is a scripted provider. The behaviours it knows by model:
//
//	ok           answers, or streams a few frames
//	long         streams 200 frames
//	split        streams in pieces of one to seven bytes
//	cut          breaks off: in the middle of the stream, or of the body
//	stall        streams two frames, or nothing, and waits until released
//	status-NNN   answers with that status and an error body
//	flaky-N      answers with 503 N times, then as ok; counted by the whole model
//	echo         answers with all it got, in headers, body or frames
//	echo-error   fails with all it got in headers and the message
//	echo-part    fails with parts of the credential in the message
//	echo-event   streams an error event with all it got in the message
//	echo-garbage answers 200 with all it got in a body that is no JSON
//
// It is safe for concurrent use.
type Server struct {
	URL string // with the version path: what a custom_host is set to

	mu      sync.Mutex
	seen    []Request
	gone    int
	release chan struct{}
	changed chan struct{} // closed and renewed when seen or gone grow
}

// Request is one request that came in.
type Request struct {
	Method, Path string
	Header       http.Header
	Body         []byte
	Model        string
}

// New starts a provider that runs until the test ends.
func New(t testing.TB) *Server {
	s := &Server{release: make(chan struct{}), changed: make(chan struct{})}
	h := httptest.NewServer(s)
	s.URL = h.URL + "/v1"
	t.Cleanup(func() {
		s.Release()
		h.CloseClientConnections()
		h.Close()
	})
	return s
}

// Seen is every request so far, in the order they came in.
func (s *Server) Seen() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.seen...)
}

// Gone counts the stalled requests whose caller left.
func (s *Server) Gone() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone
}

// Release lets everything that is stalled, now or later, go on.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.release:
	default:
		close(s.release)
	}
}

// Changed is closed at the next request or departure.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

func (s *Server) note(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var in struct {
		Model  string
		Stream bool
	}
	_ = json.Unmarshal(body, &in) // a GET has none
	req := Request{r.Method, r.URL.Path, r.Header.Clone(), body, in.Model}
	s.note(func() { s.seen = append(s.seen, req) })

	behaviour, _, _ := strings.Cut(in.Model, "--")
	switch {
	case strings.HasPrefix(behaviour, "echo") && strings.HasSuffix(r.URL.Path, "/messages"):
		echoAnthropic(w, req, behaviour, in.Stream)
	case strings.HasPrefix(behaviour, "echo"):
		echo(w, req, behaviour, in.Stream)
	case strings.HasPrefix(behaviour, "status-"):
		fail(w, behaviour)
	case strings.HasPrefix(behaviour, "flaky-") && s.flakes(in.Model, strings.TrimPrefix(behaviour, "flaky-")):
		w.Header().Set("Retry-After-Ms", "1")
		fail(w, "status-503")
	case strings.HasSuffix(r.URL.Path, "/models"):
		answer(w, `{"object":"list","data":[{"id":"ok","object":"model","created":1700000000,"owned_by":"upstream"}]}`)
	case strings.HasSuffix(r.URL.Path, "/embeddings"):
		answer(w, `{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25,-0.5]}],"model":"`+in.Model+`","usage":{"prompt_tokens":5,"total_tokens":5}}`)
	case strings.HasSuffix(r.URL.Path, "/completions") && !strings.HasSuffix(r.URL.Path, "/chat/completions"):
		answer(w, textCompletion(in.Model))
	case in.Stream:
		s.stream(w, r, behaviour, in.Model)
	case behaviour == "stall":
		if s.wait(r) {
			answer(w, completion(in.Model))
		}
	case behaviour == "cut":
		text := completion(in.Model)
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		io.WriteString(w, text[:len(text)/2])
		panic(http.ErrAbortHandler)
	default:
		answer(w, completion(in.Model))
	}
}

// flakes reports whether a model was asked for at most so many times by now.
func (s *Server) flakes(model, most string) bool {
	n, err := strconv.Atoi(most)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.seen {
		if r.Model == model {
			n--
		}
	}
	return err == nil && n >= 0
}

// wait returns when everything is released, or false when the caller left.
func (s *Server) wait(r *http.Request) bool {
	s.mu.Lock()
	release := s.release
	s.mu.Unlock()
	select {
	case <-release:
		return true
	case <-r.Context().Done():
		s.left()
		return false
	}
}

func (s *Server) left() { s.note(func() { s.gone++ }) }

func answer(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, body)
}

func fail(w http.ResponseWriter, behaviour string) {
	status, err := strconv.Atoi(strings.TrimPrefix(behaviour, "status-"))
	if err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "7")
	}
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"message":"scripted failure %d","type":"scripted_error","param":null,"code":"scripted"}}`, status)
}
