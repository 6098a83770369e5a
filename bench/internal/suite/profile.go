package suite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/claviger/claviger/bench/internal/hotspot"
	"github.com/claviger/claviger/bench/internal/load"
	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/report"
)

// profile says where the processor time goes, Claviger's beside the bare
// proxy's, from CPU profiles of programs that were built with a hook for it.
func (s *suite) profile(ctx context.Context) (report.Table, error) {
	if _, err := os.Stat(s.Profiled.Claviger); err != nil {
		return report.Table{}, fmt.Errorf("where the CPU goes: %w: no programs built for it", errSkipped)
	}
	file := filepath.Join(s.dir, "cpu.pprof")
	hook := "BENCH_PROFILE=" + file

	server, err := s.newClaviger("claviger-profile", s.Profiled.Claviger)
	if err != nil {
		return report.Table{}, err
	}
	if _, err := server.Start(ctx, hook); err != nil {
		return report.Table{}, err
	}
	defer server.Stop()
	if err := server.SetUp(ctx); err != nil {
		return report.Table{}, err
	}
	ours := profiler{proxy: server.Proxy(false), program: s.Profiled.Claviger, file: file}

	bare, err := proxies.StartReverseProxy(s.Profiled, s.provider, false, hook)
	if err != nil {
		return report.Table{}, err
	}
	defer bare.Process.Stop()
	base := profiler{proxy: bare, program: s.Profiled.ReverseProxy, file: file}

	var columns []hotspot.Times
	for _, p := range []profiler{ours, base} {
		for _, work := range []func(context.Context, profiler) (hotspot.Times, error){s.profileWhole, s.profileStreams} {
			times, err := work(ctx, p)
			if err != nil {
				return report.Table{}, fmt.Errorf("profile of %s: %w", p.proxy.Name, err)
			}
			columns = append(columns, times)
		}
	}
	t := report.Table{
		Title: "7. Where the CPU goes",
		Notes: []string{
			"Microseconds per request and nanoseconds per fast stream event, from CPU profiles, by the part",
			"of the program that asked for the work. System calls count to the part that made them, memory",
			"to its own. Shipping is held back while requests are answered, and goes on beside the streams.",
		},
		Head: []string{"", "us/request Claviger", "ReverseProxy", "ns/event Claviger", "ReverseProxy"},
	}
	for _, part := range hotspot.Parts() {
		t.Row(part,
			fmt.Sprintf("%.1f", float64(columns[0][part].Nanoseconds())/1e3), fmt.Sprintf("%.1f", float64(columns[2][part].Nanoseconds())/1e3),
			fmt.Sprintf("%d", columns[1][part].Nanoseconds()), fmt.Sprintf("%d", columns[3][part].Nanoseconds()))
	}
	return t, nil
}

// profileWhole is the time per whole answer.
func (s *suite) profileWhole(ctx context.Context, p profiler) (hotspot.Times, error) {
	var release func() error
	if p.proxy.Hold != nil {
		var err error
		if release, err = p.proxy.Hold(ctx); err != nil {
			return nil, err
		}
	}
	times, err := p.during(ctx, s.keepAs(p, "whole"), func() (int, error) {
		t := load.Closed(ctx, p.proxy.Target, connections, s.Scale.Profile)
		return t.OK, t.First
	})
	if release != nil {
		err = errors.Join(err, release(), p.proxy.Settle(ctx))
	}
	return times, err
}

// profileStreams is the time per event of fast streams.
func (s *suite) profileStreams(ctx context.Context, p profiler) (hotspot.Times, error) {
	return p.during(ctx, s.keepAs(p, "streams"), func() (int, error) {
		t := load.Streams(ctx, p.proxy.Target, fastScript, fastConns, s.Scale.Profile)
		return t.Events, t.First
	})
}

// keepAs is the file to leave a profile in; empty: nowhere.
func (s *suite) keepAs(p profiler, work string) string {
	if s.KeepProfiles == "" {
		return ""
	}
	return filepath.Join(s.KeepProfiles, p.proxy.Name+"-"+work+".pprof")
}
