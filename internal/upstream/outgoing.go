package upstream

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
)

// smallBody is up to how many bytes a body is copied behind its head, to be one
// write; a longer one is written beside it.
const smallBody = 16 << 10

// outgoing is one request on its way out.
type outgoing struct {
	req  *http.Request
	body io.ReadCloser // nil: none
	buf  []byte        // the head, and the body if it is small
	vec  [2][]byte     // what bufs is made of
	bufs net.Buffers
}

var outgoings = sync.Pool{New: func() any { return &outgoing{buf: make([]byte, 0, 4<<10)} }}

func newOutgoing(req *http.Request) *outgoing {
	o := outgoings.Get().(*outgoing)
	o.req, o.body = req, ownBody(req.Body)
	return o
}

// free closes the body and forgets the request.
func (o *outgoing) free() {
	o.closeBody()
	o.req, o.vec, o.bufs = nil, [2][]byte{}, nil
	if cap(o.buf) <= 4*smallBody {
		outgoings.Put(o)
	}
}

func (o *outgoing) closeBody() {
	if o.body != nil {
		o.body.Close()
		o.body = nil
	}
}

// encode makes the first bytes of the request, before there is a connection.
func (o *outgoing) encode(ctx context.Context) error {
	var err error
	if o.buf, err = appendHead(o.buf[:0], o.req); err != nil {
		return err
	}
	size := o.req.ContentLength
	if size > smallBody {
		return nil
	}
	defer o.unblock(ctx)()
	if o.body != nil && o.req.Body != http.NoBody {
		head := len(o.buf)
		o.buf = append(o.buf, make([]byte, size+1)...)
		n, err := io.ReadFull(o.body, o.buf[head:]) // one byte more than there should be
		o.buf = o.buf[:head+n]
		if ctx.Err() != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
			return notDialled(ended(ctx))
		}
		if err := checkSize(int64(n), size, err); err != nil {
			return err
		}
	}
	o.closeBody()
	return nil
}

// checkSize holds what a body had against what it was to have.
func checkSize(n, size int64, err error) error {
	switch {
	case n > size:
		return fmt.Errorf("body of the request is longer than its %d bytes", size)
	case err != nil && err != io.EOF && err != io.ErrUnexpectedEOF:
		return fmt.Errorf("read the body of the request: %w", err)
	case n < size:
		return fmt.Errorf("body of the request has %d of its %d bytes: %w", n, size, io.ErrUnexpectedEOF)
	}
	return nil
}

// send writes the request whole. It returns when nothing refers to the body.
func (o *outgoing) send(c *conn) error {
	if o.body == nil {
		return c.write(o.buf)
	}
	defer o.closeBody()
	if ctx := o.req.Context(); ctx.Done() != nil {
		defer o.unblock(ctx)()
	}
	w := &pieces{o: o, c: c, left: o.req.ContentLength}
	_, err := io.Copy(w, o.body) // a body in memory hands over its bytes uncopied
	if w.err != nil {
		return w.err
	}
	return checkSize(o.req.ContentLength-w.left, o.req.ContentLength, err)
}

// pieces writes a long body: the head goes out with its first piece.
type pieces struct {
	o    *outgoing
	c    *conn
	left int64
	head bool  // written
	err  error // of the connection, or the body is too long
}

func (w *pieces) Write(p []byte) (int, error) {
	if int64(len(p)) > w.left {
		w.err = checkSize(w.o.req.ContentLength+1, w.o.req.ContentLength, nil)
		return 0, w.err
	}
	if !w.head {
		w.head = true
		w.o.vec = [2][]byte{w.o.buf, p}
		w.o.bufs = w.o.vec[:]
		w.err = w.c.writev(&w.o.bufs)
	} else {
		w.err = w.c.write(p)
	}
	if w.err != nil {
		return 0, w.err
	}
	w.left -= int64(len(p))
	return len(p), nil
}

// mayRepeat reports whether the request may go out again after it failed on c,
// and makes it ready for that.
func (o *outgoing) mayRepeat(c *conn) bool {
	if !c.reused || c.heard {
		return false
	}
	if o.req.ContentLength <= smallBody {
		return c.wrote == 0 || o.req.ContentLength <= 0 && idempotent(o.req.Method)
	}
	if c.wrote > 0 || o.req.GetBody == nil {
		return false
	}
	rc, err := o.req.GetBody()
	if err != nil {
		return false
	}
	o.closeBody()
	o.body = ownBody(rc)
	return true
}

func idempotent(method string) bool {
	switch method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}

// unblock closes a body that may block when ctx ends, until the returned
// function is called. Bodies in memory do not block, and know how to write
// themselves.
func (o *outgoing) unblock(ctx context.Context) func() bool {
	if once, ok := o.body.(*closeOnce); ok {
		return context.AfterFunc(ctx, func() { _ = once.Close() })
	}
	return noStop
}

func ownBody(rc io.ReadCloser) io.ReadCloser {
	if _, inMemory := rc.(io.WriterTo); rc == nil || inMemory {
		return rc
	}
	return &closeOnce{ReadCloser: rc}
}

// closeOnce may be closed from two sides.
type closeOnce struct {
	io.ReadCloser
	once sync.Once
}

func (b *closeOnce) Close() (err error) {
	b.once.Do(func() { err = b.ReadCloser.Close() })
	return err
}
