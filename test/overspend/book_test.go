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
	marker          `json:"-"`
	In, Cached, Out int64 // tokens: uncached input, cached input, output
	Reported        bool  // it said so before the end
	Left            bool  // the gateway went away
	Fate            fate
}

// line is a line of the book: one when a request comes, one when it is over.
type line struct {
	Model   string   `json:"model"`
	Max     int64    `json:"max_tokens"`
	Service *service `json:"service,omitempty"`
}

// book is the provider's own record, a file that is only appended to. It is safe
// for concurrent use.
type book struct {
	mu   sync.Mutex
	file *os.File
	err  error
	open sync.WaitGroup // requests that are not over
}

func newBook(t *testing.T) *book {
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "provider.jsonl"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return &book{file: f}
}

func (b *book) began(m marker) {
	b.open.Add(1)
	b.write(line{m.model, m.max, nil})
}

func (b *book) ended(s service) {
	b.write(line{s.model, s.max, &s})
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
func (b *book) services() (map[marker]service, error) {
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
	out, begun := map[marker]service{}, map[marker]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("the provider's book: %w", err)
		}
		m := marker{l.Model, l.Max}
		switch {
		case l.Service != nil:
			l.Service.marker = m
			out[m] = *l.Service
		case begun[m]:
			return nil, fmt.Errorf("the provider got the request %s/%d twice", m.model, m.max)
		default:
			begun[m] = true
		}
	}
	if len(begun) != len(out) {
		return nil, fmt.Errorf("the provider began %d requests and ended %d", len(begun), len(out))
	}
	return out, nil
}
