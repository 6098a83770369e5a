package gateway_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/gateway"
)

const (
	askStream = `{"model":"m","stream":true,"messages":[]}`
	delta     = `data: {"model":"m-1","choices":[{"index":0,"delta":{"content":"word"},"finish_reason":null}],"usage":null}` + "\n\n"
	finished  = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}` + "\n\n"
	usage     = `data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}` + "\n\n"
	done      = "data: [DONE]\n\n"
)

// script is a provider that streams what it is told, piece by piece, each when
// the test lets it; after the last piece it hangs, ends or cuts.
type script struct {
	pieces chan string
	left   chan struct{} // closed when the gateway hung up
	asked  chan string
}

func newScript() *script {
	return &script{pieces: make(chan string, 16), left: make(chan struct{}), asked: make(chan string, 1)}
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.asked <- string(body)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.WriteHeader(200)
	w.(http.Flusher).Flush()
	for {
		select {
		case p, ok := <-s.pieces:
			switch {
			case !ok:
				return
			case p == "CUT":
				panic(http.ErrAbortHandler)
			}
			io.WriteString(w, p)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			close(s.left)
			return
		}
	}
}

func (s *script) say(pieces ...string) {
	for _, p := range pieces {
		s.pieces <- p
	}
}

// open starts a streamed call and returns its answer, still open.
func (r *rig) open(ctx context.Context, body string) (*http.Response, *bufio.Reader) {
	r.Helper()
	req := r.request(http.MethodPost, "/v1/chat/completions", body).WithContext(ctx)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { resp.Body.Close() })
	return resp, bufio.NewReader(resp.Body)
}

func readFrame(t *testing.T, b *bufio.Reader) string {
	t.Helper()
	var frame strings.Builder
	for {
		line, err := b.ReadString('\n')
		frame.WriteString(line)
		if err != nil {
			t.Fatalf("read frame: %v after %q", err, frame.String())
		}
		if line == "\n" {
			return frame.String()
		}
	}
}

func TestAStreamArrivesEventByEvent(t *testing.T) {
	s := newScript()
	r := newRig(t, "openai", s.ServeHTTP)
	resp, b := r.open(t.Context(), askStream)
	if asked := <-s.asked; !strings.Contains(asked, `"include_usage":true`) {
		t.Errorf("usage was not asked of the provider: %s", asked)
	}
	if ct := resp.Header.Get("Content-Type"); !strings.HasPrefix(ct, "text/event-stream") {
		t.Errorf("content type %q", ct)
	}
	for range 3 { // each is answered before the next is said
		s.say(delta)
		if got := readFrame(t, b); got != delta {
			t.Fatalf("got %q", got)
		}
	}
	half := len(delta) / 2
	s.say(delta[:half], delta[half:]+finished[:10], finished[10:])
	if a, b := readFrame(t, b), readFrame(t, b); a != delta || b != finished {
		t.Fatalf("split frames became %q %q", a, b)
	}
	s.say(usage + done)
	if got := readFrame(t, b); got != done {
		t.Fatalf("the caller did not ask for usage and got %q", got)
	}
	// The end has reached the caller, so it is booked.
	select {
	case c := <-r.books.closed:
		if want := (claviger.Tokens{Input: 5, Output: 2}); c.Outcome != claviger.Success || c.Tokens != want || c.Estimated || c.FirstByte == 0 {
			t.Errorf("closing: %+v", c)
		}
	default:
		t.Error("the end came before it was booked")
	}
	close(s.pieces)
	if rest, err := io.ReadAll(b); err != nil || len(rest) != 0 {
		t.Errorf("after the end: %q, %v", rest, err)
	}
}

func TestUsageIsThereForACallerThatAsks(t *testing.T) {
	s := newScript()
	r := newRig(t, "openai", s.ServeHTTP)
	s.say(delta, usage, done)
	close(s.pieces)
	_, body := r.chat(`{"model":"m","stream":true,"stream_options":{"include_usage":true}}`)
	if body != delta+usage+done {
		t.Errorf("got %q", body)
	}
}

func TestAStreamThatEndsBadlySaysSo(t *testing.T) {
	tests := map[string]struct {
		pieces  []string
		outcome claviger.Outcome
		says    string
	}{
		"cut in the middle":                  {[]string{delta, "CUT"}, claviger.Cut, "broke off"},
		"closed without its end":             {[]string{delta}, claviger.Cut, "broke off"},
		"an error event":                     {[]string{delta, "data: {\"error\":{\"message\":\"overloaded " + providerKey + "\"}}\n\n"}, claviger.ProviderError, "openai error: overloaded [secret]"},
		"cut before the first event":         {[]string{"CUT"}, claviger.Cut, "broke off"},
		"half a frame":                       {[]string{delta, delta[:20]}, claviger.Cut, "broke off"},
		"finished, without the closing mark": {[]string{delta, finished}, claviger.Success, "[DONE]"},
		"closing mark without a blank line":  {[]string{delta, "data: [DONE]\n"}, claviger.Success, "[DONE]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newScript()
			r := newRig(t, "openai", s.ServeHTTP)
			s.say(tt.pieces...)
			close(s.pieces)
			_, body := r.chat(askStream)
			frames := strings.Split(strings.TrimSpace(body), "\n\n")
			last := frames[len(frames)-1]
			if !strings.Contains(last, tt.says) {
				t.Errorf("the last event is %q, want %q in it", last, tt.says)
			}
			if tt.outcome != claviger.Success && (!strings.Contains(last, `"error":{`) || strings.Contains(body, "[DONE]")) {
				t.Errorf("it looks like a good end: %q", body)
			}
			if _, c := r.books.one(t); c.Outcome != tt.outcome || !c.Estimated || c.Tokens.Input == 0 {
				t.Errorf("closing: %+v", c)
			}
		})
	}
}

func TestAStalledStreamIsCut(t *testing.T) {
	s, slow := newScript(), &alarms{}
	r := newRig(t, "openai", s.ServeHTTP, slow.of, func(o *gateway.Options) { o.IdleTimeout = time.Minute })
	_, b := r.open(t.Context(), askStream)
	s.say(delta)
	if got := readFrame(t, b); got != delta {
		t.Fatalf("got %q", got)
	}
	// The first look sees the move, and the second may see that the frame went
	// on; from then on nothing moves.
	for range 3 {
		slow.ring()
	}
	if got := readFrame(t, b); !strings.Contains(got, "stopped moving") {
		t.Errorf("got %q", got)
	}
	if got := slow.times(); len(got) != 1 || got[0] != time.Minute {
		t.Errorf("the stream was looked at after %v", got)
	}
	if _, c := r.books.one(t); c.Outcome != claviger.TimedOut || c.Tokens.Output != 1 {
		t.Errorf("closing: %+v", c)
	}
	<-s.left
}

func TestACallerThatLeavesStopsTheProvider(t *testing.T) {
	for name, body := range map[string]string{"in a silent stream": askStream, "before an answer": ask} {
		t.Run(name, func(t *testing.T) {
			s := newScript()
			handler := s.ServeHTTP
			if body == ask {
				handler = func(_ http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body)
					s.asked <- ""
					<-r.Context().Done()
					close(s.left)
				}
			}
			r := newRig(t, "openai", handler)
			ctx, leave := context.WithCancel(t.Context())
			go func() {
				resp, err := http.DefaultTransport.RoundTrip(r.request(http.MethodPost, "/v1/chat/completions", body).WithContext(ctx))
				if err == nil {
					io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
			}()
			<-s.asked
			leave()
			<-s.left
			o, c := r.books.one(t)
			if c.Outcome != claviger.ClientGone || c.HTTPStatus != 499 || !c.Estimated || c.Tokens.Input == 0 {
				t.Errorf("closing: %+v", c)
			}
			if body == ask && c.Tokens.Output != o.EstimatedOut {
				t.Errorf("an answer that nobody saw was booked at %d, want the estimate %d", c.Tokens.Output, o.EstimatedOut)
			}
		})
	}
}

func TestAProviderThatDoesNotBeginTimesOut(t *testing.T) {
	slow := &alarms{}
	r := newRig(t, "openai", slow.hangs, slow.of)
	resp, body := r.chat(ask, "x-portkey-request-timeout", "15")
	want := `Request exceeded the timeout sent in the request: 15ms`
	if resp.StatusCode != 408 || !strings.Contains(body, want) || !strings.Contains(body, "timeout_error") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if _, c := r.books.one(t); c.Outcome != claviger.TimedOut || c.HTTPStatus != 408 {
		t.Errorf("closing: %+v", c)
	}
}

func TestDrainWaitsAndThenCuts(t *testing.T) {
	s := newScript()
	r := newRig(t, "openai", s.ServeHTTP)
	_, b := r.open(t.Context(), askStream)
	s.say(delta)
	readFrame(t, b)
	patience, over := context.WithCancel(t.Context())
	drained := make(chan int)
	go func() { drained <- r.gw.Drain(patience) }()
	for { // new requests are refused as soon as the drain has begun
		if resp, body := r.chat(`{"model":`); resp.StatusCode == 503 {
			if !strings.Contains(body, "shutting down") {
				t.Errorf("said %s", body)
			}
			break
		}
	}
	s.say(delta)
	if got := readFrame(t, b); got != delta {
		t.Fatalf("an open stream goes on while draining, got %q", got)
	}
	over()
	if got := readFrame(t, b); !strings.Contains(got, "shutting down") {
		t.Errorf("the cut stream ended with %q", got)
	}
	if n := <-drained; n != 1 {
		t.Errorf("cut %d, want 1", n)
	}
	if _, c := r.books.one(t); c.Outcome != claviger.Shutdown {
		t.Errorf("closing: %+v", c)
	}
}

func TestAnEndlessLineIsNotHeldInMemory(t *testing.T) {
	r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
		io.Copy(io.Discard, req.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		piece := strings.Repeat("a", 1<<20)
		for range 40 {
			if _, err := io.WriteString(w, piece); err != nil {
				return
			}
		}
	})
	_, body := r.chat(askStream)
	if len(body) > 1000 || !strings.Contains(body, "too large") {
		t.Errorf("%d bytes: %.200s", len(body), body)
	}
}

func TestManyStreamsAtOnce(t *testing.T) {
	r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
		io.Copy(io.Discard, req.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		for range 20 {
			io.WriteString(w, delta)
			w.(http.Flusher).Flush()
		}
		io.WriteString(w, usage+done)
	})
	const n = 50
	errs := make(chan error, n)
	for range n {
		go func() {
			resp, err := http.DefaultTransport.RoundTrip(r.request(http.MethodPost, "/v1/chat/completions", askStream))
			if err != nil {
				errs <- err
				return
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if want := strings.Repeat(delta, 20) + done; err == nil && string(body) != want {
				err = fmt.Errorf("got %d bytes, want %d", len(body), len(want))
			}
			errs <- err
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	for range n {
		if c := <-r.books.closed; c.Outcome != claviger.Success || c.Tokens.Output != 2 {
			t.Errorf("closing: %+v", c)
		}
	}
}
