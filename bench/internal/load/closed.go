package load

import (
	"context"
	"time"

	"github.com/claviger/claviger/bench/internal/workload"
)

// Closed sends whole requests over conns connections, each the next one as soon
// as the answer is there, until d has passed or ctx ends. Each sends one at least.
func Closed(ctx context.Context, to Target, conns int, d time.Duration) Tally {
	request := to.Request(workload.Body(workload.Script{}))
	deadline := time.Now().Add(d)
	return run(ctx, conns, func(ctx context.Context, _ int) (t Tally) {
		c := newConn(to.Addr)
		defer c.close()
		check := workload.NewAnswerCheck()
		for first := true; ctx.Err() == nil && (first || time.Now().Before(deadline)) && t.Failed < maxFailures; first = false {
			check.Reset()
			err := c.roundTrip(request, check.Write)
			if err == nil {
				err = check.Err()
			}
			if err != nil {
				t.fail(err)
				continue
			}
			t.OK++
		}
		return t
	})
}
