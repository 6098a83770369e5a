package suite

import (
	"context"

	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/report"
)

// tls repeats the whole answers and the fast streams with a provider that
// speaks TLS, as hosted ones do.
func (s *suite) tls(ctx context.Context) (report.Table, error) {
	if err := warmUp(ctx, s.overTLS); err != nil {
		return report.Table{}, err
	}
	rounds := max(1, s.Scale.Rounds-2)
	whole, err := interleave(ctx, rounds, s.overTLS, s.closedLoop)
	if err != nil {
		return report.Table{}, err
	}
	streams, err := interleave(ctx, rounds, s.overTLS, streamLoop(fastScript, fastConns, s.Scale.Window))
	if err != nil {
		return report.Table{}, err
	}
	t := report.Table{
		Title: "4. The same with TLS to the provider",
		Notes: []string{"The way to the client stays plain. Connections are kept, so handshakes do not count."},
		Head: []string{"", "CPU s/10k req", "x ReverseProxy", "x nginx", "req/s",
			"CPU s/M events", "x ReverseProxy", "x nginx", "failed"},
	}
	for _, p := range names(s.overTLS) {
		failed := whole.failures(p)
		if failed == "0" {
			failed = streams.failures(p)
		}
		t.Row(p, whole.series(p, cpuFigure).Value("%.3f"),
			whole.ratio(p, proxies.ReverseProxy, cpuFigure).Ratio(),
			whole.ratio(p, proxies.Nginx, cpuFigure).Ratio(),
			whole.series(p, rateFigure).Value("%.0f"),
			streams.series(p, cpuFigure).Value("%.2f"),
			streams.ratio(p, proxies.ReverseProxy, cpuFigure).Ratio(),
			streams.ratio(p, proxies.Nginx, cpuFigure).Ratio(),
			failed)
	}
	return t, nil
}
