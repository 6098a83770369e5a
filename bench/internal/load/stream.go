package load

import (
	"context"
	"sync"
	"time"

	"github.com/claviger/claviger/bench/internal/workload"
)

// StreamTally counts streams and keeps how long their first events took.
type StreamTally struct {
	Tally                      // OK counts streams
	Events     int             // content events of the streams that were correct
	FirstEvent []time.Duration // from writing the request to the first event
}

// Streams keeps conns streams of script open at a time, each followed by the
// next, until d has passed; those under way are read to their end. The first
// streams start spread evenly over the time that one takes by its script.
func Streams(ctx context.Context, to Target, script workload.Script, conns int, d time.Duration) StreamTally {
	request := to.Request(workload.Body(script))
	deadline := time.Now().Add(d)
	apart := script.Gap * time.Duration(script.Events) / time.Duration(conns)
	var (
		mu  sync.Mutex
		all StreamTally
	)
	all.Tally = run(ctx, conns, func(ctx context.Context, i int) (t Tally) {
		time.Sleep(min(apart*time.Duration(i), time.Until(deadline)-time.Millisecond))
		c := newConn(to.Addr)
		defer c.close()
		var first []time.Duration
		for ctx.Err() == nil && time.Now().Before(deadline) && t.Failed < maxFailures {
			took, err := oneStream(c, request, script.Events)
			if err != nil {
				t.fail(err)
				continue
			}
			t.OK++
			first = append(first, took)
		}
		mu.Lock()
		defer mu.Unlock()
		all.FirstEvent = append(all.FirstEvent, first...)
		return t
	})
	all.Events = all.OK * script.Events
	return all
}

// oneStream reads a stream to its end and says how long its first event took.
func oneStream(c *conn, request []byte, events int) (first time.Duration, err error) {
	var check workload.StreamCheck
	begin := time.Now()
	err = c.roundTrip(request, func(piece []byte) error {
		err := check.Write(piece)
		if first == 0 && check.Started() {
			first = time.Since(begin)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return first, check.Err(events)
}
