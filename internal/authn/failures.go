package authn

import (
	"context"
	"net/netip"
	"sync"
	"time"

	claviger "github.com/claviger/claviger"
)

// FailureOptions configure [NewFailures]. Zero fields take the defaults.
type FailureOptions struct {
	// Free failures within a minute or two are answered at once, 10; the next
	// waits for First, 250 ms, and each after that twice as long, up to Longest, 8 s.
	Free           int
	First, Longest time.Duration
	// MaxWaiting bounds the answers held back at once, 256.
	MaxWaiting int
	// MaxAddresses bounds the addresses told apart within a minute, 16384. What
	// comes from others after that counts as one.
	MaxAddresses int
}

// Failures slows down addresses that keep sending keys that do not work. Keys
// that do work are not its business: nothing here delays them. It is safe for
// concurrent use.
type Failures struct {
	o       FailureOptions
	waiting chan struct{}

	mu        sync.Mutex
	began     time.Time // of the running minute
	now, then map[netip.Prefix]int
}

// NewFailures returns a limiter that has seen no failure.
func NewFailures(o FailureOptions) *Failures {
	o.Free = orDefault(o.Free, 10)
	o.First = orDefault(o.First, 250*time.Millisecond)
	o.Longest = orDefault(o.Longest, 8*time.Second)
	o.MaxAddresses = orDefault(o.MaxAddresses, 16384)
	return &Failures{
		o:       o,
		waiting: make(chan struct{}, orDefault(o.MaxWaiting, 256)),
		began:   time.Now(),
	}
}

// Answer is what to tell a caller at address whose look-up ended with err. It
// holds back the answer to a refused key as [Failures.Refused] does, and turns
// it into a 429 when too many are held back; other errors are not its business.
func (f *Failures) Answer(ctx context.Context, address string, err error) error {
	if claviger.CodeOf(err) != claviger.Unauthorised || f.Refused(ctx, address) {
		return err
	}
	busy := claviger.Fail(claviger.TooMany, "Too many requests with invalid API keys from this address")
	busy.RetryAfter = f.o.Longest
	return busy
}

// Refused notes a failure of address and holds the caller back as long as that
// address has earned, or until ctx ends. It returns false, at once, when too
// many are held back already: the answer is then 429.
func (f *Failures) Refused(ctx context.Context, address string) bool {
	d := f.delay(f.note(network(address)))
	if d == 0 {
		return true
	}
	select {
	case f.waiting <- struct{}{}:
	default:
		return false
	}
	defer func() { <-f.waiting }()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return true
}

// delay is what the nth failure waits.
func (f *Failures) delay(n int) time.Duration {
	over := n - f.o.Free
	if over <= 0 {
		return 0
	}
	d := f.o.First
	for i := 1; i < over && d < f.o.Longest; i++ {
		d *= 2
	}
	return min(d, f.o.Longest)
}

// note counts a failure and returns how many there were in this minute and the
// one before.
func (f *Failures) note(from netip.Prefix) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch age := time.Since(f.began); {
	case age >= 2*time.Minute:
		f.began, f.now, f.then = time.Now(), nil, nil
	case age >= time.Minute:
		f.began, f.now, f.then = f.began.Add(time.Minute), nil, f.now
	}
	if f.now == nil {
		f.now = make(map[netip.Prefix]int)
	}
	if _, known := f.now[from]; !known && len(f.now) >= f.o.MaxAddresses {
		from = netip.Prefix{}
	}
	f.now[from]++
	return f.now[from] + f.then[from]
}

// network is what one attacker is assumed to have: an IPv4 address or an IPv6
// /64. What is no address counts with the overflow.
func network(address string) netip.Prefix {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}
	}
	a = a.Unmap()
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
