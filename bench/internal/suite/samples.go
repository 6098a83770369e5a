package suite

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/claviger/claviger/bench/internal/load"
	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/report"
)

// sample holds the figures of one proxy in one round, by name.
type sample map[string]float64

// samples holds those of all rounds: by proxy, then by figure.
type samples struct {
	rounds int
	byName map[string][]sample
	failed map[string]load.Tally
}

// series is one figure of one proxy over the rounds; NaN where it is missing.
func (s *samples) series(proxy, figure string) report.Series {
	series := make(report.Series, s.rounds)
	for i := range series {
		series[i] = math.NaN()
		if i < len(s.byName[proxy]) {
			if v, ok := s.byName[proxy][i][figure]; ok {
				series[i] = v
			}
		}
	}
	return series
}

// ratio is a figure of proxy over that of base, paired by round.
func (s *samples) ratio(proxy, base, figure string) report.Series {
	return s.series(proxy, figure).Over(s.series(base, figure))
}

// failures says how many exchanges of proxy failed, and how the first one did.
func (s *samples) failures(proxy string) string {
	t := s.failed[proxy]
	if t.Failed == 0 {
		return "0"
	}
	return fmt.Sprintf("%d of %d: %v", t.Failed, t.OK+t.Failed, t.First)
}

// measure takes the figures of one proxy in one round.
type measure func(ctx context.Context, p proxies.Proxy) (sample, load.Tally, error)

// interleave lets the proxies take turns for some rounds. A round in which any
// answer of a proxy was wrong yields no figures for it: a proxy that fails fast
// must not look cheap.
func interleave(ctx context.Context, rounds int, all []proxies.Proxy, m measure) (*samples, error) {
	s := &samples{rounds: rounds, byName: map[string][]sample{}, failed: map[string]load.Tally{}}
	for range rounds {
		for _, p := range all {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			got, tally, err := m(ctx, p)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.Name, err)
			}
			if tally.Failed > 0 {
				got = nil
			}
			s.byName[p.Name] = append(s.byName[p.Name], got)
			sum := s.failed[p.Name]
			sum.Add(tally)
			s.failed[p.Name] = sum
		}
	}
	return s, nil
}

// warmUp lets every proxy open its connections and fill its caches.
func warmUp(ctx context.Context, all []proxies.Proxy) error {
	for _, p := range all {
		if t := load.Closed(ctx, p.Target, connections, warmUpTime); t.OK == 0 {
			return fmt.Errorf("%s does not answer: %w", p.Name, t.First)
		}
		if p.Settle != nil {
			if err := p.Settle(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

const warmUpTime = 300 * time.Millisecond

// names lists the names of proxies.
func names(all []proxies.Proxy) []string {
	var n []string
	for _, p := range all {
		n = append(n, p.Name)
	}
	return n
}
