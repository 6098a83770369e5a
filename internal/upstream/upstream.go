// Package upstream is a lean way to providers that speak plain HTTP/1.1: one
// connection, one goroutine and one write for each request. [http.Transport]
// serves everything and pays for it with two goroutines for each connection;
// here the caller's own goroutine writes the request and then reads the answer.
//
// What it does not do: TLS, proxies, HTTP/2, chunked requests, upgrades, and
// reading an answer while a request is still being written. [Supports] tells.
package upstream

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Options say how a [Transport] works. All but DialContext may be zero.
type Options struct {
	// DialContext opens connections, and must be given: the check of the address
	// lives in it. network is "tcp", addr is "host:port".
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	MaxIdlePerHost int           // idle connections kept for one "host:port"; zero means 512
	MaxIdle        int           // idle connections kept in total; zero means 4096
	IdleTimeout    time.Duration // how long one is kept; zero means 90 seconds
	MaxHeaderBytes int64         // bound of an answer's head, 1xx heads included; zero means 64 KiB
}

// Transport is an [http.RoundTripper] for http:// targets. It is safe for
// concurrent use. Requests are never redirected, and nothing is added to their
// header but Host, Content-Length and Connection.
type Transport struct {
	dial       func(ctx context.Context, network, addr string) (net.Conn, error)
	headLimit  int64
	idleExpiry time.Duration
	idle       pool
}

// New returns a Transport. It panics when DialContext is missing, which is a
// fault of the program: connections nobody checks must not come to be.
func New(o Options) *Transport {
	if o.DialContext == nil {
		panic("upstream: no DialContext")
	}
	t := &Transport{
		dial:       o.DialContext,
		headLimit:  orElse(o.MaxHeaderBytes, 64<<10),
		idleExpiry: orElse(o.IdleTimeout, 90*time.Second),
	}
	t.idle.perHost = orElse(o.MaxIdlePerHost, 512)
	t.idle.total = orElse(o.MaxIdle, 4096)
	return t
}

func orElse[T int | int64 | time.Duration](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}

// RoundTrip sends a request and returns its answer, whose body must be closed.
// The request's body is closed, and referred to by nothing, when it returns.
//
// A connection goes back to the idle ones when the answer's body was read to
// its end; a body closed before that closes its connection. When the request's
// context ends, at any moment, the connection is closed and the error wraps
// both ctx.Err() and [context.Cause].
//
// A failure before the connection stood has a [net.OpError] with Op "dial" in
// it: then nothing was sent. A request that met a dead idle connection goes out
// again on a new one if not one byte of it was written. Once written, only GET,
// HEAD, OPTIONS and TRACE without a body do, and only if no byte of an answer
// came: another may have been executed, so its failure is returned.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	out := newOutgoing(req)
	defer out.free()
	if err := Supports(req); err != nil {
		return nil, err
	}
	ctx := req.Context()
	if err := out.encode(ctx); err != nil {
		return nil, err
	}
	addr := address(req.URL)
	for fresh := false; ; fresh = true {
		c, err := t.connect(ctx, addr, fresh)
		if err != nil {
			return nil, err
		}
		resp, err := t.exchange(ctx, c, out)
		if err == nil {
			return resp, nil
		}
		if ctx.Err() != nil {
			return nil, ended(ctx)
		}
		if !out.mayRepeat(c) {
			return nil, err
		}
	}
}

// CloseIdleConnections closes the connections that serve no request now.
func (t *Transport) CloseIdleConnections() { t.idle.closeAll() }

// connect returns an idle connection that still stands, or a new one.
func (t *Transport) connect(ctx context.Context, addr string, fresh bool) (*conn, error) {
	if ctx.Err() != nil {
		return nil, notDialled(ended(ctx))
	}
	for !fresh {
		c := t.idle.take(addr, time.Now())
		if c == nil {
			break
		}
		if c.quiet() {
			c.renew()
			return c, nil
		}
		c.nc.Close()
	}
	nc, err := t.dial(ctx, "tcp", addr)
	switch {
	case err == nil:
		return newConn(nc, addr), nil
	case ctx.Err() != nil:
		return nil, notDialled(ended(ctx))
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return nil, err
	}
	return nil, notDialled(err)
}

// exchange sends a request on a connection and reads the head of the answer.
// After an error the connection is closed.
func (t *Transport) exchange(ctx context.Context, c *conn, out *outgoing) (*http.Response, error) {
	stop := noStop
	if ctx.Done() != nil {
		stop = context.AfterFunc(ctx, c.abort)
	}
	resp, err := c.roundTrip(out, t.headLimit)
	if err != nil {
		stop()
		c.nc.Close()
		return nil, err
	}
	reuse := c.reusable(out.req, resp)
	if resp.Body == http.NoBody {
		t.release(c, stop, reuse)
		return resp, nil
	}
	resp.Body = &body{src: resp.Body, ctx: ctx, t: t, c: c, stop: stop, reuse: reuse}
	return resp, nil
}

// noStop stands for a context that cannot end.
func noStop() bool { return true }

// release ends the use of a connection by a request. stop is asked first: once
// it said yes, the end of that request's context can no longer close the
// connection, and before that no other request may get it.
func (t *Transport) release(c *conn, stop func() bool, reuse bool) {
	if !stop() || !reuse || c.br.Buffered() > 0 {
		c.nc.Close()
		return
	}
	keep := t.idleExpiry
	if c.keep > 0 {
		keep = min(keep, c.keep)
	}
	t.idle.put(c, time.Now(), keep)
}

// address is where to dial.
func address(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), "80")
}
