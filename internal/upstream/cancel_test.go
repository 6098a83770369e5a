package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// The end of a request's context ends whatever the request waits for, and
// leaves no connection and no goroutine behind.
func TestCancelled(t *testing.T) {
	why := errors.New("the caller left")
	head := "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst"
	// stall reads a request, answers with text and waits for the other side to go.
	stall := func(text string) func(*peer, chan struct{}) {
		return func(p *peer, at chan struct{}) {
			p.asked()
			p.say(text)
			close(at)
			io.Copy(io.Discard, p)
		}
	}
	silent := func(*peer, chan struct{}) {}
	tests := map[string]struct {
		script func(p *peer, at chan struct{}) // closes at when it is time to cancel
		edit   func(req *http.Request, at chan struct{})
		dial   bool // the stage is dialling
		unsent bool // the error says that nothing was sent
	}{
		"while dialling": {script: silent, dial: true, unsent: true},
		"while a short body is awaited": {script: silent, unsent: true, edit: func(req *http.Request, at chan struct{}) {
			req.Body, req.ContentLength = blocked(at), 10
		}},
		"while a long body is awaited": {
			script: func(p *peer, _ chan struct{}) { io.Copy(io.Discard, p) },
			edit: func(req *http.Request, at chan struct{}) {
				req.Body, req.ContentLength = blocked(at), 1<<20
			},
		},
		"while a body is written that nobody reads": {
			script: func(p *peer, at chan struct{}) {
				http.ReadRequest(p.br)
				close(at)
			},
			edit: func(req *http.Request, _ chan struct{}) {
				req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(make([]byte, 64<<20))), 64<<20
			},
		},
		"while the head is awaited": {script: stall("")},
		"within the head":           {script: stall(head[:20])},
		"within the body":           {script: stall(head)},
		"within a chunk":            {script: stall("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nfirst")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			at, gone := make(chan struct{}), make(chan struct{})
			target := serve(t, func(p *peer) {
				tt.script(p, at)
				<-gone
			})
			l := newLine(t)
			dial := l.dial
			if tt.dial {
				dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
					close(at)
					<-ctx.Done()
					return nil, ctx.Err()
				}
			}
			tr := New(Options{DialContext: dial})
			ctx, cancel := context.WithCancelCause(t.Context())
			req := request(t, "POST", target, "{}").WithContext(ctx)
			if tt.edit != nil {
				tt.edit(req, at)
			}
			go func() { <-at; cancel(why) }()
			_, _, err := fetch(tr, req)
			close(gone)
			if !errors.Is(err, context.Canceled) || !errors.Is(err, why) || isDial(err) != tt.unsent {
				t.Errorf("error = %v", err)
			}
			l.wantOpen(t, 0)
		})
	}
}

func TestCancelledBefore(t *testing.T) {
	tr, l := lean(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := fetch(tr, request(t, "POST", "http://provider.example", "{}").WithContext(ctx))
	if !errors.Is(err, context.Canceled) || !isDial(err) || l.dialled() != 0 {
		t.Errorf("error = %v, %d connections", err, l.dialled())
	}
}

// blocked is a body that says when it is read, and then waits to be closed.
func blocked(at chan struct{}) io.ReadCloser {
	r, w := io.Pipe()
	go func() { w.Write([]byte("x")); close(at) }()
	return r
}

func TestDeadlineOfTheRequest(t *testing.T) {
	target := serve(t, func(p *peer) { io.Copy(io.Discard, p) })
	tr, l := lean(t, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, _, err := fetch(tr, request(t, "POST", target, "{}").WithContext(ctx))
	var timeout net.Error
	if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("error = %v", err)
	}
	l.wantOpen(t, 0)
}

// The end of a request that was answered is no business of its connection.
func TestCancelledAfterTheEnd(t *testing.T) {
	target := serve(t, repeat(ok("hello")))
	tr, l := lean(t, Options{})
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		must(t, tr, request(t, "POST", target, "{}").WithContext(ctx))
		cancel()
	}
	if l.dialled() != 1 {
		t.Errorf("%d connections, want 1", l.dialled())
	}
}

// A connection whose request was cancelled is closed, also when the answer was
// here already and is still read to its end.
func TestCancelledWithTheAnswerHere(t *testing.T) {
	target := serve(t, repeat(ok("hello")))
	tr, l := lean(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	resp, err := tr.RoundTrip(request(t, "POST", target, "{}").WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	l.wantOpen(t, 0)
	io.ReadAll(resp.Body)
	resp.Body.Close()
	if tr.idle.n != 0 {
		t.Error("a closed connection was kept")
	}
}

func TestCloseEndsARead(t *testing.T) {
	target := serve(t, func(p *peer) {
		p.asked()
		p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
		io.Copy(io.Discard, p)
	})
	tr, l := lean(t, Options{})
	resp, err := tr.RoundTrip(request(t, "POST", target, "{}"))
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan error)
	go func() {
		_, err := resp.Body.Read(make([]byte, 10))
		read <- err
	}()
	for range 3 {
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := <-read; err != http.ErrBodyReadAfterClose {
		t.Errorf("error = %v", err)
	}
	if _, err := resp.Body.Read(make([]byte, 10)); err != http.ErrBodyReadAfterClose {
		t.Errorf("error of the next read = %v", err)
	}
	l.wantOpen(t, 0)
}

func TestBodyAfterItsEnd(t *testing.T) {
	target := serve(t, repeat(ok("hello")))
	tr, l := lean(t, Options{})
	for range 2 {
		resp, err := tr.RoundTrip(request(t, "POST", target, "{}"))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(resp.Body); string(b) != "hello" || err != nil {
			t.Errorf("body = %q, %v", b, err)
		}
		if n, err := resp.Body.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("past the end: %d, %v", n, err)
		}
		resp.Body.Close()
		if _, err := resp.Body.Read(make([]byte, 1)); err != http.ErrBodyReadAfterClose {
			t.Errorf("after Close: %v", err)
		}
	}
	if l.dialled() != 1 {
		t.Errorf("%d connections, want 1", l.dialled())
	}
}
