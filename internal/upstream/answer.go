package upstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxInterim is how many 1xx heads may come before the answer.
const maxInterim = 8

var errSwitched = errors.New("it switches protocols, which was not asked for")

// readHead reads the answer up to its body, past interim ones.
func (c *conn) readHead(req *http.Request, limit int64) (*http.Response, error) {
	c.budget = limit
	defer func() { c.budget = -1 }()
	for range maxInterim + 1 {
		if _, err := c.br.Peek(1); err != nil {
			return nil, c.fault(err)
		}
		unclear := ambiguous(c.br)
		resp, err := http.ReadResponse(c.br, req)
		switch {
		case err != nil:
			return nil, c.fault(err)
		case resp.ProtoMajor != 1 || resp.StatusCode < 100:
			return nil, ErrMalformed
		case resp.StatusCode == http.StatusSwitchingProtocols:
			return nil, errSwitched
		case resp.StatusCode >= 200:
			c.spent = c.spent || unclear && len(resp.TransferEncoding) > 0
			return resp, nil
		}
	}
	return nil, fmt.Errorf("more than %d interim answers: %w", maxInterim, ErrMalformed)
}

// fault names an error of reading: one of the connection as it is, one of
// parsing without the bytes it is about.
func (c *conn) fault(err error) error {
	switch {
	case c.readErr == io.EOF || err == io.EOF || err == io.ErrUnexpectedEOF:
		return io.ErrUnexpectedEOF
	case c.readErr != nil:
		return c.readErr
	}
	return ErrMalformed
}

// ambiguous reports whether the head that begins in br might have a
// Content-Length: beside chunks that is two opinions on where the answer ends,
// and reading a head drops one of them. A head that is not there whole might.
func ambiguous(br interface {
	Peek(int) ([]byte, error)
	Buffered() int
}) bool {
	rest, _ := br.Peek(br.Buffered())
	const name = "content-length"
	for {
		line, after, whole := bytes.Cut(rest, []byte{'\n'})
		switch {
		case !whole:
			return true
		case len(line) == 0 || len(line) == 1 && line[0] == '\r':
			return false
		case len(line) >= len(name) && line[0]|0x20 == 'c' && bytes.EqualFold(line[:len(name)], []byte(name)):
			return true
		}
		rest = after
	}
}

// reusable reports whether the connection may serve another request after this
// answer, and notes how long the other side says it will wait for one.
func (c *conn) reusable(req *http.Request, resp *http.Response) bool {
	if c.spent || resp.Close || closes(req) || !resp.ProtoAtLeast(1, 1) {
		return false
	}
	// These have no body. One that announces it may send it nevertheless.
	if s := resp.StatusCode; s == http.StatusNoContent || s == http.StatusNotModified {
		if len(resp.TransferEncoding) > 0 || resp.Header["Content-Length"] != nil {
			return false
		}
	}
	c.keep = 0
	if hint := resp.Header["Keep-Alive"]; hint != nil {
		c.keep = keepAlive(hint)
		return c.keep >= 0
	}
	return true
}

// keepAlive is how long to keep a connection whose other side named a timeout,
// a little less than that: a request that crosses with the close is lost. Zero
// means that none was named, below zero that it is not worth keeping.
func keepAlive(hint []string) time.Duration {
	for _, v := range hint {
		for option := range strings.SplitSeq(v, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(option), "=")
			if !strings.EqualFold(name, "timeout") {
				continue
			}
			seconds, err := strconv.ParseUint(value, 10, 31)
			switch {
			case err != nil:
				return 0
			case seconds <= 1:
				return -1
			}
			return time.Duration(seconds-1) * time.Second
		}
	}
	return 0
}
