package suite

import (
	"context"
	"fmt"

	"github.com/claviger/claviger/bench/internal/load"
	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/report"
)

// pacedRate is the rate of the paced phase, requests per second.
const pacedRate = 1000

func (s *suite) latency(ctx context.Context) (report.Table, error) {
	all := append([]proxies.Proxy{s.direct}, s.plain...)
	if err := warmUp(ctx, all); err != nil {
		return report.Table{}, err
	}
	got, err := interleave(ctx, s.Scale.Rounds, all,
		func(ctx context.Context, p proxies.Proxy) (sample, load.Tally, error) {
			t := load.Paced(ctx, p.Target, pacedRate, s.Scale.Paced)
			var err error
			if p.Settle != nil {
				err = p.Settle(ctx)
			}
			return sample{"p50": report.Percentile(t.Latency, 0.50), "p99": report.Percentile(t.Latency, 0.99)}, t.Tally, err
		})
	if err != nil {
		return report.Table{}, err
	}
	added := func(proxy, figure string) report.Series {
		return got.series(proxy, figure).Minus(got.series(proxies.Direct, figure))
	}
	over := func(proxy, figure string) report.Series {
		return added(proxy, figure).Over(added(proxies.ReverseProxy, figure))
	}
	t := report.Table{
		Title: "2. Latency at a fixed rate",
		Notes: []string{fmt.Sprintf("Open loop at %d requests/s, %d requests per proxy and round; added = over direct, same round.",
			pacedRate, s.Scale.Paced)},
		Head: []string{"", "p50 us", "added p50 us", "x ReverseProxy", "p99 us", "added p99 us", "x ReverseProxy", "failed"},
		Goals: []report.Goal{{What: "added p50, Claviger / ReverseProxy,",
			Got: over(proxies.Claviger, "p50").Median(), Limit: 1.1, Unit: "x"}},
	}
	for _, p := range names(all) {
		cells := []string{p}
		for _, figure := range []string{"p50", "p99"} {
			cells = append(cells, got.series(p, figure).Value("%.0f"))
			if p == proxies.Direct {
				cells = append(cells, "-", "-")
				continue
			}
			cells = append(cells, added(p, figure).Value("%.0f"), over(p, figure).Ratio())
		}
		t.Row(append(cells, got.failures(p))...)
	}
	return t, nil
}
