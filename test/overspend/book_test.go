package overspend

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// service is what the provider did for one request, and charges for.
type service struct {
	turn            `json:"-"`
	In, Cached, Out int64 // tokens: uncached input, cached input, output
	Reported        bool  // it said so before the end
	Left            bool  // the gateway went away
	Fate            fate
}

// line is a line of the book: one when a request comes, one when it is over.
type line struct {
	Model   string   `json:"model"`
	Max     int64    `json:"max_tokens"`
	Attempt int      `json:"attempt"`
	Service *service `json:"service,omitempty"`
}

// book is the provider's own record, a file that is only appended to. It is safe
// for concurrent use.
type book struct {
	mu   sync.Mutex
	file *os.File
	err  error
	seen map[marker]int // how often
	open sync.WaitGroup // requests that are not over
}

func newBook(t *testing.T) *book {
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "provider.jsonl"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return &book{file: f, seen: map[marker]int{}}
}

// began notes that a request came, and says which turn of it that is.
func (b *book) began(m marker) turn {
	b.open.Add(1)
	b.mu.Lock()
	b.seen[m]++
	t := turn{m, b.seen[m]}
	b.mu.Unlock()
	b.write(line{t.model, t.max, t.attempt, nil})
	return t
}

func (b *book) ended(s service) {
	b.write(line{s.model, s.max, s.attempt, &s})
	b.open.Done()
}

func (b *book) write(l line) {
	text, err := json.Marshal(l)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		_, err = b.file.Write(append(text, '\n'))
	}
	if err != nil && b.err == nil {
		b.err = err
	}
}

// services waits until nothing is running any more and reads the book back.
func (b *book) services() (map[turn]service, error) {
	b.open.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return nil, fmt.Errorf("the provider's book: %w", b.err)
	}
	f, err := os.Open(b.file.Name())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out, begun := map[turn]service{}, map[turn]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("the provider's book: %w", err)
		}
		t := turn{marker{l.Model, l.Max}, l.Attempt}
		if l.Service != nil {
			l.Service.turn = t
			out[t] = *l.Service
		} else {
			begun[t] = true
		}
	}
	if len(begun) != len(out) {
		return nil, fmt.Errorf("the provider began %d requests and ended %d", len(begun), len(out))
	}
	return out, nil
}
