// Package wire reads HTTP/1.1 messages with as little CPU as it can, so that
// the load generator and the mock provider leave the machine to the proxy that
// is being measured. It understands what well-behaved peers send: heads up to
// 64 KB, bodies with a length or chunked. It is no general HTTP parser.
package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxHead bounds a message head, in bytes.
const maxHead = 64 << 10

// Head is what the bench needs to know of a message head.
type Head struct {
	Start   []byte // the first line without its end; valid until the next read
	Status  int    // of a response; 0 for a request
	Length  int    // body bytes; -1 when the head names none
	Chunked bool   // the body comes in chunks
	Close   bool   // the peer closes the connection after this message
}

// Reader reads messages from one connection. It is not safe for concurrent use.
type Reader struct {
	src        io.Reader
	buf        []byte
	start, end int // unread bytes are buf[start:end]
}

// NewReader reads messages from src, some kilobytes at a time.
func NewReader(src io.Reader) *Reader {
	return &Reader{src: src, buf: make([]byte, 8<<10)}
}

// Reset drops what was buffered and goes on with src.
func (r *Reader) Reset(src io.Reader) {
	r.src, r.start, r.end = src, 0, 0
}

// fill reads more bytes behind the unread ones.
func (r *Reader) fill() error {
	if r.start == r.end {
		r.start, r.end = 0, 0
	}
	if r.end == len(r.buf) {
		if r.start > 0 {
			r.end = copy(r.buf, r.buf[r.start:r.end])
			r.start = 0
		} else {
			r.buf = append(r.buf, make([]byte, len(r.buf))...)
		}
	}
	n, err := r.src.Read(r.buf[r.end:])
	r.end += n
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

var headEnd = []byte("\r\n\r\n")

// ReadHead reads the next head. It returns io.EOF when the peer closed the
// connection between two messages.
func (r *Reader) ReadHead() (Head, error) {
	seen := 0
	for {
		unread := r.buf[r.start:r.end]
		if i := bytes.Index(unread[max(0, seen-3):], headEnd); i >= 0 {
			size := max(0, seen-3) + i
			r.start += size + len(headEnd)
			return parseHead(unread[:size])
		}
		seen = len(unread)
		if seen > maxHead {
			return Head{}, errors.New("head is too long")
		}
		if err := r.fill(); err != nil {
			if seen > 0 && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return Head{}, err
		}
	}
}

// parseHead takes the lines of a head apart.
func parseHead(b []byte) (Head, error) {
	h := Head{Length: -1}
	h.Start, b = cutLine(b)
	if rest, ok := bytes.CutPrefix(h.Start, []byte("HTTP/1.1 ")); ok && len(rest) >= 3 {
		status, err := strconv.Atoi(string(rest[:3]))
		if err != nil {
			return Head{}, fmt.Errorf("status line: %w", err)
		}
		h.Status = status
	}
	for len(b) > 0 {
		var line []byte
		line, b = cutLine(b)
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("content-length")):
			n, err := strconv.Atoi(string(value))
			if err != nil || n < 0 {
				return Head{}, errors.New("content-length is no length")
			}
			h.Length = n
		case bytes.EqualFold(name, []byte("transfer-encoding")):
			h.Chunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("connection")):
			h.Close = bytes.EqualFold(value, []byte("close"))
		}
	}
	return h, nil
}

func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\r\n"))
	return line, rest
}
