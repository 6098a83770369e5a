package suite

import (
	"context"
	"fmt"
	"time"

	"github.com/claviger/claviger/bench/internal/load"
	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/report"
	"github.com/claviger/claviger/bench/internal/workload"
)

// Streams of the two phases. Each event is one write of the provider. The fast
// ones take turns at it, so that a read finds a few events; the others' events
// come one by one.
var (
	fastScript  = workload.Script{Events: 500}
	pacedScript = workload.Script{Events: 50, Gap: 20 * time.Millisecond}
)

const (
	fastConns  = 32  // streams at a time, as fast as they go
	pacedConns = 200 // streams at a time, 50 events a second each
)

// streamLoop measures streams: processor seconds per million content events.
func streamLoop(script workload.Script, conns int, window time.Duration) measure {
	return func(ctx context.Context, p proxies.Proxy) (sample, load.Tally, error) {
		var t load.StreamTally
		during, after, err := cost(ctx, p, func() { t = load.Streams(ctx, p.Target, script, conns, window) })
		if err != nil {
			return nil, t.Tally, err
		}
		units := float64(t.Events) / 1e6
		got := sample{
			rateFigure: float64(t.Events) / t.Elapsed.Seconds(),
			"first50":  report.Percentile(t.FirstEvent, 0.50),
			"first99":  report.Percentile(t.FirstEvent, 0.99),
		}
		if p.Process != nil {
			got[cpuFigure], got[afterFigure] = during/units, after/units
		}
		return got, t.Tally, nil
	}
}

func (s *suite) fastStreams(ctx context.Context) (report.Table, error) {
	t, got, err := s.streams(ctx, streamLoop(fastScript, fastConns, s.Scale.Window))
	t.Title = "3a. Streams, as fast as they are read"
	t.Notes = []string{
		fmt.Sprintf("%d streams at a time of %d events each; %d rounds of %v per proxy.",
			fastConns, fastScript.Events, s.Scale.Rounds, s.Scale.Window),
		"The machine is saturated: the time to the first event is one of queues.",
	}
	if err == nil {
		t.Goals = []report.Goal{{What: "CPU per event, fast streams, Claviger / ReverseProxy,",
			Got: got.ratio(proxies.Claviger, proxies.ReverseProxy, cpuFigure).Median(), Limit: 1.15, Unit: "x"}}
	}
	return t, err
}

func (s *suite) pacedStreams(ctx context.Context) (report.Table, error) {
	t, got, err := s.streams(ctx, streamLoop(pacedScript, pacedConns, s.Scale.Window))
	t.Title = "3b. Streams at the pace of a model"
	t.Notes = []string{fmt.Sprintf("%d streams at a time of %d events each, an event every %v; starts are spread evenly.",
		pacedConns, pacedScript.Events, pacedScript.Gap)}
	if err == nil {
		t.Goals = []report.Goal{{What: "CPU per event, paced streams, Claviger / ReverseProxy,",
			Got: got.ratio(proxies.Claviger, proxies.ReverseProxy, cpuFigure).Median(), Limit: 1.15, Unit: "x"}}
	}
	return t, err
}

// streams fills a table of m.
func (s *suite) streams(ctx context.Context, m measure) (report.Table, *samples, error) {
	all := append([]proxies.Proxy{s.direct}, s.plain...)
	if err := warmUp(ctx, all); err != nil {
		return report.Table{}, nil, err
	}
	got, err := interleave(ctx, s.Scale.Rounds, all, m)
	if err != nil {
		return report.Table{}, nil, err
	}
	t := report.Table{Head: []string{"", "CPU s/M events", "x ReverseProxy", "x nginx", "events/s",
		"first event p50 us", "x ReverseProxy", "p99 us", "failed"}}
	for _, p := range names(all) {
		t.Row(p, got.series(p, cpuFigure).Value("%.2f"),
			got.ratio(p, proxies.ReverseProxy, cpuFigure).Ratio(),
			got.ratio(p, proxies.Nginx, cpuFigure).Ratio(),
			got.series(p, rateFigure).Value("%.0f"),
			got.series(p, "first50").Value("%.0f"),
			got.ratio(p, proxies.ReverseProxy, "first50").Ratio(),
			got.series(p, "first99").Value("%.0f"),
			got.failures(p))
	}
	return t, got, nil
}
