package upstream

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
)

// body is the body of an answer, and holds its connection until it ends. One
// goroutine may read while another closes.
type body struct {
	src   io.Reader // never closed: that would read on to the end
	ctx   context.Context
	t     *Transport
	c     *conn
	stop  func() bool
	reuse bool
	state atomic.Uint32
}

// Whoever moves a body out of reading owns its connection from then on.
const (
	reading uint32 = iota
	atEnd
	broken
	closed
)

// Read returns io.EOF at the end of the body, and then the connection is free
// for others. After Close it returns [http.ErrBodyReadAfterClose].
func (b *body) Read(p []byte) (int, error) {
	switch b.state.Load() {
	case atEnd:
		return 0, io.EOF
	case closed:
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := b.src.Read(p)
	switch {
	case err == nil:
		return n, nil
	case err == io.EOF:
		if b.state.CompareAndSwap(reading, atEnd) {
			b.t.release(b.c, b.stop, b.reuse)
		}
		return n, err
	}
	if b.state.CompareAndSwap(reading, broken) {
		b.t.release(b.c, b.stop, false)
	}
	switch {
	case b.ctx.Err() != nil:
		return n, ended(b.ctx)
	case b.state.Load() == closed:
		return n, http.ErrBodyReadAfterClose
	}
	return n, b.c.fault(err)
}

// Close frees what the answer holds. Before the end of the body that is by
// closing the connection, which ends a Read that is under way. It may be called
// again and returns nil.
func (b *body) Close() error {
	if b.state.CompareAndSwap(reading, closed) {
		b.t.release(b.c, b.stop, false)
		return nil
	}
	b.state.Store(closed)
	return nil
}
