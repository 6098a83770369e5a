package suite

import (
	"context"
	"fmt"
	"time"

	"github.com/claviger/claviger/bench/internal/load"
	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/report"
)

const (
	stalledStreams = 1000
	maxIdleMB      = 50
	// restTime is how long a process may rest before its memory is read.
	restTime = time.Second
)

// memory measures resident memory of new processes: at rest after the start,
// and with many streams open that wait for their provider.
func (s *suite) memory(ctx context.Context) (report.Table, error) {
	all := only(s.plain, proxies.ReverseProxy, proxies.Nginx, proxies.Claviger)
	got, err := interleave(ctx, s.Scale.Memory, all,
		func(ctx context.Context, p proxies.Proxy) (sample, load.Tally, error) {
			fresh, err := s.fresh(ctx, p.Name)
			if err != nil {
				return nil, load.Tally{}, err
			}
			defer fresh.Process.Stop()
			return residents(ctx, fresh)
		})
	if err != nil {
		return report.Table{}, err
	}
	after, err := s.server.Process().Usage()
	if err != nil {
		return report.Table{}, err
	}
	ratio := got.ratio(proxies.Claviger, proxies.ReverseProxy, "open")
	t := report.Table{
		Title: "5. Memory",
		Notes: []string{
			fmt.Sprintf("RSS of new processes, %d rounds: %v after the start, and with %d streams open that wait.",
				s.Scale.Memory, restTime, stalledStreams),
			fmt.Sprintf("The Claviger that carried all the load above now has %.0f MB.", megabytes(after.RSS)),
		},
		Head: []string{"", "idle MB", fmt.Sprintf("MB at %d streams", stalledStreams), "x ReverseProxy", "KB per stream", "failed"},
		Goals: []report.Goal{
			{What: fmt.Sprintf("RSS at %d streams, Claviger / ReverseProxy,", stalledStreams), Got: ratio.Median(), Limit: 1.4, Unit: "x"},
			{What: "idle RSS", Got: got.series(proxies.Claviger, "idle").Median(), Limit: maxIdleMB, Unit: " MB"},
		},
	}
	for _, p := range names(all) {
		t.Row(p, got.series(p, "idle").Value("%.1f"), got.series(p, "open").Value("%.1f"),
			got.ratio(p, proxies.ReverseProxy, "open").Ratio(),
			got.series(p, "each").Value("%.1f"), got.failures(p))
	}
	return t, nil
}

// fresh starts a new process of the named proxy; Claviger's has an installation
// of its own that has been set up by an earlier process.
func (s *suite) fresh(ctx context.Context, name string) (proxies.Proxy, error) {
	switch name {
	case proxies.ReverseProxy:
		return proxies.StartReverseProxy(s.Programs, s.provider, false)
	case proxies.Nginx:
		p, _, err := s.startNginx(ctx)
		return p, err
	default:
		server, err := s.installed(ctx, "claviger-memory")
		if err != nil {
			return proxies.Proxy{}, err
		}
		_, err = server.Start(ctx)
		return server.Proxy(false), err
	}
}

// installed makes an installation, sets it up, and stops its server.
func (s *suite) installed(ctx context.Context, name string) (*proxies.ClavigerServer, error) {
	if server := s.installations[name]; server != nil {
		return server, nil
	}
	server, err := s.newClaviger(name, s.Programs.Claviger)
	if err != nil {
		return nil, err
	}
	if _, err := server.Start(ctx); err != nil {
		return nil, err
	}
	defer server.Stop()
	s.installations[name] = server
	return server, server.SetUp(ctx)
}

// residents reads the memory of p at rest and with open streams.
func residents(ctx context.Context, p proxies.Proxy) (sample, load.Tally, error) {
	time.Sleep(restTime)
	idle, err := p.Process.Usage()
	if err != nil {
		return nil, load.Tally{}, err
	}
	streams, err := load.OpenStalled(ctx, p.Target, stalledStreams)
	if err != nil {
		return nil, load.Tally{Failed: 1, First: err}, ctx.Err()
	}
	defer streams.Close()
	time.Sleep(restTime)
	open, err := p.Process.Usage()
	if err != nil {
		return nil, load.Tally{}, err
	}
	return sample{
		"idle": megabytes(idle.RSS), "open": megabytes(open.RSS),
		"each": megabytes(open.RSS-idle.RSS) * 1024 / stalledStreams,
	}, load.Tally{OK: stalledStreams}, nil
}

func megabytes(b int64) float64 { return float64(b) / (1 << 20) }
