// Package load drives a proxy and checks each answer. It writes prepared bytes
// to keep-alive connections and reads answers with package wire; a connection
// has one goroutine and one request in flight.
package load

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/claviger/claviger/bench/internal/wire"
)

// Target is where requests go.
type Target struct {
	Addr    string // host:port
	Path    string
	Headers string // further lines, made with [Header]
}

// Header is one header line.
func Header(name, value string) string { return name + ": " + value + "\r\n" }

// Request is the whole request with body, ready to be written.
func (t Target) Request(body []byte) []byte {
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n",
		t.Path, t.Addr, t.Headers, len(body))
	return append([]byte(head), body...)
}

// Tally counts what came back.
type Tally struct {
	OK      int           // complete, correct answers
	Failed  int           // everything else
	First   error         // the first failure; nil without one
	Elapsed time.Duration // from the first request to the last answer
}

// fail books a failure.
func (t *Tally) fail(err error) {
	t.Failed++
	if t.First == nil {
		t.First = err
	}
}

// Add takes the counts of u in.
func (t *Tally) Add(u Tally) {
	t.OK += u.OK
	t.Failed += u.Failed
	if t.First == nil {
		t.First = u.First
	}
}

// answerTimeout bounds one exchange, so that a proxy that hangs fails.
const answerTimeout = 30 * time.Second

// conn is a keep-alive connection that dials again when it must.
type conn struct {
	addr string
	net  net.Conn
	in   *wire.Reader
}

func newConn(addr string) *conn { return &conn{addr: addr, in: wire.NewReader(nil)} }

// roundTrip writes request and hands the body of the answer to each. An answer
// other than 200 is an error that quotes its beginning.
func (c *conn) roundTrip(request []byte, each func([]byte) error) error {
	last, err := c.start(request, each)
	if err != nil || last {
		c.close()
	}
	return err
}

// start is roundTrip that leaves the connection as it is, and tells whether the
// peer closes it after the answer.
func (c *conn) start(request []byte, each func([]byte) error) (last bool, err error) {
	if c.net == nil {
		n, err := net.DialTimeout("tcp", c.addr, answerTimeout)
		if err != nil {
			return false, err
		}
		c.net = n
		c.in.Reset(n)
	}
	_ = c.net.SetDeadline(time.Now().Add(answerTimeout))
	if _, err := c.net.Write(request); err != nil {
		return false, err
	}
	h, err := c.in.ReadHead()
	if err != nil {
		return false, err
	}
	if h.Status != 200 {
		var text []byte
		_ = c.in.ReadBody(h, func(p []byte) error { text = append(text, p...); return nil })
		return false, fmt.Errorf("status %d: %.200s", h.Status, text)
	}
	return h.Close, c.in.ReadBody(h, each)
}

func (c *conn) close() {
	if c.net != nil {
		_ = c.net.Close()
		c.net = nil
	}
}

// maxFailures ends a run that only fails.
const maxFailures = 100

// run lets workers work at once until each returns, and times them.
func run(ctx context.Context, workers int, work func(ctx context.Context, i int) Tally) Tally {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		total Tally
	)
	begin := time.Now()
	for i := range workers {
		wg.Go(func() {
			t := work(ctx, i)
			mu.Lock()
			defer mu.Unlock()
			total.Add(t)
		})
	}
	wg.Wait()
	total.Elapsed = time.Since(begin)
	return total
}
