package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// An idle connection that ended, or on which something was said, is not used.
func TestIdleConnectionThatIsNotQuiet(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("idle connections are looked at on Linux only")
	}
	for name, then := range map[string]func(*peer){
		"the server closed it":        func(*peer) {},
		"the server reset it":         func(p *peer) { p.Conn.(*net.TCPConn).SetLinger(0) },
		"the server pushed an answer": func(p *peer) { p.say(ok("not asked for")); p.asked() },
	} {
		t.Run(name, func(t *testing.T) {
			idle := make(chan struct{})
			target := serve(t, func(p *peer) {
				p.asked()
				p.say(ok("asked for"))
				if p.nr == 0 {
					<-idle
				}
				then(p)
			})
			tr, l := lean(t, Options{})
			must(t, tr, request(t, "POST", target, "{}"))
			close(idle)
			l.all[0].wait(t, tr.idle.idle[strings.TrimPrefix(target, "http://")][0])
			if got := must(t, tr, request(t, "POST", target, "{}")); got != "asked for" || l.dialled() != 2 {
				t.Errorf("answer %q over %d connections", got, l.dialled())
			}
		})
	}
}

// What the server may have acted on goes out once; what cannot do harm, or was
// not sent at all, goes out again.
func TestIdleConnectionThatFailsInUse(t *testing.T) {
	long := strings.Repeat("x", smallBody+1)
	tests := map[string]struct {
		method, body string
		unwritten    bool // the first write on the old connection fails
		noGetBody    bool
		again        bool
	}{
		"a GET that was written":                      {method: "GET", again: true},
		"a HEAD that was written":                     {method: "HEAD", again: true},
		"a GET with a body that was written":          {method: "GET", body: "{}"},
		"a POST that was written":                     {method: "POST", body: "{}"},
		"a POST without a body that was written":      {method: "POST"},
		"a DELETE that was written":                   {method: "DELETE"},
		"a long POST that was written":                {method: "POST", body: long},
		"a POST that was not written":                 {method: "POST", body: "{}", unwritten: true, again: true},
		"a POST without GetBody that was not written": {method: "POST", body: "{}", unwritten: true, noGetBody: true, again: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var seen atomic.Int32
			target := serve(t, func(p *peer) {
				for n := 0; ; n++ {
					if _, _, more := p.asked(); !more || p.nr == 0 && n == 1 {
						return // the second request of the first connection: read, never answered
					}
					seen.Add(1)
					p.say(ok(""))
				}
			})
			tr, l := lean(t, Options{})
			must(t, tr, request(t, "GET", target, ""))
			if tt.unwritten {
				l.fail = func(w *wire) error {
					if w == l.all[0] {
						return syscall.EPIPE
					}
					return nil
				}
			}
			req := request(t, tt.method, target, tt.body)
			if tt.noGetBody {
				req.GetBody = nil
			}
			_, _, err := fetch(tr, req)
			if again := l.dialled() == 2; again != tt.again || (err == nil) != tt.again || isDial(err) {
				t.Errorf("sent again: %v, want %v; error = %v", again, tt.again, err)
			}
		})
	}
}

// A long body that met a dead connection is asked for again, if it can be.
func TestLongBodyIsSentAgain(t *testing.T) {
	target := serve(t, func(p *peer) {
		for {
			_, text, more := p.asked()
			if !more {
				return
			}
			p.say(ok(text))
		}
	})
	long := strings.Repeat("x", 5*smallBody)
	for _, canRepeat := range []bool{true, false} {
		l := newLine(t)
		tr := New(Options{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := l.dial(ctx, network, addr)
			if err != nil || l.dialled() > 1 {
				return c, err
			}
			return &mute{Conn: c}, nil
		}})
		must(t, tr, request(t, "GET", target, ""))
		req := request(t, "POST", target, long)
		if !canRepeat {
			req.GetBody = nil
		}
		_, text, err := fetch(tr, req)
		if canRepeat && (err != nil || text != long) || !canRepeat && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("with GetBody %v: %d bytes came back, error = %v", canRepeat, len(text), err)
		}
		tr.CloseIdleConnections()
		l.wantOpen(t, 0)
	}
}

// mute writes once, and then fails without having written.
type mute struct {
	net.Conn
	wrote bool
}

func (m *mute) Write(p []byte) (int, error) {
	if m.wrote {
		return 0, syscall.ECONNRESET
	}
	m.wrote = true
	return m.Conn.Write(p)
}

// A server may refuse a long body before it has read it.
func TestAnswerBeforeTheBodyWasRead(t *testing.T) {
	const answer = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\n\r\ntoo much"
	target := serve(t, func(p *peer) {
		if _, err := http.ReadRequest(p.br); err != nil {
			return
		}
		p.say(answer) // and close, with most of the body unread: a reset
	})
	tr, l := lean(t, Options{})
	req := request(t, "POST", target, "")
	size := 32 << 20
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(make([]byte, size))), int64(size)
	resp, text, err := fetch(tr, req)
	if err != nil || resp.StatusCode != http.StatusRequestEntityTooLarge || text != "too much" {
		t.Errorf("answer = %v %q, error = %v", resp, text, err)
	}
	l.wantOpen(t, 0)
}

func TestDialErrorsSayThatNothingWasSent(t *testing.T) {
	refused := errors.New("address refused")
	tr := New(Options{DialContext: func(_ context.Context, _, addr string) (net.Conn, error) {
		if addr != "provider.example:80" {
			t.Errorf("dialled %q", addr)
		}
		return nil, refused
	}})
	for _, host := range []string{"provider.example", "provider.example:", "provider.example:80"} {
		_, _, err := fetch(tr, request(t, "POST", "http://"+host+"/v1", "{}"))
		if !isDial(err) || !errors.Is(err, refused) {
			t.Errorf("error = %v", err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	tr, _ = lean(t, Options{})
	if _, _, err = fetch(tr, request(t, "POST", "http://"+l.Addr().String(), "{}")); !isDial(err) || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("error = %v", err)
	}
}

// rest are idle connections of a pool without a server.
func rest(p *pool, addr string, n int, now time.Time, keep time.Duration) (ends []net.Conn) {
	for range n {
		here, there := net.Pipe()
		p.put(newConn(here, addr), now, keep)
		ends = append(ends, there)
	}
	return ends
}

func isClosed(c net.Conn) bool {
	c.SetDeadline(time.Unix(1, 0))
	_, err := c.Read(make([]byte, 1))
	return err == io.EOF
}

func TestPoolIsBoundedAndForgets(t *testing.T) {
	now := time.Now()
	p := &pool{perHost: 2, total: 3}
	defer p.closeAll()
	a := rest(p, "a:80", 3, now, time.Hour)
	if isClosed(a[0]) || isClosed(a[1]) || !isClosed(a[2]) {
		t.Error("the third connection to a host is the one not kept")
	}
	b := rest(p, "b:80", 2, now, 2*time.Hour)
	if isClosed(b[0]) || !isClosed(b[1]) {
		t.Error("the fourth connection of all is the one not kept")
	}
	if c := p.take("c:80", now); c != nil {
		t.Error("a connection to another host was handed out")
	}
	p.mu.Lock()
	next := p.expire(now.Add(time.Hour))
	p.mu.Unlock()
	if !next.Equal(now.Add(2*time.Hour)) || !isClosed(a[0]) || isClosed(b[0]) || p.n != 1 || len(p.idle) != 1 {
		t.Errorf("after an hour: %d kept, next expires at %v", p.n, next)
	}
	if c := p.take("b:80", now.Add(3*time.Hour)); c != nil || !isClosed(b[0]) || p.n != 0 || len(p.idle) != 0 {
		t.Error("an expired connection was handed out, or kept")
	}
}

func TestPoolHandsOutTheNewest(t *testing.T) {
	now := time.Now()
	p := &pool{perHost: 3, total: 3}
	defer p.closeAll()
	rest(p, "a:80", 3, now, time.Hour)
	want := []*conn{p.idle["a:80"][2], p.idle["a:80"][1], p.idle["a:80"][0], nil}
	for i, w := range want {
		if got := p.take("a:80", now); got != w {
			t.Errorf("take %d: not the newest", i)
		}
	}
}

func TestIdleConnectionsAreClosedInTime(t *testing.T) {
	target := serve(t, repeat(ok("")))
	tr, l := lean(t, Options{IdleTimeout: time.Millisecond})
	must(t, tr, request(t, "GET", target, ""))
	l.wantOpen(t, 0)
}

func TestCloseIdleConnections(t *testing.T) {
	target := serve(t, repeat(ok("")))
	tr, l := lean(t, Options{})
	must(t, tr, request(t, "GET", target, ""))
	tr.CloseIdleConnections()
	l.wantOpen(t, 0)
	must(t, tr, request(t, "GET", target, ""))
	if l.dialled() != 2 {
		t.Errorf("%d connections, want 2", l.dialled())
	}
}

func TestNewWantsADialler(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a transport without a check of addresses was made")
		}
	}()
	New(Options{})
}
