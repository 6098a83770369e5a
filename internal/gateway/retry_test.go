package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/gateway"
)

// waits stands in for the clock between attempts: it notes each wait and does
// what a test has to happen meanwhile.
type waits struct {
	mu     sync.Mutex
	took   []time.Duration
	during func(ctx context.Context) // may be nil
}

func (w *waits) pause(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	w.took = append(w.took, d)
	w.mu.Unlock()
	if w.during != nil {
		w.during(ctx)
	}
	return ctx.Err()
}

func (w *waits) seconds() []float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []float64
	for _, d := range w.took {
		out = append(out, d.Seconds())
	}
	return out
}

func (w *waits) of(o *gateway.Options) { o.Pause = w.pause }

// turns answers the first request by the first of all, and so on; the last one
// answers all that are left.
func turns(all ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		all[min(int(n.Add(1)), len(all))-1](w, r)
	}
}

// says answers a fault with headers.
func says(status int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		answers(status, `{"error":{"message":"not now"}}`)(w, r)
	}
}

// breaks ends the connection before the answer begins.
func breaks(_ http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	panic(http.ErrAbortHandler)
}

func retries(object string) []string {
	return []string{"x-portkey-config", `{"retry":` + object + `}`}
}

// attempts checks that the request came to so many attempts, each booked by
// itself, and returns them.
func (b *books) attempts(t *testing.T, want int) []claviger.Entry {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.openings) != want || len(b.closings) != want {
		t.Fatalf("%d openings, %d closings, want %d of each", len(b.openings), len(b.closings), want)
	}
	var out []claviger.Entry
	seen := map[claviger.EntryID]bool{}
	for i, o := range b.openings {
		c := b.closings[i]
		if o.ID != c.ID || seen[o.ID] || o.Attempt != i+1 || o.RequestID != b.openings[0].RequestID {
			t.Errorf("attempt %d: opening %+v, closing %+v", i+1, o, c)
		}
		seen[o.ID] = true
		out = append(out, claviger.Entry{Opening: o, Status: claviger.EntryClosed, Closing: c})
	}
	return out
}

func TestAnAttemptIsMadeAgain(t *testing.T) {
	ok := answers(200, answer)
	tests := map[string]struct {
		host     []http.HandlerFunc
		retry    string
		status   int
		attempts int
		count    string
		waits    []float64 // seconds
	}{
		"never, where the config does not say so":      {[]http.HandlerFunc{says(500)}, `null`, 500, 1, "0", nil},
		"never, where it says no attempts":             {[]http.HandlerFunc{says(500)}, `{"attempts":0}`, 500, 1, "0", nil},
		"never, where it lists no status":              {[]http.HandlerFunc{says(500)}, `{"attempts":3,"on_status_codes":[]}`, 500, 1, "0", nil},
		"never after a success":                        {[]http.HandlerFunc{ok}, `{"attempts":3}`, 200, 1, "0", nil},
		"after an overload":                            {[]http.HandlerFunc{says(529), ok}, `{"attempts":1}`, 200, 2, "1", []float64{1}},
		"after every status that usually passes":       {[]http.HandlerFunc{says(429), says(500), says(502), says(503), says(504), ok}, `{"attempts":5}`, 200, 6, "5", []float64{1, 2, 4, 8, 16}},
		"not after a status that does not":             {[]http.HandlerFunc{says(400), ok}, `{"attempts":3}`, 400, 1, "0", nil},
		"not after a redirect":                         {[]http.HandlerFunc{says(302), ok}, `{"attempts":3}`, 502, 1, "0", nil},
		"until a status that does not":                 {[]http.HandlerFunc{says(500), says(401), ok}, `{"attempts":3}`, 401, 2, "1", []float64{1}},
		"until there are no attempts left":             {[]http.HandlerFunc{says(503)}, `{"attempts":2}`, 503, 3, "-1", []float64{1, 2}},
		"after the statuses that are listed":           {[]http.HandlerFunc{says(404), says(404), ok}, `{"attempts":2,"on_status_codes":[404]}`, 200, 3, "2", []float64{1, 2}},
		"not after those that a list leaves out":       {[]http.HandlerFunc{says(500), ok}, `{"attempts":2,"on_status_codes":[404]}`, 500, 1, "0", nil},
		"in camel case":                                {[]http.HandlerFunc{says(404), ok}, `{"attempts":2,"onStatusCodes":[404]}`, 200, 2, "1", []float64{1}},
		"after the connection broke":                   {[]http.HandlerFunc{breaks, ok}, `{"attempts":1,"on_status_codes":[404]}`, 200, 2, "1", []float64{1}},
		"until the connection has broken too often":    {[]http.HandlerFunc{breaks}, `{"attempts":2}`, 502, 3, "-1", []float64{1, 2}},
		"not after an answer began and broke off":      {[]http.HandlerFunc{cutAnswer, ok}, `{"attempts":2}`, 502, 1, "0", nil},
		"after the seconds that the provider says":     {[]http.HandlerFunc{says(429, "Retry-After", "7"), ok}, `{"attempts":1,"use_retry_after_headers":true}`, 200, 2, "1", []float64{7}},
		"by the documented name of that and the other": {[]http.HandlerFunc{says(429, "Retry-After", "7"), ok}, `{"attempts":1,"use_retry_after_header":true}`, 200, 2, "1", []float64{7}},
		"after parts of a second":                      {[]http.HandlerFunc{says(429, "Retry-After", "1.25"), ok}, `{"attempts":1,"use_retry_after_headers":true}`, 200, 2, "1", []float64{1.25}},
		"after milliseconds":                           {[]http.HandlerFunc{says(429, "Retry-After-Ms", "1500", "Retry-After", "9"), ok}, `{"attempts":1,"use_retry_after_headers":true}`, 200, 2, "1", []float64{1.5}},
		"after milliseconds of Azure":                  {[]http.HandlerFunc{says(503, "X-Ms-Retry-After-Ms", "250", "Retry-After", "9"), ok}, `{"attempts":1,"use_retry_after_headers":true}`, 200, 2, "1", []float64{0.25}},
		"at a time of the day":                         {[]http.HandlerFunc{says(429, "Retry-After", "Mon, 23 Nov 2026 12:00:20 GMT"), ok}, `{"attempts":1,"use_retry_after_headers":true}`, 200, 2, "1", []float64{20}},
		"at once when that time is over":               {[]http.HandlerFunc{says(429, "Retry-After", "Mon, 23 Nov 2026 11:00:00 GMT"), ok}, `{"attempts":1,"use_retry_after_headers":true}`, 200, 2, "1", []float64{0}},
		"as usual when the provider cannot be read":    {[]http.HandlerFunc{says(429, "Retry-After", "soon"), ok}, `{"attempts":1,"use_retry_after_headers":true}`, 200, 2, "1", []float64{1}},
		"as usual when it is not to be listened to":    {[]http.HandlerFunc{says(429, "Retry-After", "7"), ok}, `{"attempts":1}`, 200, 2, "1", []float64{1}},
		"not when it says a minute":                    {[]http.HandlerFunc{says(429, "Retry-After", "60"), ok}, `{"attempts":3,"use_retry_after_headers":true}`, 429, 1, "-1", nil},
		"not when it says a day":                       {[]http.HandlerFunc{says(429, "Retry-After", "86400000000000000000000"), ok}, `{"attempts":3,"use_retry_after_headers":true}`, 429, 1, "-1", nil},
		"not when its waits come to more than that":    {[]http.HandlerFunc{says(429, "Retry-After", "40"), says(429, "Retry-After", "20"), says(429, "Retry-After", "1"), ok}, `{"attempts":5,"use_retry_after_headers":true}`, 429, 3, "-1", []float64{40, 20}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
			w := &waits{}
			r := newRig(t, "openai", turns(tt.host...), w.of, func(o *gateway.Options) { o.Now = func() time.Time { return noon } })
			resp, body := r.chat(ask, retries(tt.retry)...)
			if resp.StatusCode != tt.status || resp.Header.Get("X-Portkey-Retry-Attempt-Count") != tt.count {
				t.Errorf("%d with count %s, want %d with %s: %s", resp.StatusCode, resp.Header.Get("X-Portkey-Retry-Attempt-Count"), tt.status, tt.count, body)
			}
			if !slices.Equal(w.seconds(), tt.waits) {
				t.Errorf("waited %v, want %v", w.seconds(), tt.waits)
			}
			all := r.books.attempts(t, tt.attempts)
			last := all[len(all)-1]
			if got := resp.Header.Get("X-Claviger-Entry-Id"); got != last.ID.String() {
				t.Errorf("the answer names entry %s, want that of the last attempt, %s", got, last.ID)
			}
			if got := resp.Header.Get("X-Portkey-Request-Id"); got != last.RequestID {
				t.Errorf("the answer names request %s, want %s", got, last.RequestID)
			}
			for _, e := range all[:len(all)-1] {
				if e.Closing.Outcome == claviger.Success || e.Closing.HTTPStatus == 0 {
					t.Errorf("an attempt that was made again is booked as %+v", e.Closing)
				}
			}
			if n := strings.Count(r.log.String(), "an attempt failed and is made again"); n != tt.attempts-1 {
				t.Errorf("%d lines in the log for %d retries", n, tt.attempts-1)
			}
		})
	}
}

func TestAnAttemptThatNobodyAnswersIsMadeAgain(t *testing.T) {
	w := &waits{}
	r := newRig(t, "openai", answers(200, answer), w.of)
	r.host.Close()
	resp, body := r.chat(ask, retries(`{"attempts":2}`)...)
	if resp.StatusCode != 503 || !strings.Contains(body, "could not be reached") || resp.Header.Get("X-Portkey-Retry-Attempt-Count") != "-1" {
		t.Errorf("%d %v %s", resp.StatusCode, resp.Header, body)
	}
	for _, e := range r.books.attempts(t, 3) {
		if e.Closing.Outcome != claviger.Unreachable || e.Closing.Tokens != (claviger.Tokens{}) {
			t.Errorf("%+v", e.Closing)
		}
	}
}

func TestRetriesAreCounted(t *testing.T) {
	registry := prometheus.NewRegistry()
	r := newRig(t, "openai", says(500), (&waits{}).of, func(o *gateway.Options) { o.Metrics = registry })
	r.chat(ask, retries(`{"attempts":2}`)...)
	r.chat(ask, "x-portkey-retry-count", "5") // of older clients
	r.do(r.request(http.MethodPost, "/v1/explain", ask))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name += " " + l.GetValue()
			}
			found[name] = m.GetCounter().GetValue()
		}
	}
	for name, want := range map[string]float64{
		"claviger_gateway_retries_total chatComplete":                 2,
		"claviger_gateway_retries_total embed":                        0,
		"claviger_gateway_requests_total chatComplete provider_error": 2,
		"claviger_gateway_requests_total explain success":             1,
	} {
		if got, ok := found[name]; !ok || got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

func TestTheTimeoutIsOfEachAttempt(t *testing.T) {
	tests := map[string]struct {
		header []string
		limit  time.Duration
	}{
		"of the config":                      {[]string{"x-portkey-config", `{"request_timeout":20,"retry":{"attempts":2,"on_status_codes":[408]}}`}, 20 * time.Millisecond},
		"of the header, which has the say":   {[]string{"x-portkey-config", `{"requestTimeout":600000,"retry":{"attempts":2,"on_status_codes":[408]}}`, "x-portkey-request-timeout", "25"}, 25 * time.Millisecond},
		"of the parent, which is inherited":  {[]string{"x-portkey-config", `{"request_timeout":30,"retry":{"attempts":2,"on_status_codes":[408]},"strategy":{"mode":"single"},"targets":[{"provider":"@acc"}]}`}, 30 * time.Millisecond},
		"of the target, whatever its parent": {[]string{"x-portkey-config", `{"request_timeout":600000,"strategy":{"mode":"single"},"targets":[{"provider":"@acc","request_timeout":35,"retry":{"attempts":2,"on_status_codes":[408]}}]}`}, 35 * time.Millisecond},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			slow := &alarms{}
			r := newRig(t, "openai", turns(slow.hangs, slow.hangs, answers(200, answer), slow.hangs), (&waits{}).of, slow.of)
			if resp, body := r.chat(ask, tt.header...); resp.StatusCode != 200 || body != answer {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			all := r.books.attempts(t, 3)
			for _, e := range all[:2] {
				if e.Closing.Outcome != claviger.TimedOut || e.Closing.HTTPStatus != 408 || !e.Closing.Estimated {
					t.Errorf("%+v", e.Closing)
				}
			}
			r.books.forget()
			if resp, body := r.chat(ask, tt.header...); resp.StatusCode != 408 || !strings.Contains(body, tt.limit.String()) {
				t.Errorf("%d %s, want 408 after %s", resp.StatusCode, body, tt.limit)
			}
			r.books.attempts(t, 3)
			for i, set := range slow.times() {
				if i != 2 && set != tt.limit { // the third answered, and was followed
					t.Errorf("attempt %d had %s to begin its answer, want %s", i+1, set, tt.limit)
				}
			}
		})
	}
}

func TestATimeoutIsNotUsuallyTriedAgain(t *testing.T) {
	slow := &alarms{}
	r := newRig(t, "openai", turns(slow.hangs, answers(200, answer)), (&waits{}).of, slow.of)
	resp, body := r.chat(ask, append(retries(`{"attempts":2}`), "x-portkey-request-timeout", "15")...)
	if resp.StatusCode != 408 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	r.books.attempts(t, 1)
}

func TestAStreamIsTriedAgainUntilItsFirstByte(t *testing.T) {
	tests := map[string]struct {
		host     []http.HandlerFunc
		attempts int
		says     string
	}{
		"refused, then streamed": {[]http.HandlerFunc{says(429), streams(delta, finished, usage, done)}, 2, "word"},
		"broken, then streamed":  {[]http.HandlerFunc{breaks, streams(delta, finished, usage, done)}, 2, "word"},
		"broken off after a word": {[]http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
			streams(delta)(w, r)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, streams(delta, finished, usage, done)}, 1, "broke off"},
		"broken off before a word": {[]http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, streams(delta, finished, usage, done)}, 1, "broke off"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "openai", turns(tt.host...), (&waits{}).of)
			resp, body := r.chat(askStream, retries(`{"attempts":3}`)...)
			if resp.StatusCode != 200 || !strings.Contains(body, tt.says) || strings.Count(body, `"word"`) > 1 {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
			r.books.attempts(t, tt.attempts)
		})
	}
}

func TestABodyIsSentWholeEachTime(t *testing.T) {
	text := strings.Repeat("word ", 100_000) // far more than counts for nothing
	var got []int
	count := func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil || !strings.Contains(string(b), text) {
			t.Errorf("%d bytes: %v", len(b), err)
		}
		got = append(got, len(b))
		status := 200
		if len(got) < 3 {
			status = 500
		}
		answers(status, answer)(w, r)
	}
	r := newRig(t, "openai", count, (&waits{}).of, func(o *gateway.Options) { o.BodyMemory = 1 << 20 })
	for range 4 { // the memory for bodies is given back
		got = nil
		body := fmt.Sprintf(`{"model":"@acc/gpt","messages":[{"role":"user","content":%q}]}`, text)
		resp, answer := r.chat(body, append(retries(`{"attempts":2}`), "x-portkey-provider", "")...)
		if resp.StatusCode != 200 || len(got) != 3 || got[0] != got[1] || got[1] != got[2] {
			t.Fatalf("%d %.200s: %d", resp.StatusCode, answer, got)
		}
	}
}

func TestATranslatedBodyIsTheSameEachTime(t *testing.T) {
	var got []string
	r := newRig(t, "anthropic", func(w http.ResponseWriter, req *http.Request) {
		got = append(got, string(must(io.ReadAll(req.Body))))
		answers(529, `{"type":"error","error":{"type":"overloaded_error","message":"busy"}}`)(w, req)
	}, (&waits{}).of)
	resp, body := r.chat(ask, retries(`{"attempts":2}`)...)
	if resp.StatusCode != 529 || !strings.Contains(body, "busy") || len(got) != 3 || got[0] == "" || got[1] != got[0] || got[2] != got[0] {
		t.Errorf("%d %s\nof %q", resp.StatusCode, body, got)
	}
}

func TestACallerWhoLeavesIsNotWaitedFor(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan struct{})
	w := &waits{during: func(ctx context.Context) {
		leave()
		<-ctx.Done() // the gateway notices by itself
		close(gone)
	}}
	var calls atomic.Int64
	r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
		calls.Add(1)
		says(500)(w, req)
	}, w.of)
	req := r.request(http.MethodPost, "/v1/chat/completions", ask, retries(`{"attempts":5}`)...).WithContext(ctx)
	if resp, err := http.DefaultTransport.RoundTrip(req); err == nil {
		resp.Body.Close()
		t.Fatal("a caller that left was answered")
	}
	<-gone
	drain, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if n := r.gw.Drain(drain); n != 0 || calls.Load() != 1 {
		t.Errorf("%d requests had to be cut, %d calls", n, calls.Load())
	}
	r.books.attempts(t, 1)
}

func TestAShutdownEndsAWait(t *testing.T) {
	w := &waits{}
	r := newRig(t, "openai", says(500), w.of)
	waiting := make(chan struct{})
	w.during = func(ctx context.Context) {
		close(waiting)
		<-ctx.Done()
	}
	over, cancel := context.WithCancel(t.Context())
	cut := make(chan int, 1)
	go func() {
		<-waiting
		cancel()
		cut <- r.gw.Drain(over)
	}()
	resp, body := r.chat(ask, retries(`{"attempts":5}`)...)
	if resp.StatusCode != 503 || !strings.Contains(body, "shutting down") || resp.Header.Get("X-Portkey-Retry-Attempt-Count") != "-1" {
		t.Errorf("%d %v %s", resp.StatusCode, resp.Header, body)
	}
	if n := <-cut; n != 1 {
		t.Errorf("cut %d, want 1", n)
	}
	r.books.attempts(t, 1)
}

func TestTheUsualPauseEndsWithItsContext(t *testing.T) {
	if err := gateway.Pause(t.Context(), time.Nanosecond); err != nil {
		t.Errorf("a pause that was over: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := gateway.Pause(ctx, time.Hour); err != context.Canceled {
		t.Errorf("a pause whose context ended: %v", err)
	}
}
