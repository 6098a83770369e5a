package load_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/claviger/claviger/bench/internal/load"
	"github.com/claviger/claviger/bench/internal/mock"
	"github.com/claviger/claviger/bench/internal/workload"
)

// listen serves on a free loopback port until the test ends.
func listen(t *testing.T, serve func(net.Listener)) load.Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); serve(l) }()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return load.Target{Addr: l.Addr().String(), Path: workload.Path}
}

func provider(t *testing.T) load.Target {
	return listen(t, func(l net.Listener) {
		if err := mock.Serve(l); err != nil {
			t.Error(err)
		}
	})
}

// every answers each connection's first request with the same bytes.
func every(t *testing.T, answer string) load.Target {
	return listen(t, func(l net.Listener) {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if req, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				_, _ = io.Copy(io.Discard, req.Body)
				_, _ = io.WriteString(c, answer)
			}
			_ = c.Close()
		}
	})
}

func TestCorrectAnswersCount(t *testing.T) {
	ctx, to := context.Background(), provider(t)
	if got := load.Closed(ctx, to, 4, 20*time.Millisecond); got.OK == 0 || got.Failed > 0 {
		t.Errorf("closed: %+v", got)
	}
	if got := load.Paced(ctx, to, 10_000, 100); got.OK != 100 || len(got.Latency) != 100 {
		t.Errorf("paced: %d right, %d latencies, %v", got.OK, len(got.Latency), got.First)
	}
	for _, gap := range []time.Duration{0, time.Microsecond} {
		got := load.Streams(ctx, to, workload.Script{Events: 50, Gap: gap}, 2, time.Millisecond)
		if got.OK < 2 || got.Failed > 0 || got.Events != 50*got.OK || len(got.FirstEvent) != got.OK {
			t.Errorf("streams: %+v", got)
		}
	}
}

func TestStalledStreamsStayOpenUntilClosed(t *testing.T) {
	s, err := load.OpenStalled(context.Background(), provider(t), 100)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestWrongAnswersFail(t *testing.T) {
	tests := map[string]struct{ answer, want string }{
		"an error status": {"HTTP/1.1 429 Too Many\r\nContent-Length: 4\r\n\r\nslow", "status 429: slow"},
		"a short body":    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "differs"},
		"a cut body":      {"HTTP/1.1 200 OK\r\nContent-Length: 512\r\n\r\n{}", "unexpected EOF"},
		"no answer":       {"", "EOF"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := load.Paced(context.Background(), every(t, tt.answer), 1000, 3)
			if got.OK > 0 || got.Failed != 3 || !strings.Contains(got.First.Error(), tt.want) {
				t.Errorf("%d right, %d failed, first %v; want 3 failures of %q", got.OK, got.Failed, got.First, tt.want)
			}
		})
	}
}

func TestCutStreamsFail(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"
	to := every(t, head+string(workload.Event()))
	got := load.Streams(context.Background(), to, workload.Script{Events: 2}, 1, time.Millisecond)
	if got.OK > 0 || got.Failed == 0 {
		t.Errorf("streams: %+v", got)
	}
	whole := string(workload.Event()) + workload.Done
	to = every(t, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n"+whole)
	if _, err := load.OpenStalled(context.Background(), to, 2); err == nil {
		t.Error("streams that end count as open")
	}
}
