package overspend

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// sending is what a caller knows of one request.
type sending struct {
	marker
	lane     int
	loose    bool // no limit of the lane needs a bound
	user     string
	body     int64 // bytes
	stream   bool
	retries  int           // that its config allows; 0: it sends none
	leave    time.Duration // after which the caller goes away; 0: never
	status   int           // 0: no answer came
	entry    string        // the id that the answer named, once it was admitted
	refusal  *refusal
	received int64 // bytes of content that arrived
	finished bool  // the answer's end arrived

	began, ended time.Time // it was sent, for the last time; and finished
}

// refusal is what an answer says of the limit that refused.
type refusal struct {
	Type                             string
	Value, Used, Reserved, Requested json.Number
}

// traffic is what all callers did. It is safe for concurrent use.
type traffic struct {
	seed  uint64
	world *world
	at    gate
	http  *http.Transport

	mu      sync.Mutex
	next    int
	unused  []marker            // of refused requests
	sent    map[marker]*sending // those that may have been admitted
	calls   map[int]int         // by lane
	refused map[int]int         // by lane
	strange []string            // answers that nobody expects

	idle []atomic.Int64 // by lane: refusals since the last admission
	gone chan struct{}  // closed: callers end
}

func newTraffic(w *world, seed uint64, callers int) *traffic {
	return &traffic{
		seed: seed, world: w, sent: map[marker]*sending{}, calls: map[int]int{}, refused: map[int]int{},
		http: &http.Transport{MaxIdleConnsPerHost: callers, DisableCompression: true},
		idle: make([]atomic.Int64, len(w.lanes)), gone: make(chan struct{}),
	}
}

// mostOutput is the most that a caller allows, in tokens: a prime, so that the
// walk of [traffic.marker] meets every number once.
const mostOutput = 1031

// marker is one that no admitted request had.
func (t *traffic) marker() marker {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.unused); n > 0 {
		m := t.unused[n-1]
		t.unused = t.unused[:n-1]
		return m
	}
	n := t.next
	t.next++
	if n == models*mostOutput {
		panic("more requests than markers")
	}
	// All numbers of each model once, in an order that looks random.
	return marker{modelName(n % models), 1 + int64(n/models*7919+n%models*104729)%mostOutput}
}

// call is a caller: it sends requests until the end.
func (t *traffic) call(number int) {
	r := rand.New(rand.NewPCG(t.seed, uint64(number)))
	at := number % len(t.world.lanes)
	mine := t.world.lanes[at]
	user := number / len(t.world.lanes) % len(mine.users)
	key := mine.keys[user%len(mine.keys)]
	for {
		s := &sending{marker: t.marker(), lane: at, loose: mine.loose, user: mine.users[user], stream: r.IntN(3) > 0}
		if r.IntN(8) == 0 {
			s.leave = time.Duration(1 + r.Int64N(int64(300*time.Millisecond)))
		}
		if r.IntN(2) == 0 {
			s.retries = 1 + r.IntN(3)
		}
		body := body(s.marker, s.stream, 20+r.IntN(800))
		s.body = int64(len(body))
		for try := 0; ; try++ {
			url, changed := t.at.url()
			t.send(s, url, key, body)
			if s.refusal != nil && try < 3 && t.pause(time.Duration(20+r.IntN(60))*time.Millisecond, nil) {
				continue
			}
			if s.status == 0 && s.leave == 0 {
				t.pause(time.Second, changed)
			}
			if s.refusal != nil {
				t.giveBack(s.marker)
			}
			break
		}
		select {
		case <-t.gone:
			return
		default:
		}
	}
}

// pause waits; it is false when the end has come.
func (t *traffic) pause(d time.Duration, or <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-or:
	case <-t.gone:
		return false
	}
	return true
}

func body(m marker, stream bool, text int) []byte {
	b, _ := json.Marshal(map[string]any{ // always encodes
		"model": "@mock/" + m.model, "max_tokens": m.max, "stream": stream,
		"messages": []any{map[string]any{"role": "user", "content": strings.Repeat("x", text)}},
	})
	return b
}

// send sends a request once and notes what became of it.
func (t *traffic) send(s *sending, url, key string, body []byte) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if s.leave > 0 {
		timer := time.AfterFunc(s.leave, cancel)
		defer timer.Stop()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("x-portkey-api-key", key)
	req.Header.Set("x-portkey-metadata", fmt.Sprintf(`{"_user":%q}`, s.user))
	if s.retries > 0 {
		req.Header.Set("x-portkey-config", fmt.Sprintf(`{"retry":{"attempts":%d,"use_retry_after_headers":true}}`, s.retries))
	}
	req.GetBody = nil // never sent twice
	t.mu.Lock()
	t.sent[s.marker] = s
	t.calls[s.lane]++
	t.mu.Unlock()
	s.status, s.refusal, s.finished, s.began = 0, nil, false, time.Now()
	resp, err := t.http.RoundTrip(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	s.status = resp.StatusCode
	if resp.Header.Get("x-portkey-provider") != "" { // it was admitted
		s.entry = resp.Header.Get("x-claviger-entry-id")
	}
	said := s.read(resp)
	s.ended = time.Now()
	t.note(s, said)
}

// read reads the answer as far as it comes.
func (s *sending) read(resp *http.Response) (said []byte) {
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		said, err := io.ReadAll(resp.Body)
		s.finished = err == nil
		return said
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(make([]byte, 64<<10), 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var frame struct {
			Error   any
			Choices []struct{ Delta struct{ Content string } }
		}
		if data == "[DONE]" || json.Unmarshal([]byte(data), &frame) == nil && frame.Error != nil {
			s.finished = true
		}
		for _, c := range frame.Choices {
			s.received += int64(len(c.Delta.Content))
		}
	}
	return nil
}

// note files a request that was answered.
func (t *traffic) note(s *sending, said []byte) {
	var refused struct{ Error struct{ Limit *refusal } }
	if s.entry == "" && s.status != http.StatusOK && json.Unmarshal(said, &refused) == nil {
		s.refusal = refused.Error.Limit
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case s.entry != "": // whether it is good or bad is between the ledger and the provider
		t.idle[s.lane].Store(0)
	case s.refusal != nil && (s.status == http.StatusPreconditionFailed || s.status == http.StatusTooManyRequests):
		t.refused[s.lane]++
		t.idle[s.lane].Add(1)
		delete(t.sent, s.marker)
		if why := s.refusal.wrong(); why != "" {
			t.strange = append(t.strange, fmt.Sprintf("%s/%d: %s: %.500s", s.model, s.max, why, said))
		}
	case !s.finished: // the server or the caller went away
	case s.status == http.StatusServiceUnavailable: // on its way down
	default:
		t.strange = append(t.strange, fmt.Sprintf("%s/%d: status %d: %.500s", s.model, s.max, s.status, said))
	}
}

// giveBack makes a refused request's marker another's.
func (t *traffic) giveBack(m marker) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unused = append(t.unused, m)
}

// wrong says why a refusal should not have been; "" when it is right.
func (r *refusal) wrong() string {
	var n [4]int64
	for i, text := range [...]json.Number{r.Value, r.Used, r.Reserved, r.Requested} {
		var err error
		if n[i], err = units(r.Type, text); err != nil {
			return err.Error()
		}
	}
	if n[1]+n[2]+n[3] <= n[0] {
		return "refused, although it would fit"
	}
	return ""
}

// exhausted reports whether every lane has refused for a while.
func (t *traffic) exhausted(callers int) bool {
	for i := range t.idle {
		if t.idle[i].Load() < int64(callers/len(t.idle)) {
			return false
		}
	}
	return true
}

// gate says where the server is, and when that changed.
type gate struct {
	mu      sync.Mutex
	where   string
	changed chan struct{}
}

func (g *gate) url() (string, <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.where, g.changed
}

func (g *gate) set(url string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.changed != nil {
		close(g.changed)
	}
	g.where, g.changed = url, make(chan struct{})
}
