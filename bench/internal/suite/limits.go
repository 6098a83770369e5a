package suite

import (
	"context"
	"fmt"

	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/report"
)

// limits measures what five limits on every request cost: the same server with
// and without them.
func (s *suite) limits(ctx context.Context) (report.Table, error) {
	server, err := s.newClaviger("limited", s.Programs.Claviger)
	if err != nil {
		return report.Table{}, err
	}
	if _, err := server.Start(ctx); err != nil {
		return report.Table{}, err
	}
	defer server.Stop()
	if err := server.SetUp(ctx); err != nil {
		return report.Table{}, err
	}
	if err := server.SetLimits(ctx); err != nil {
		return report.Table{}, err
	}
	limited := server.Proxy(false)
	limited.Name = proxies.Limited
	both := append(only(s.plain, proxies.Claviger), limited)
	if err := warmUp(ctx, both); err != nil {
		return report.Table{}, err
	}
	got, err := interleave(ctx, 2*s.Scale.Rounds, both, s.closedLoop)
	if err != nil {
		return report.Table{}, err
	}
	t := report.Table{
		Title: "1c. Whole answers with five limits",
		Notes: []string{
			"A rate of the key, a budget of the workspace, one of the integration, and two policies that",
			fmt.Sprintf("count each key apart; none is reached. %d rounds, without the shipping of the ledger.", 2*s.Scale.Rounds),
		},
		Head: []string{"", "CPU s/10k req", "x without limits", "req/s", "failed"},
		Goals: []report.Goal{{What: "CPU per request, with five limits / without,",
			Got: got.ratio(proxies.Limited, proxies.Claviger, cpuFigure).Median(), Limit: 1.1, Unit: "x"}},
	}
	for _, p := range names(both) {
		t.Row(p, got.series(p, cpuFigure).Value("%.3f"), got.ratio(p, proxies.Claviger, cpuFigure).Ratio(),
			got.series(p, rateFigure).Value("%.0f"), got.failures(p))
	}
	return t, nil
}
