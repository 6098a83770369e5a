package suite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/claviger/claviger/bench/internal/load"
	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/report"
	"github.com/claviger/claviger/bench/internal/workload"
)

// connections is how many clients the closed loop has.
const connections = 64

// Figures of the phases.
const (
	cpuFigure   = "cpu"   // processor seconds per unit of work, while it is done
	afterFigure = "after" // the same, from its end until the process is quiet
	rateFigure  = "rate"  // units per second
)

// live is Claviger that ships its ledger while it answers, as it does in use.
const live = proxies.Claviger + ", shipping"

// closedLoop measures whole answers: processor seconds per 10,000 requests. What
// Claviger can put off, the shipping of the ledger, comes after the answers.
func (s *suite) closedLoop(ctx context.Context, p proxies.Proxy) (sample, load.Tally, error) {
	var t load.Tally
	during, after, err := costApart(ctx, p, func() { t = load.Closed(ctx, p.Target, connections, s.Scale.Window) })
	if err != nil {
		return nil, t, err
	}
	units := float64(t.OK) / 10_000
	got := sample{rateFigure: float64(t.OK) / t.Elapsed.Seconds()}
	if p.Process != nil {
		got[cpuFigure], got[afterFigure] = during/units, after/units
	}
	return got, t, nil
}

func (s *suite) nonStream(ctx context.Context) (report.Table, error) {
	all := append([]proxies.Proxy{s.direct}, s.plain...)
	if err := warmUp(ctx, all); err != nil {
		return report.Table{}, err
	}
	shipping := s.server.Proxy(false)
	shipping.Name, shipping.Hold = live, nil
	got, err := interleave(ctx, s.Scale.Rounds, append(all, shipping), s.closedLoop)
	if err != nil {
		return report.Table{}, err
	}
	s.whole = got
	t := report.Table{
		Title: "1. Whole answers",
		Notes: []string{
			fmt.Sprintf("%d connections, %d bytes in, %d bytes out; %d rounds of %v per proxy.",
				connections, workload.RequestBytes, workload.AnswerBytes, s.Scale.Rounds, s.Scale.Window),
			"CPU is the proxy's, user and system, while it answers. Claviger does everything it does",
			"in use but ship its ledger, which table 1b adds.",
		},
		Head: []string{"", "CPU s/10k req", "x ReverseProxy", "x nginx", "req/s", "x ReverseProxy", "failed"},
		Goals: []report.Goal{{What: "CPU per request, Claviger / ReverseProxy,",
			Got: got.ratio(proxies.Claviger, proxies.ReverseProxy, cpuFigure).Median(), Limit: 1, Unit: "x"}},
	}
	for _, p := range names(all) {
		t.Row(p, got.series(p, cpuFigure).Value("%.3f"),
			got.ratio(p, proxies.ReverseProxy, cpuFigure).Ratio(),
			got.ratio(p, proxies.Nginx, cpuFigure).Ratio(),
			got.series(p, rateFigure).Value("%.0f"),
			got.ratio(p, proxies.ReverseProxy, rateFigure).Ratio(),
			got.failures(p))
	}
	return t, nil
}

// shipping shows what the ledger's way from the journal to the database costs,
// from the samples of nonStream.
func (s *suite) shipping(context.Context) (report.Table, error) {
	if s.whole == nil {
		return report.Table{}, fmt.Errorf("shipping: %w: it needs the phase of whole answers", errSkipped)
	}
	base := s.whole.series(proxies.ReverseProxy, cpuFigure)
	t := report.Table{
		Title: "1b. The same with the shipping of the ledger",
		Notes: []string{
			"Held: while it answers, the ledger's database is locked; shipping follows when it is let go.",
			"Live: shipping goes on while it answers. After = from the last answer until it is quiet.",
		},
		Head: []string{"CPU s/10k req", "answering", "after", "together", "x ReverseProxy", "req/s", "failed"},
	}
	for name, proxy := range map[string]string{"held": proxies.Claviger, "live": live} {
		during, after := s.whole.series(proxy, cpuFigure), s.whole.series(proxy, afterFigure)
		sum := during.Plus(after)
		t.Row(name, during.Value("%.3f"), after.Value("%.3f"), sum.Value("%.3f"),
			sum.Over(base).Ratio(), s.whole.series(proxy, rateFigure).Value("%.0f"), s.whole.failures(proxy))
	}
	slices.SortFunc(t.Rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return t, nil
}

// only picks the proxies with the given names.
func only(all []proxies.Proxy, names ...string) []proxies.Proxy {
	return slices.DeleteFunc(slices.Clone(all), func(p proxies.Proxy) bool { return !slices.Contains(names, p.Name) })
}
