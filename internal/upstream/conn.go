package upstream

import (
	"bufio"
	"net"
	"net/http"
	"syscall"
	"time"
)

// conn is one connection. One request at a time owns it; only nc.Close is
// called from elsewhere.
type conn struct {
	nc   net.Conn
	addr string // its key in the pool
	br   *bufio.Reader

	// Kept so that no request allocates them.
	abort func()          // closes nc
	raw   syscall.RawConn // nil: idle connections are not looked at
	look  func(fd uintptr) bool
	stale bool // what look saw

	// Of the present request.
	reused  bool
	wrote   int64 // bytes of it that were written
	heard   bool  // a byte of its answer was read
	deaf    bool  // the last write failed
	spent   bool  // not to be used again, whatever the answer says
	budget  int64 // bytes its head may still have; below zero: not reading a head
	readErr error // what nc.Read said last

	keep    time.Duration // how long the other side keeps it idle; zero: it did not say
	expires time.Time     // while in the pool
}

func newConn(nc net.Conn, addr string) *conn {
	c := &conn{nc: nc, addr: addr, budget: -1}
	c.br = bufio.NewReaderSize(c, 4<<10)
	c.abort = func() { nc.Close() }
	if sc, ok := nc.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			c.raw, c.look = raw, c.peek
		}
	}
	return c
}

// renew readies a connection from the pool for its next request.
func (c *conn) renew() {
	c.reused, c.wrote, c.heard, c.readErr = true, 0, false, nil
}

// quiet reports whether an idle connection still stands and has said nothing:
// what arrives without having been asked for must not become the answer to the
// next question.
func (c *conn) quiet() bool {
	if c.raw == nil {
		return true
	}
	c.stale = true
	return c.raw.Read(c.look) == nil && !c.stale
}

// Read is for the bufio.Reader alone, and holds heads to their bound.
func (c *conn) Read(p []byte) (int, error) {
	if c.budget >= 0 {
		if c.budget == 0 {
			c.readErr = ErrHeaderTooLarge
			return 0, c.readErr
		}
		p = p[:min(int64(len(p)), c.budget)]
	}
	n, err := c.nc.Read(p)
	if c.budget >= 0 {
		c.budget -= int64(n)
	}
	if n > 0 {
		c.heard = true
	}
	c.readErr = err
	return n, err
}

func (c *conn) write(p []byte) error {
	n, err := c.nc.Write(p)
	c.wrote += int64(n)
	c.deaf = err != nil
	return err
}

func (c *conn) writev(p *net.Buffers) error {
	n, err := p.WriteTo(c.nc)
	c.wrote += n
	c.deaf = err != nil
	return err
}

// leftover is how long an answer may take to be read that is there already.
const leftover = time.Second

// roundTrip sends a request and reads the head of the answer.
func (c *conn) roundTrip(out *outgoing, headLimit int64) (*http.Response, error) {
	sent := out.send(c)
	if sent != nil {
		if !c.deaf || c.reused && c.wrote == 0 {
			return nil, sent // the body's fault, or to be sent again
		}
		// A server that refuses a long body may answer before it has read it,
		// and close: then the answer is what the caller wants to know.
		c.spent = true
		if err := c.nc.SetReadDeadline(time.Now().Add(leftover)); err != nil {
			return nil, sent
		}
	}
	resp, err := c.readHead(out.req, headLimit)
	if err != nil && sent != nil {
		return nil, sent
	}
	return resp, err
}
