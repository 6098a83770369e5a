package overspend

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// marker tells requests apart, everywhere: no two admitted ones have the same
// model and the same max_tokens. Callers choose them, the provider gets them,
// and the ledger has both, the second as the estimated output.
type marker struct {
	model string
	max   int64
}

// turn is one attempt of a request: the n-th time that the provider gets it, and
// the n-th entry of the ledger.
type turn struct {
	marker
	attempt int // from 1
}

// provider is a mock that charges for what it generates. What it does to a
// request depends on the seed and the marker alone, not on what went before.
type provider struct {
	*httptest.Server
	seed uint64
	book *book
}

func newProvider(t *testing.T, seed uint64) *provider {
	p := &provider{seed: seed, book: newBook(t)}
	p.Server = httptest.NewServer(p)
	t.Cleanup(func() {
		p.CloseClientConnections()
		p.Close()
	})
	return p
}

// fate is what becomes of a request.
type fate string

const (
	answered fate = "answered"
	silent   fate = "silent"   // all of the answer but what it used
	cutEarly fate = "cut"      // broken off before the usage
	cutLate  fate = "cut_late" // broken off right behind the usage
	failing  fate = "failing"  // 500
	limiting fate = "limiting" // 429
	lost     fate = "lost"     // all the work done, and broken off before a word of it
)

// failed reports whether another attempt may be made after that.
func (f fate) failed() bool { return f == failing || f == limiting || f == lost }

// plan is all that is random about an answer.
type plan struct {
	fate            fate
	in, cached, out int64
	pause           time.Duration // before the answer begins
	work            time.Duration // from then until it ends
	pieces          int64
	cutAt           int64         // of the pieces, for those that break off
	width           int           // of a token, in bytes
	again           time.Duration // when to come again, where it fails
	padding         int           // bytes besides, in an answer that is no stream
}

// bulky is too much for an answer to be held in memory.
const bulky = 5 << 18

// dice are random numbers of one attempt's own.
func dice(seed uint64, t turn) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d/%d", t.model, t.max, t.attempt)
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// planFor says what to do with a request of so many bytes of text. Tokens are
// longer and shorter than the four bytes that guesses take them for.
func planFor(seed uint64, t turn, text int64) plan {
	r := dice(seed, t)
	p := plan{fate: answered, in: 4 + text/8 + r.Int64N(text*3/8+1), out: 1 + r.Int64N(t.max)}
	if r.IntN(3) > 0 { // it stops where it must, so that nothing makes up for a long prompt
		p.out = t.max
	}
	switch n := r.IntN(100); {
	case n < 8:
		p.fate = failing
	case n < 14:
		p.fate = limiting
	case n < 18:
		p.fate = lost
	case n < 26:
		p.fate = cutEarly
	case n < 30:
		p.fate = cutLate
	case n < 34:
		p.fate = silent
	}
	p.again = time.Duration(1+r.Int64N(100)) * time.Millisecond
	if r.IntN(3) == 0 {
		p.cached = r.Int64N(p.in + 1)
	}
	p.pause = time.Duration(r.Int64N(int64(120 * time.Millisecond)))
	if r.IntN(12) == 0 {
		p.pause += time.Duration(r.Int64N(int64(time.Second))) // a slow start
	}
	p.work = time.Duration(r.Int64N(int64(250 * time.Millisecond)))
	p.pieces = min(2+r.Int64N(8), p.out)
	p.cutAt = r.Int64N(p.pieces)
	p.width = 2 + r.IntN(5)
	if r.IntN(20) == 0 {
		p.padding = bulky
	}
	return p
}

// request is what the mock reads of a call.
type request struct {
	Model     string `json:"model"`
	Stream    bool   `json:"stream"`
	MaxTokens int64  `json:"max_tokens"`
	Messages  []struct {
		Content string `json:"content"`
	} `json:"messages"`
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var in request
	if err != nil || json.Unmarshal(body, &in) != nil || in.MaxTokens < 1 || len(in.Messages) != 1 {
		http.Error(w, `{"error":{"message":"not a request of this test"}}`, http.StatusBadRequest)
		return
	}
	a := &answer{w: w, r: r, turn: p.book.began(marker{in.Model, in.MaxTokens}), stream: in.Stream}
	a.plan = planFor(p.seed, a.turn, int64(len(in.Messages[0].Content)))
	// Whatever ends the answer, a broken connection included, it is charged.
	defer func() { p.book.ended(a.bill()) }()
	a.run()
}

// answer is one answer on its way.
type answer struct {
	w         http.ResponseWriter
	r         *http.Request
	turn      turn
	stream    bool
	plan      plan
	generated int64 // tokens
	charged   bool  // the prompt was read
	reported  bool  // the usage was written out
	left      bool  // the other side went away
}

// bill is what the answer costs as far as it came.
func (a *answer) bill() service {
	s := service{turn: a.turn, Fate: a.plan.fate, Reported: a.reported, Left: a.left}
	if a.charged {
		s.In, s.Cached, s.Out = a.plan.in-a.plan.cached, a.plan.cached, a.generated
	}
	return s
}

// wait is false when the other side left before d was over.
func (a *answer) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-a.r.Context().Done():
		a.left = true
		return false
	}
}

func (a *answer) run() {
	switch a.plan.fate {
	case failing, limiting:
		if !a.wait(a.plan.pause) {
			return
		}
		status := http.StatusInternalServerError
		if a.plan.fate == limiting {
			status = http.StatusTooManyRequests
			a.w.Header().Set("Retry-After", "1")
		}
		a.w.Header().Set("Retry-After-Ms", strconv.FormatInt(a.plan.again.Milliseconds(), 10))
		a.w.Header().Set("Content-Type", "application/json")
		a.w.WriteHeader(status)
		io.WriteString(a.w, `{"error":{"message":"not now","type":"mock_error","param":null,"code":null}}`)
		return
	}
	a.charged = true
	if !a.wait(a.plan.pause) {
		return
	}
	if a.plan.fate == lost {
		a.generated = a.plan.out
		a.abort()
	}
	if a.stream {
		a.runStream()
	} else {
		a.runWhole()
	}
}

// upTo is how many tokens there are after so many pieces.
func (a *answer) upTo(pieces int64) int64 { return a.plan.out * pieces / a.plan.pieces }

func (a *answer) runWhole() {
	for i := range a.plan.pieces {
		if !a.wait(a.plan.work / time.Duration(a.plan.pieces)) {
			return
		}
		a.generated = a.upTo(i + 1)
	}
	a.w.Header().Set("Content-Type", "application/json")
	text := fmt.Sprintf(`{"id":"chatcmpl-mock","object":"chat.completion","created":1700000000,"model":%q,"padding":%q,"choices":[{"index":0,`+
		`"message":{"role":"assistant","content":%q},"finish_reason":"stop"}]`, a.turn.model, strings.Repeat("x", a.plan.padding), a.words(a.plan.out))
	switch a.plan.fate {
	case silent:
		io.WriteString(a.w, text+"}")
	case cutEarly, cutLate:
		if a.plan.fate == cutLate {
			text += a.usage() + "}"
			a.reported = true
		}
		a.w.Header().Set("Content-Length", strconv.Itoa(len(text)+10))
		io.WriteString(a.w, text)
		a.abort()
	default:
		a.reported = true
		io.WriteString(a.w, text+a.usage()+"}")
	}
}

func (a *answer) runStream() {
	a.w.Header().Set("Content-Type", "text/event-stream")
	if !a.frame(`"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]`) {
		return
	}
	for i := range a.plan.pieces {
		if a.plan.fate == cutEarly && i == a.plan.cutAt {
			a.abort()
		}
		if !a.wait(a.plan.work / time.Duration(a.plan.pieces)) {
			return
		}
		tokens := a.upTo(i+1) - a.generated
		a.generated += tokens
		if !a.frame(fmt.Sprintf(`"choices":[{"index":0,"delta":{"content":%q},"finish_reason":null}]`, a.words(tokens))) {
			return
		}
	}
	if a.plan.fate == cutEarly {
		a.abort()
	}
	if !a.frame(`"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]`) {
		return
	}
	if a.plan.fate != silent {
		a.reported = a.frame(`"choices":[]` + a.usage())
	}
	if a.plan.fate == cutLate {
		a.abort()
	}
	_, err := io.WriteString(a.w, "data: [DONE]\n\n")
	a.left = a.left || err != nil
}

// frame sends one event; it is false when the other side is gone.
func (a *answer) frame(members string) bool {
	_, err := fmt.Fprintf(a.w, "data: {\"id\":\"chatcmpl-mock\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":%q,%s}\n\n",
		a.turn.model, members)
	if err == nil {
		err = http.NewResponseController(a.w).Flush()
	}
	a.left = a.left || err != nil
	return err == nil
}

func (a *answer) usage() string {
	return fmt.Sprintf(`,"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d}}`,
		a.plan.in, a.plan.out, a.plan.in+a.plan.out, a.plan.cached)
}

// abort breaks the connection off behind what was sent.
func (a *answer) abort() {
	_ = http.NewResponseController(a.w).Flush() // the other side may be gone
	panic(http.ErrAbortHandler)
}

// words are so many tokens of text.
func (a *answer) words(tokens int64) string {
	return strings.Repeat("abcdef "[7-a.plan.width:], int(tokens))
}
