package overspend

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/claviger/claviger/test/harness"
)

// hot is the load on one key, in requests per second. A machine that cannot make
// so many makes as many as it can; the test says how many they were.
const hot = 5000

// TestRatesAreExact asks far more often than a limit allows, and counts what
// went through in each window by what the ledger says.
func TestRatesAreExact(t *testing.T) {
	harness.Require(t)
	server := harness.Start(t, harness.Config{})
	mock := newQuickProvider(t)
	server.Integrate("quick", map[string]any{"ai_provider_id": "openai", "key": "sk-" + harness.RandomHex(32),
		"configurations": map[string]any{"custom_host": mock.URL + "/v1"}})
	made := map[string]*hotKey{
		"rps": {value: 1000, lasts: 4 * time.Second, window: time.Second},
		"rpm": {value: 3000, lasts: 2 * time.Second, window: time.Minute},
	}
	for unit, k := range made {
		answer := server.Admin().Must(http.MethodPost, "/v1/api-keys/workspace/service", map[string]any{
			"name": unit, "workspace_id": server.DefaultWorkspace(), "scopes": []string{"completions.write"},
			"rate_limits": []any{map[string]any{"type": "requests", "unit": unit, "value": k.value}}})
		k.id = answer.Text("id")
		k.load(server.URL, answer.Text("key"))
	}
	var through int64
	for unit, k := range made {
		k.judge(t, unit, windowsOf(t, server, k))
		through += k.admitted.Load()
	}
	if err := server.Terminate(); err != nil {
		t.Fatalf("the server ended badly: %v", err)
	}
	check(t, server, harness.Config{})
	if got := mock.served.Load(); got != through {
		t.Errorf("the provider served %d, and callers were answered %d times", got, through)
	}
}

// quickProvider answers at once and counts.
type quickProvider struct {
	*httptest.Server
	served atomic.Int64
}

func newQuickProvider(t *testing.T) *quickProvider {
	p := &quickProvider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the gateway's own, which came whole
		p.served.Add(1)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"id":"chatcmpl-mock","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,`+
			`"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}`)
	}))
	t.Cleanup(p.Close)
	return p
}

// hotKey is a key with a limit that is asked for too much.
type hotKey struct {
	id     string
	value  int64
	lasts  time.Duration
	window time.Duration

	admitted, refused, other atomic.Int64
	took                     time.Duration
	mu                       sync.Mutex
	demand                   map[int64]int64 // by window: requests that began and ended in it
}

// load sends requests at a steady pace, late ones at once.
func (k *hotKey) load(url, key string) {
	const senders = 64
	transport := &http.Transport{MaxIdleConnsPerHost: senders}
	defer transport.CloseIdleConnections()
	k.demand = map[int64]int64{}
	began := time.Now()
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			mine := map[int64]int64{}
			pace := time.NewTimer(0)
			defer pace.Stop()
			for n := i; ; n += senders {
				due := began.Add(time.Duration(n) * time.Second / hot)
				if due.Sub(began) > k.lasts || time.Since(began) > k.lasts {
					break
				}
				pace.Reset(time.Until(due))
				<-pace.C
				from := time.Now().Truncate(k.window).UnixMicro()
				k.send(transport, url, key)
				if to := time.Now().Truncate(k.window).UnixMicro(); to == from {
					mine[from]++
				}
			}
			k.mu.Lock()
			defer k.mu.Unlock()
			for window, n := range mine {
				k.demand[window] += n
			}
		})
	}
	all.Wait()
	k.took = time.Since(began)
}

func (k *hotKey) send(transport *http.Transport, url, key string) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url+"/v1/chat/completions",
		strings.NewReader(`{"model":"@quick/m","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}`))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("x-portkey-api-key", key)
	resp, err := transport.RoundTrip(req)
	if err != nil {
		k.other.Add(1)
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body) // its status says all
	switch resp.StatusCode {
	case http.StatusOK:
		k.admitted.Add(1)
	case http.StatusTooManyRequests:
		k.refused.Add(1)
	default:
		k.other.Add(1)
	}
}

// judge compares what went through in each window with the limit.
func (k *hotKey) judge(t *testing.T, unit string, windows map[int64]int64) {
	t.Helper()
	sent := k.admitted.Load() + k.refused.Load() + k.other.Load()
	t.Logf("%s: %.0f requests a second; %d admitted, %d refused; limit %d", unit, float64(sent)/k.took.Seconds(),
		k.admitted.Load(), k.refused.Load(), k.value)
	if k.other.Load() > 0 {
		t.Errorf("%s: %d requests had another answer than 200 and 429", unit, k.other.Load())
	}
	var all int64
	for window, n := range windows {
		all += n
		if n > k.value {
			t.Errorf("%s: %d went through in the window from %s, allowed are %d", unit, n, time.UnixMicro(window).UTC(), k.value)
		}
	}
	if all != k.admitted.Load() {
		t.Errorf("%s: %d were answered, and %d are in the ledger", unit, k.admitted.Load(), all)
	}
	full := 0
	for window, asked := range k.demand {
		if asked < k.value {
			continue // the first and the last, mostly
		}
		full++
		if windows[window]*100 < k.value*99 {
			t.Errorf("%s: %d went through in the window from %s, although %d were asked for; the limit is %d",
				unit, windows[window], time.UnixMicro(window).UTC(), asked, k.value)
		}
	}
	t.Logf("%s: enough was asked for in %d windows of %d", unit, full, len(windows))
}

// windowsOf counts a key's entries by the window that admitted them, which the
// ledger names, once there are as many as were answered.
func windowsOf(t *testing.T, server *harness.Server, k *hotKey) map[int64]int64 {
	t.Helper()
	deadline := time.Now().Add(shippedWithin)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		out, seen := map[int64]int64{}, map[string]bool{}
		for page := 0; ; page++ {
			var list struct {
				Data []struct {
					ID     string
					Limits []struct {
						Window time.Time `json:"window_start"`
					}
				}
			}
			resp := server.Admin().Do(http.MethodGet, fmt.Sprintf("/v1/usage/entries?page_size=1000&current_page=%d&api_key_id=%s", page, k.id), nil)
			if err := json.Unmarshal(resp.Body, &list); err != nil || resp.Status != http.StatusOK {
				t.Fatalf("read the ledger: status %d, %v: %.300s", resp.Status, err, resp.Body)
			}
			for _, e := range list.Data {
				if len(e.Limits) != 1 {
					t.Fatalf("an entry counts on %d limits, want 1", len(e.Limits))
				}
				if !seen[e.ID] { // pages move while entries come in
					seen[e.ID] = true
					out[e.Limits[0].Window.UnixMicro()]++
				}
			}
			if len(list.Data) < 1000 {
				break
			}
		}
		if int64(len(seen)) >= k.admitted.Load() || time.Now().After(deadline) {
			return out
		}
		<-tick.C
	}
}
