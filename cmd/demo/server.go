package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// server is the built binary, running as a process of its own.
type server struct {
	url      string
	adminKey string
	log      string        // the file its output goes to
	exited   chan struct{} // closed when the process is gone
	cmd      *exec.Cmd
}

const (
	binary      = "bin/claviger"
	usualAddr   = "127.0.0.1:8787"
	readyWithin = 30 * time.Second
	stopWithin  = 10 * time.Second
)

// startServer runs the server with its data in folder and returns once it is
// ready.
func startServer(ctx context.Context, folder string) (*server, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	s := &server{
		url:      "http://" + addr,
		adminKey: "demo-admin-" + randomWord(),
		log:      filepath.Join(folder, "server.log"),
		exited:   make(chan struct{}),
	}
	logFile, err := os.OpenFile(s.log, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer logFile.Close()
	s.cmd = exec.Command(binary, "serve", "--listen", addr, "--data-dir", filepath.Join(folder, "data"))
	s.cmd.Env = append(environment(), "CLAVIGER_BOOTSTRAP_KEY="+s.adminKey)
	s.cmd.Stdout, s.cmd.Stderr = logFile, logFile
	// A process group of its own, so that Ctrl-C reaches the demo alone, which
	// then ends the server in order.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w (make build makes it)", err)
	}
	go func() {
		_ = s.cmd.Wait() // how it ended shows in the log
		close(s.exited)
	}()
	if err := s.waitReady(ctx); err != nil {
		s.stop()
		return nil, fmt.Errorf("%w\n%s", err, s.logTail())
	}
	return s, nil
}

func (s *server) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.exited:
			return errors.New("the server ended before it was ready")
		case <-ctx.Done():
			return fmt.Errorf("the server was not ready: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// stop ends the process in order, or at once if that takes too long.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may be gone already
	select {
	case <-s.exited:
	case <-time.After(stopWithin):
		_ = s.cmd.Process.Kill()
		<-s.exited
	}
}

// logTail is the end of what the server wrote.
func (s *server) logTail() string {
	data, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// freeAddr is the usual address, or another where that is taken.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", usualAddr)
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// environment is ours without settings of another server.
func environment() []string {
	var out []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "CLAVIGER_") {
			out = append(out, v)
		}
	}
	return out
}

func randomWord() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
