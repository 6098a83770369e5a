package suite

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/claviger/claviger/bench/internal/hotspot"
	"github.com/claviger/claviger/bench/internal/proxies"
)

// profiler takes CPU profiles of a running proxy that has the hook for it; see
// bench/profile.
type profiler struct {
	proxy   proxies.Proxy
	program string // its file, for the names of functions
	file    string // where the hook writes
}

// profileTimeout bounds how long a profile takes to be written and read.
const profileTimeout = 20 * time.Second

// during takes a profile while work runs, and divides it by the number of
// things that work says it did. keep, if not empty, gets a copy.
func (p profiler) during(ctx context.Context, keep string, work func() (int, error)) (hotspot.Times, error) {
	done := p.file + ".done"
	_ = os.Remove(done)
	if err := p.proxy.Process.Signal(syscall.SIGUSR1); err != nil {
		return nil, err
	}
	n, err := work()
	if err != nil || n == 0 {
		return nil, fmt.Errorf("wrong answers: %w", err)
	}
	if err := p.proxy.Process.Signal(syscall.SIGUSR2); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, profileTimeout)
	defer cancel()
	err = p.proxy.Process.WaitUntil(ctx, func() bool {
		time.Sleep(10 * time.Millisecond)
		_, err := os.Stat(done)
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	if err := copyTo(keep, p.file); err != nil {
		return nil, err
	}
	traces, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-traces", p.program, p.file).Output()
	if err != nil {
		return nil, fmt.Errorf("go tool pprof: %w", err)
	}
	times, err := hotspot.Sum(traces)
	for part := range times {
		times[part] /= time.Duration(n)
	}
	return times, err
}

// copyTo copies a file to the file named to, unless that is empty.
func copyTo(to, from string) error {
	if to == "" {
		return nil
	}
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}
