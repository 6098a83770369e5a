// Package exchange keeps the answers that the admin API gives in tests, so that
// one test can hold them all against the API's own document. Nothing is kept
// unless [Variable] names a directory.
package exchange

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// Variable is the environment variable with the directory that answers are kept
// in, a file of JSON lines for each process.
const Variable = "CLAVIGER_EXCHANGES"

// Exchange is a request and its answer. Path has the version in front and is
// escaped as it was sent.
type Exchange struct {
	Method, Path string
	Status       int
	ContentType  string
	Body         []byte
}

var (
	mu   sync.Mutex
	seen = map[[sha256.Size]byte]bool{}
	file *os.File
)

// varies is what makes equal answers differ: ids, times, random ends of slugs.
var varies = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|-[0-9a-f]{6}\b|\d{4}-\d\d-\d\dT[0-9:.]+Z`)

// Record keeps e, unless one like it was kept by this process. It is safe for
// concurrent use.
func Record(e Exchange) error {
	dir := os.Getenv(Variable)
	if dir == "" || !strings.HasPrefix(e.Path, "/v1/") && !strings.HasPrefix(e.Path, "/v2/") {
		return nil
	}
	e.Path, _, _ = strings.Cut(e.Path, "?")
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	like := sha256.Sum256(varies.ReplaceAll(fmt.Appendf(nil, "%s %s %d %s %s", e.Method, e.Path, e.Status, e.ContentType, e.Body), []byte("0")))
	mu.Lock()
	defer mu.Unlock()
	if seen[like] {
		return nil
	}
	seen[like] = true
	if file == nil {
		if file, err = os.CreateTemp(dir, "*.jsonl"); err != nil {
			return err
		}
	}
	_, err = file.Write(append(line, '\n'))
	return err
}

// Read calls each for every exchange kept in dir.
func Read(dir string, each func(Exchange) error) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return err
	}
	for _, name := range files {
		if err := read(name, each); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	return nil
}

func read(name string, each func(Exchange) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // a last line that is cut off is of a process that was killed
		}
		if err != nil {
			return err
		}
		var e Exchange
		if err := json.Unmarshal(bytes.TrimSpace(line), &e); err != nil {
			return err
		}
		if err := each(e); err != nil {
			return err
		}
	}
}
