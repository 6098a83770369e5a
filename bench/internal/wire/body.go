package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// ReadBody hands the decoded body of the message that h heads to each, piece by
// piece. A piece is valid during the call only. A body that ends early is
// io.ErrUnexpectedEOF, so a cut stream never passes for a complete one. An
// error of each ends the reading and is returned as it is.
func (r *Reader) ReadBody(h Head, each func(piece []byte) error) error {
	switch {
	case h.Chunked:
		return r.readChunks(each)
	case h.Length >= 0:
		return r.readN(h.Length, each)
	case h.Status == 0:
		return nil // a request that names no body has none
	default:
		return errors.New("the response has neither a length nor chunks")
	}
}

// readN passes on exactly n bytes.
func (r *Reader) readN(n int, each func([]byte) error) error {
	for n > 0 {
		if r.start == r.end {
			if err := r.mustFill(); err != nil {
				return err
			}
		}
		piece := r.buf[r.start:min(r.end, r.start+n)]
		r.start += len(piece)
		n -= len(piece)
		if err := each(piece); err != nil {
			return err
		}
	}
	return nil
}

// readChunks passes on the content of chunks up to and with the last one.
func (r *Reader) readChunks(each func([]byte) error) error {
	for {
		line, err := r.readLine()
		if err != nil {
			return err
		}
		digits, _, _ := bytes.Cut(line, []byte(";"))
		size, err := strconv.ParseUint(string(bytes.TrimSpace(digits)), 16, 31)
		if err != nil {
			return fmt.Errorf("chunk size: %w", err)
		}
		if size == 0 {
			return r.skipTrailers()
		}
		if err := r.readN(int(size), each); err != nil {
			return err
		}
		if line, err = r.readLine(); err != nil {
			return err
		}
		if len(line) > 0 {
			return errors.New("a chunk is longer than it says")
		}
	}
}

// skipTrailers reads up to the empty line that ends a chunked body.
func (r *Reader) skipTrailers() error {
	for {
		line, err := r.readLine()
		if err != nil || len(line) == 0 {
			return err
		}
	}
}

// readLine returns the next line without its end; valid until the next read.
func (r *Reader) readLine() ([]byte, error) {
	for {
		if i := bytes.IndexByte(r.buf[r.start:r.end], '\n'); i >= 0 {
			line := r.buf[r.start : r.start+i]
			r.start += i + 1
			return bytes.TrimSuffix(line, []byte("\r")), nil
		}
		if r.end-r.start > maxHead {
			return nil, errors.New("line is too long")
		}
		if err := r.mustFill(); err != nil {
			return nil, err
		}
	}
}

// mustFill is fill where the message may not end.
func (r *Reader) mustFill() error {
	err := r.fill()
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
