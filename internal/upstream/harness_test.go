package upstream

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience bounds a test that hangs; nothing waits for it otherwise.
const patience = 20 * time.Second

// peer is the server's end of one connection.
type peer struct {
	net.Conn
	br *bufio.Reader
	nr int // connections before this one
}

// asked reads one request with its body. ok is false when none came.
func (p *peer) asked() (req *http.Request, text string, ok bool) {
	req, err := http.ReadRequest(p.br)
	if err != nil {
		return nil, "", false
	}
	b, err := io.ReadAll(req.Body)
	return req, string(b), err == nil
}

func (p *peer) say(text string) { io.WriteString(p, text) }

// serve runs script for every connection to the returned URL, and closes it
// when the script ends.
func serve(t testing.TB, script func(p *peer)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done; running.Wait() })
	go func() {
		defer close(done)
		for nr := 0; ; nr++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(patience))
				script(&peer{Conn: c, br: bufio.NewReader(c), nr: nr})
			})
		}
	}()
	return "http://" + l.Addr().String()
}

// repeat answers every request of a connection with the same text.
func repeat(answer string) func(*peer) {
	return func(p *peer) {
		for {
			if _, _, ok := p.asked(); !ok {
				return
			}
			p.say(answer)
		}
	}
}

// line dials, and knows which of its connections are open.
type line struct {
	mu     sync.Mutex
	change *sync.Cond
	dials  int
	open   int
	all    []*wire
	fail   func(w *wire) error // asked before each write, if set
}

// wire is a TCP connection that counts its writes.
type wire struct {
	*net.TCPConn
	l      *line
	once   sync.Once
	writes int
	hurry  bool // a read was given a deadline
}

func newLine(t testing.TB) *line {
	l := &line{}
	l.change = sync.NewCond(&l.mu)
	t.Cleanup(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, w := range l.all {
			w.TCPConn.Close()
		}
	})
	return l
}

func (l *line) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	w := &wire{TCPConn: c.(*net.TCPConn), l: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dials++
	l.open++
	l.all = append(l.all, w)
	return w, nil
}

func (l *line) dialled() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dials
}

// wantOpen waits until n connections are open.
func (l *line) wantOpen(t testing.TB, n int) {
	t.Helper()
	late := false
	timer := time.AfterFunc(patience, func() { l.mu.Lock(); late = true; l.mu.Unlock(); l.change.Broadcast() })
	defer timer.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.open != n && !late {
		l.change.Wait()
	}
	if l.open != n {
		t.Errorf("%d connections are open, want %d", l.open, n)
	}
}

func (w *wire) Close() error {
	err := w.TCPConn.Close()
	w.once.Do(func() { w.l.mu.Lock(); w.l.open--; w.l.mu.Unlock(); w.l.change.Broadcast() })
	return err
}

func (w *wire) SetReadDeadline(at time.Time) error {
	w.l.mu.Lock()
	w.hurry = true
	w.l.mu.Unlock()
	return w.TCPConn.SetReadDeadline(at)
}

func (w *wire) Write(p []byte) (int, error) {
	w.l.mu.Lock()
	w.writes++
	fail := w.l.fail
	w.l.mu.Unlock()
	if fail != nil {
		if err := fail(w); err != nil {
			return 0, err
		}
	}
	return w.TCPConn.Write(p)
}

// wait blocks until the socket has something to read: bytes, or its end.
func (w *wire) wait(t testing.TB, c *conn) {
	t.Helper()
	w.TCPConn.SetReadDeadline(time.Now().Add(patience))
	defer w.TCPConn.SetReadDeadline(time.Time{})
	raw, err := w.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Read(func(fd uintptr) bool { c.peek(fd); return c.stale }); err != nil {
		t.Fatal("nothing came:", err)
	}
}

// lean returns a transport over a line of its own.
func lean(t testing.TB, o Options) (*Transport, *line) {
	l := newLine(t)
	o.DialContext = l.dial
	tr := New(o)
	t.Cleanup(tr.CloseIdleConnections)
	return tr, l
}

func request(t testing.TB, method, url, text string) *http.Request {
	t.Helper()
	var r io.Reader
	if text != "" {
		r = strings.NewReader(text)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, r)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// fetch makes a request, reads its answer to the end and closes it.
func fetch(tr http.RoundTripper, req *http.Request) (*http.Response, string, error) {
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

// must is fetch where nothing may fail.
func must(t testing.TB, tr http.RoundTripper, req *http.Request) string {
	t.Helper()
	_, text, err := fetch(tr, req)
	if err != nil {
		t.Fatalf("%s: %v", req.Method, err)
	}
	return text
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func ok(text string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
}

// serveHTTP runs a real server until the test ends.
func serveHTTP(t testing.TB, s *http.Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); s.Serve(l) }()
	t.Cleanup(func() { s.Close(); <-done })
	return "http://" + l.Addr().String()
}
