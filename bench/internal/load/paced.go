package load

import (
	"context"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/claviger/claviger/bench/internal/workload"
)

// PacedTally is a tally with the latency of each correct answer.
type PacedTally struct {
	Tally
	Latency []time.Duration
}

// pacedConns is over how many connections the requests of a paced run go round.
// At 1,000 a second each is then busy for at most a few per cent of its turn.
const pacedConns = 32

// Paced sends n whole requests at rate per second, whether or not earlier ones
// have been answered: the load is open, so a slow proxy cannot slow it down. A
// request that had to wait for its connection counts from when it was due.
func Paced(ctx context.Context, to Target, rate, n int) PacedTally {
	// The pacer's thread sits in a system call nearly always; the others shall
	// not wait for its processor.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.NumCPU() + 2))

	due := make([]chan time.Time, pacedConns)
	for i := range due {
		due[i] = make(chan time.Time, n/pacedConns+1)
	}
	go pace(ctx, due, time.Second/time.Duration(rate), n)

	request := to.Request(workload.Body(workload.Script{}))
	var (
		mu  sync.Mutex
		all PacedTally
	)
	all.Tally = run(ctx, pacedConns, func(_ context.Context, i int) (t Tally) {
		latency := exchangeWhenDue(to.Addr, request, due[i], &t)
		mu.Lock()
		defer mu.Unlock()
		all.Latency = append(all.Latency, latency...)
		return t
	})
	return all
}

// pace says n times, at even distances, that the next connection's request is
// due, then closes all of due. Go's timers are a millisecond coarse here; the
// kernel's sleep is not.
func pace(ctx context.Context, due []chan time.Time, gap time.Duration, n int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin := time.Now()
	for k := 0; k < n && ctx.Err() == nil; k++ {
		if rest := time.Until(begin.Add(time.Duration(k) * gap)); rest > 0 {
			pause := syscall.NsecToTimespec(rest.Nanoseconds())
			_ = syscall.Nanosleep(&pause, nil)
		}
		due[k%len(due)] <- time.Now()
	}
	for _, c := range due {
		close(c)
	}
}

// exchangeWhenDue makes one exchange for each time it is told to.
func exchangeWhenDue(addr string, request []byte, due <-chan time.Time, t *Tally) []time.Duration {
	c := newConn(addr)
	defer c.close()
	check := workload.NewAnswerCheck()
	latency := make([]time.Duration, 0, cap(due))
	var free time.Time // when the connection had its last answer
	for at := range due {
		if free.Before(at) {
			at = time.Now() // it was idle: the waking of this goroutine is not the proxy's
		}
		check.Reset()
		err := c.roundTrip(request, check.Write)
		if err == nil {
			err = check.Err()
		}
		free = time.Now()
		if err != nil {
			t.fail(err)
			continue
		}
		t.OK++
		latency = append(latency, free.Sub(at))
	}
	return latency
}
