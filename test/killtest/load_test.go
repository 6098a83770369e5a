package killtest

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/claviger/claviger/test/harness"
)

// The load of a round: the server is killed once so many requests ended, while
// the callers go on.
const (
	callers     = 12
	killAfter   = 150
	killSpread  = 37 // rounds differ by up to this many
	entryHeader = "x-claviger-entry-id"
)

// kinds of request, in turn. A stalled one ends with the server only; the
// caller of a left one goes away on purpose after the first bytes.
var kinds = []struct {
	behaviour string
	stream    bool
	leave     bool
}{
	{"ok", false, false}, {"ok", true, false}, {"long", true, false}, {"split", true, false},
	{"status-500", false, false}, {"ok", false, false}, {"cut", true, false}, {"status-429", true, false},
	{"long", true, true}, {"ok", true, false}, {"cut", false, false},
}

// record is what the callers saw. It is safe for concurrent use.
type record struct {
	mu       sync.Mutex
	sent     int
	finished map[string]string // entry id -> model, of answers whose end arrived
	begun    map[string]string // of answers whose headers arrived, without their end
}

func newRecord() *record {
	return &record{finished: map[string]string{}, begun: map[string]string{}}
}

// load runs callers against the server until it is killed under them.
func load(t *testing.T, server *harness.Server, round int, rec *record) {
	client := server.Workspace()
	transport := &http.Transport{MaxIdleConnsPerHost: callers}
	defer transport.CloseIdleConnections()

	var wg sync.WaitGroup
	ended := make(chan struct{}, 1024)
	dead := make(chan struct{})
	for caller := range callers {
		wg.Go(func() {
			for i := 0; ; i++ {
				kind := kinds[(caller+i)%len(kinds)]
				model := fmt.Sprintf("%s--r%d-c%d-%d", kind.behaviour, round, caller, i)
				if caller == 0 && i > 0 {
					// One caller hangs in a stream for good.
					model = fmt.Sprintf("stall--r%d-%d", round, i)
					kind.stream, kind.leave = true, false
				}
				reached := rec.ask(client, transport, model, kind.stream, kind.leave)
				select {
				case ended <- struct{}{}:
				case <-dead:
				}
				if !reached {
					return
				}
			}
		})
	}
	gone := make(chan struct{})
	go func() { wg.Wait(); close(gone) }()
	for range killAfter + (round*13)%killSpread {
		select {
		case <-ended:
		case <-gone:
			t.Fatal("no caller reaches the server any more, and nobody killed it")
		}
	}
	server.Kill()
	close(dead)
	<-gone
}

// ask sends one request and notes how far its answer came. It is false when
// the server could not be reached.
func (r *record) ask(c harness.Client, transport http.RoundTripper, model string, stream, leave bool) bool {
	req, err := c.Request(http.MethodPost, "/v1/chat/completions", map[string]any{
		"model": "@scripted/" + model, "stream": stream,
		"messages": []any{map[string]any{"role": "user", "content": "hello"}},
	})
	if err != nil {
		return false
	}
	r.mu.Lock()
	r.sent++
	r.mu.Unlock()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	id := resp.Header.Get(entryHeader)
	if id == "" {
		return true // refused before it was admitted
	}
	note := func(m map[string]string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		m[id] = model
	}
	switch {
	case leave:
		_, _ = io.ReadFull(resp.Body, make([]byte, 64))
		note(r.begun)
	case readToEnd(resp):
		note(r.finished)
	default:
		note(r.begun)
	}
	return true
}

// readToEnd reports whether the end of an answer arrived: the last byte of a
// body, the terminal event of a stream.
func readToEnd(resp *http.Response) bool {
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		_, err := io.Copy(io.Discard, resp.Body)
		return err == nil
	}
	terminal := false
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		line := lines.Text()
		if line == "data: [DONE]" || strings.HasPrefix(line, `data: {"error"`) {
			terminal = true
		}
	}
	return terminal
}
