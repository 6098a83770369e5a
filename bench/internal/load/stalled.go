package load

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/claviger/claviger/bench/internal/workload"
)

// Stalled is a number of streams that had their first event and now wait.
type Stalled struct {
	mu    sync.Mutex
	conns []*conn
}

// errStarted stops the reading of a stream once its first event is there.
var errStarted = errors.New("the stream has started")

// dialsAtOnce keeps the opening of many streams within the listen backlog.
const dialsAtOnce = 64

// OpenStalled opens n streams and returns when the first event of each has
// come. After an error nothing stays open.
func OpenStalled(ctx context.Context, to Target, n int) (*Stalled, error) {
	request := to.Request(workload.Body(workload.Script{Events: 1, Stall: true}))
	s := &Stalled{}
	t := run(ctx, dialsAtOnce, func(ctx context.Context, worker int) (t Tally) {
		for i := worker; i < n && ctx.Err() == nil && t.Failed == 0; i += dialsAtOnce {
			if err := s.open(to.Addr, request); err != nil {
				t.fail(err)
				continue
			}
			t.OK++
		}
		return t
	})
	if t.OK < n {
		s.Close()
		return nil, fmt.Errorf("%d of %d streams opened: %w", t.OK, n, errors.Join(ctx.Err(), t.First))
	}
	return s, nil
}

// open starts one stream and keeps its connection.
func (s *Stalled) open(addr string, request []byte) error {
	c := newConn(addr)
	var check workload.StreamCheck
	_, err := c.start(request, func(piece []byte) error {
		if err := check.Write(piece); err != nil || !check.Started() {
			return err
		}
		return errStarted
	})
	if !errors.Is(err, errStarted) {
		c.close()
		return errors.Join(errors.New("a stream ended instead of waiting"), err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = append(s.conns, c)
	return nil
}

// Close closes the streams.
func (s *Stalled) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.close()
	}
	s.conns = nil
}
