package suite

import (
	"context"
	"errors"

	"github.com/claviger/claviger/bench/internal/proxies"
)

// cost runs work and says what processor time p used meanwhile, in seconds, and
// what it used afterwards until it was quiet. Both are 0 for the direct way.
func cost(ctx context.Context, p proxies.Proxy, work func()) (during, after float64, err error) {
	if p.Process == nil {
		work()
		return 0, 0, nil
	}
	var used [3]float64
	if used[0], err = cpu(p); err != nil {
		return 0, 0, err
	}
	work()
	if used[1], err = cpu(p); err != nil {
		return 0, 0, err
	}
	if p.Settle != nil {
		if err := p.Settle(ctx); err != nil {
			return 0, 0, err
		}
	}
	used[2], err = cpu(p)
	return used[1] - used[0], used[2] - used[1], err
}

// costApart is cost with the work that p can put off put off: it is all after.
func costApart(ctx context.Context, p proxies.Proxy, work func()) (during, after float64, err error) {
	if p.Hold == nil {
		return cost(ctx, p, work)
	}
	release, err := p.Hold(ctx)
	if err != nil {
		return 0, 0, err
	}
	held := p
	held.Settle = nil
	during, _, err = cost(ctx, held, work)
	err = errors.Join(err, release())
	if err != nil {
		return 0, 0, err
	}
	_, after, err = cost(ctx, p, func() {})
	return during, after, err
}

// cpu is the processor time p has used, in seconds.
func cpu(p proxies.Proxy) (float64, error) {
	u, err := p.Process.Usage()
	return u.CPU.Seconds(), err
}
