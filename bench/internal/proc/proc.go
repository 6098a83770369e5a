// Package proc starts the processes of a bench run, stops them, and reads from
// /proc what they cost. It works on Linux only.
package proc

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Process is a started child. Its methods are safe for concurrent use.
type Process struct {
	cmd    *exec.Cmd
	output *tail
	done   chan struct{} // closed when it has ended
	err    error         // how it ended; read it after done
}

// Start runs a command with extra environment (KEY=value), keeping the end of
// what it prints for error messages. The child dies with this process.
func Start(env []string, name string, args ...string) (*Process, error) {
	p, _, err := start(env, false, name, args...)
	return p, err
}

// StartPrintingAddress is [Start] for a child whose first line of output is the
// address it listens on.
func StartPrintingAddress(env []string, name string, args ...string) (*Process, string, error) {
	p, out, err := start(env, true, name, args...)
	if err != nil {
		return nil, "", err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.Stop()
		return nil, "", fmt.Errorf("%s said no address: %w: %s", name, err, p.output)
	}
	return p, line[:len(line)-1], nil
}

func start(env []string, pipe bool, name string, args ...string) (*Process, io.Reader, error) {
	p := &Process{cmd: exec.Command(name, args...), output: &tail{}, done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = p.output
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	var out io.Reader
	if pipe {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, nil, err
		}
		defer w.Close()
		p.cmd.Stdout, out = w, r
	} else {
		p.cmd.Stdout = p.output
	}
	if err := p.cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		defer close(p.done)
		p.err = p.cmd.Wait()
	}()
	return p, out, nil
}

// stopTimeout is how long a child may take to end by itself.
const stopTimeout = 20 * time.Second

// Stop asks the process to end and waits for it; one that does not is killed.
func (p *Process) Stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// Signal sends sig to the process.
func (p *Process) Signal(sig os.Signal) error { return p.cmd.Process.Signal(sig) }

// Pid is the id of the process, without its children.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// WaitUntil calls ready over and over, without a pause, until it returns true.
// It fails when the process ends or ctx does, quoting what the process printed.
func (p *Process) WaitUntil(ctx context.Context, ready func() bool) error {
	for !ready() {
		select {
		case <-p.done:
			return fmt.Errorf("%s ended: %w: %s", p.cmd.Path, errors.Join(p.err), p.output)
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w: %s", p.cmd.Path, ctx.Err(), p.output)
		default:
		}
	}
	return nil
}

// tail keeps the newest bytes written to it.
type tail struct {
	mu   sync.Mutex
	last []byte
}

const tailBytes = 2 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	if over := len(t.last) - tailBytes; over > 0 {
		t.last = append(t.last[:0], t.last[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.last))
}
