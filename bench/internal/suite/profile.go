package suite

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/claviger/claviger/bench/internal/hotspot"
	"github.com/claviger/claviger/bench/internal/load"
	"github.com/claviger/claviger/bench/internal/proc"
	"github.com/claviger/claviger/bench/internal/report"
)

// profile says where Claviger's processor time goes, for whole answers and for
// fast streams, from CPU profiles of a server that was built with a hook for it.
func (s *suite) profile(ctx context.Context) (report.Table, error) {
	if s.Profiled == "" {
		return report.Table{}, fmt.Errorf("where the CPU goes: %w: no server built for it", errSkipped)
	}
	server, err := s.newClaviger("claviger-profile", s.Profiled)
	if err != nil {
		return report.Table{}, err
	}
	file := filepath.Join(s.dir, "cpu.pprof")
	if _, err := server.Start(ctx, "BENCH_PROFILE="+file); err != nil {
		return report.Table{}, err
	}
	defer server.Stop()
	if err := server.SetUp(ctx); err != nil {
		return report.Table{}, err
	}
	to := server.Proxy(false).Target
	whole, err := s.profiled(ctx, server.Process(), file, "whole", func() {
		load.Closed(ctx, to, connections, s.Scale.Profile)
	})
	if err != nil {
		return report.Table{}, err
	}
	streams, err := s.profiled(ctx, server.Process(), file, "streams", func() {
		load.Streams(ctx, to, fastScript, fastConns, s.Scale.Profile)
	})
	if err != nil {
		return report.Table{}, err
	}
	t := report.Table{
		Title: "7. Where Claviger's CPU goes",
		Notes: []string{
			"Share of the samples of a CPU profile, by the part of the program that asked for the work;",
			"system calls are counted to the part that made them. Shipping is on.",
		},
		Head: []string{"", "whole answers", "fast streams"},
	}
	for _, part := range hotspot.Parts() {
		t.Row(part, fmt.Sprintf("%4.1f %%", 100*whole[part]), fmt.Sprintf("%4.1f %%", 100*streams[part]))
	}
	return t, nil
}

// profiled takes a CPU profile of p during work and sums it up by part. If the
// run keeps profiles, it keeps this one under name.
func (s *suite) profiled(ctx context.Context, p *proc.Process, file, name string, work func()) (hotspot.Shares, error) {
	done := file + ".done"
	_ = os.Remove(done)
	if err := p.Signal(syscall.SIGUSR1); err != nil {
		return nil, err
	}
	work()
	if err := p.Signal(syscall.SIGUSR2); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err := p.WaitUntil(ctx, func() bool {
		time.Sleep(10 * time.Millisecond)
		_, err := os.Stat(done)
		return err == nil
	})
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	traces, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-traces", s.Profiled, file).Output()
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	if s.KeepProfiles != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(s.KeepProfiles, name+".pprof"), b, 0o600); err != nil {
			return nil, err
		}
	}
	return hotspot.Sum(traces)
}
