package workload

import (
	"bytes"
	"errors"
	"fmt"
)

// AnswerCheck compares a whole answer with what the mock provider sent. The
// zero value is not ready: use [NewAnswerCheck]. Not safe for concurrent use.
type AnswerCheck struct {
	want []byte
	seen int
	bad  bool
}

// NewAnswerCheck expects [Answer].
func NewAnswerCheck() *AnswerCheck { return &AnswerCheck{want: Answer()} }

// Reset makes the check ready for the next answer.
func (c *AnswerCheck) Reset() { c.seen, c.bad = 0, false }

// Write takes the next piece of the body. It always returns nil.
func (c *AnswerCheck) Write(piece []byte) error {
	end := c.seen + len(piece)
	if end > len(c.want) || !bytes.Equal(piece, c.want[c.seen:end]) {
		c.bad = true
	}
	c.seen = end
	return nil
}

// Err says whether the answer came whole and unchanged.
func (c *AnswerCheck) Err() error {
	if c.bad || c.seen != len(c.want) {
		return fmt.Errorf("the answer differs from the provider's (%d bytes, want %d)", c.seen, len(c.want))
	}
	return nil
}

// StreamCheck counts the events of a stream and looks for its end. The zero
// value is ready. Not safe for concurrent use.
type StreamCheck struct {
	lines int
	bytes int
	last  [len(Done)]byte // the newest bytes
}

// Reset makes the check ready for the next stream.
func (c *StreamCheck) Reset() { *c = StreamCheck{} }

// Write takes the next piece of the stream. It always returns nil.
func (c *StreamCheck) Write(piece []byte) error {
	c.lines += bytes.Count(piece, []byte{'\n'})
	c.bytes += len(piece)
	if n := len(piece); n >= len(c.last) {
		copy(c.last[:], piece[n-len(c.last):])
	} else {
		copy(c.last[:], c.last[n:])
		copy(c.last[len(c.last)-n:], piece)
	}
	return nil
}

// Started tells whether the first event has come.
func (c *StreamCheck) Started() bool { return c.lines >= 2 }

// Err says whether the stream had exactly events content events and its end,
// and nothing that the caller did not ask for.
func (c *StreamCheck) Err(events int) error {
	if string(c.last[:]) != Done {
		return errors.New("the stream does not end with [DONE]")
	}
	// Each event is two lines: its data and the empty one that ends it.
	if c.lines != 2*(events+1) {
		return fmt.Errorf("the stream has %d lines, want %d", c.lines, 2*(events+1))
	}
	if want := events*len(Event()) + len(Done); c.bytes != want {
		return fmt.Errorf("the stream has %d bytes, want %d", c.bytes, want)
	}
	return nil
}
